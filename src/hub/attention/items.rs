//! The lines of "Needs attention" from an overview, worst first.

use crate::account::{Right, Role, allows};
use crate::hub::{AttentionItem, CredentialOverview, Overview, SiteOverview};

impl Overview {
    /// What needs the attention of a user with this role.
    pub fn attention(&self, role: Role) -> Vec<AttentionItem> {
        let (manages, reads) = (allows(role, Right::ManageCredentials), allows(role, Right::ReadTrail));
        let credentials = self.credentials.as_ref().filter(|_| manages || reads);
        let site = self.site.as_ref();
        let mut items = Vec::new();
        items.extend(
            credentials.filter(|of| of.tampered.total() > 0).map(|of| AttentionItem::Tampered(of.tampered.clone())),
        );
        items.extend(site.map(changed_outside).unwrap_or_default());
        items.extend(site.and_then(|site| self.only_administrator(site)));
        items.extend(self.lost.iter().cloned().map(|lost| AttentionItem::Lost(Box::new(lost))));
        items.extend(credentials.map(in_use).unwrap_or_default());
        if let Some(site) = site.filter(|site| !site.locked_users.is_empty()) {
            items.push(AttentionItem::Locked(site.locked_users.clone()));
        }
        items.extend(credentials.map(not_in_use).unwrap_or_default());
        items
    }

    /// The one Administrator who can sign in now, if there is only one.
    fn only_administrator(&self, site: &SiteOverview) -> Option<AttentionItem> {
        let locked = &site.locked_administrators;
        let able: Vec<_> = self.administrators.iter().filter(|name| !locked.contains(name)).collect();
        match able.as_slice() {
            [only] => Some(AttentionItem::OneAdministrator((*only).clone(), locked.clone())),
            _ => None,
        }
    }
}

fn changed_outside(site: &SiteOverview) -> Vec<AttentionItem> {
    let mut items = Vec::new();
    if !site.tampered_users.is_empty() {
        items.push(AttentionItem::UsersTampered(site.tampered_users.clone()));
    }
    items.extend(site.setting_tampered.then_some(AttentionItem::SettingTampered));
    items.extend(site.rolled_back.map(|_| AttentionItem::WentBack));
    // What is listed already is not listed twice.
    let listed = site.setting_tampered || !site.tampered_users.is_empty();
    items.extend(site.altered.clone().filter(|_| !listed).map(AttentionItem::Altered));
    items
}

fn in_use(credentials: &CredentialOverview) -> Vec<AttentionItem> {
    let mut items = Vec::new();
    if !credentials.expired_called.is_empty() {
        items.push(AttentionItem::ExpiredCalled(credentials.expired_called.clone()));
    }
    let expiring = credentials.states.total(crate::credential::Wanted::Expiring);
    if let Some(first) = credentials.next_to_expire.as_ref().filter(|_| expiring > 0) {
        items.push(AttentionItem::Expiring(expiring, Box::new(first.clone())));
    }
    if !credentials.refused_more.is_empty() {
        items.push(AttentionItem::RefusedMore(credentials.refused_more.clone()));
    }
    items
}

fn not_in_use(credentials: &CredentialOverview) -> Vec<AttentionItem> {
    if credentials.unasked {
        // Then all were never used, and it is the gateway that needs attention.
        return vec![AttentionItem::Unasked];
    }
    let mut items = Vec::new();
    if credentials.unused.total() > 0 {
        items.push(AttentionItem::Unused(credentials.unused.clone()));
    }
    if credentials.never_used_for_long.total() > 0 {
        items.push(AttentionItem::NeverUsed(credentials.never_used_for_long.clone()));
    }
    items
}
