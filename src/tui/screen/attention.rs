//! The attention list of the menu ("To look at"): what it lists, the most urgent item first.

use crate::account::{Right, Role, allows};
use crate::credential::Kind;
use crate::hub::{Capped, CredentialOverview, CredentialRow, Overview, UnsavedCredential};

/// An item of the attention list ("To look at"): the view has its words, `act` its target. Each leads to one
/// section of the list, so what is counted is counted kind by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttentionItem {
    /// Its secret was lost before it was copied.
    Lost(Box<UnsavedCredential>),
    /// It expires soon.
    Expiring(Box<CredentialRow>),
    /// So many more of a kind expire soon.
    MoreExpiring(Capped, Kind),
    /// So many of a kind were never used.
    NeverUsed(Capped, Kind),
    /// There are credentials and no gateway has asked about one.
    Unasked,
    /// There is only one Administrator.
    OneAdministrator,
    /// A verifier knows a newer state of the store than this one.
    WentBack,
    /// A setting was changed or removed outside keydesk.
    SettingTampered,
    /// Something else is not as keydesk left it.
    Altered(String),
}

/// The items for a user of this role.
pub fn attention(overview: &Overview, role: Role) -> Vec<AttentionItem> {
    let mut items = Vec::new();
    if let Some(site) = &overview.site {
        items.extend(site.rolled_back.map(|_| AttentionItem::WentBack));
        items.extend(site.setting_tampered.then_some(AttentionItem::SettingTampered));
        // A setting that is listed already is not listed twice.
        let altered = site.altered.clone().filter(|_| !site.setting_tampered);
        items.extend(altered.map(AttentionItem::Altered));
    }
    items.extend(overview.lost.iter().cloned().map(|lost| AttentionItem::Lost(Box::new(lost))));
    if let Some(credentials) = overview.credentials.as_ref().filter(|_| allows(role, Right::ReadTrail)) {
        items.extend(credentials_needing_attention(credentials));
    }
    if overview.administrators.len() == 1 && allows(role, Right::SeeUsers) {
        items.push(AttentionItem::OneAdministrator);
    }
    items
}

fn credentials_needing_attention(credentials: &CredentialOverview) -> Vec<AttentionItem> {
    let named = &credentials.next_to_expire;
    let mut items: Vec<_> = named.iter().cloned().map(|row| AttentionItem::Expiring(Box::new(row))).collect();
    for kind in Kind::ALL {
        let lines = named.iter().filter(|row| row.kind == kind).count();
        let more = credentials.expiring.of(kind).less(lines);
        items.extend((more.0 > 0).then_some(AttentionItem::MoreExpiring(more, kind)));
    }
    let never_used = Kind::ALL.into_iter().map(|kind| (credentials.never_used.of(kind), kind));
    items.extend(never_used.filter(|(n, _)| n.0 > 0).map(|(n, kind)| AttentionItem::NeverUsed(n, kind)));
    items.extend(credentials.unasked.then_some(AttentionItem::Unasked));
    items
}
