//! API Settings: three tabs, and in the first the three sections of credentials.

mod hits;
mod ticks;

pub use hits::Hits;
pub use ticks::{Found, Ticks};

use std::collections::BTreeMap;

use crate::credential::Kind;
use crate::hub::{CountQuery, CredentialId, CredentialInfo, CredentialRow, ListOrder, ListQuery, TrailRow};
use crate::tui::keymap::Action;
use crate::tui::layout;
use crate::tui::screen::details::{Details, DetailsPart, History};
use crate::tui::screen::docs::Docs;
use crate::tui::screen::filter_line::Search;
use crate::tui::screen::paged_list::PagedList;
use crate::tui::screen::refused::RefusedList;
use crate::tui::screen::trail::TrailList;

/// The tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Api,
    Documentation,
    Activity,
}

impl Tab {
    /// All tabs, in order.
    pub const ALL: [Self; 3] = [Self::Api, Self::Documentation, Self::Activity];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Documentation => "Documentation",
            Self::Activity => "Activity",
        }
    }

    /// The tab so many places on, wrapping around.
    pub fn plus(self, n: usize) -> Self {
        Self::ALL[(self as usize + n) % Self::ALL.len()]
    }
}

/// The state of the screen.
#[derive(Debug)]
pub struct Api {
    /// The open tab.
    pub tab: Tab,
    /// The open section.
    pub kind: Kind,
    /// Whether revoked credentials are listed.
    pub revoked: bool,
    /// The filter of the list.
    pub search: Search,
    /// The list.
    pub list: PagedList,
    /// Whether the list was read at all.
    pub loaded: bool,
    /// Keys wait for rows that were requested: other rows, or the same after a change.
    pub awaited: bool,
    /// Why it could not be read.
    pub problem: Option<String>,
    /// How many the filter finds in each section.
    pub hits: Option<Hits>,
    /// Requests of each of the last days that might pass, of the rows of the page that were used.
    pub used: BTreeMap<CredentialId, Vec<i64>>,
    /// Ticked rows, of every section.
    pub ticks: Ticks,
    /// Details of the selected row, or of the one before while they are read.
    pub details: Option<CredentialInfo>,
    /// The page about the selected credential, if it is open.
    pub page: Option<Details>,
    /// Entries of the trail about that credential.
    pub history: Option<History>,
    /// The Activity tab: the trail.
    pub activity: TrailList,
    /// The Activity tab: the requests that were refused.
    pub refused: RefusedList,
    /// Whether the Activity tab shows refused requests instead of the trail.
    pub shows_refused: bool,
    /// The Documentation tab.
    pub docs: Docs,
}

impl Api {
    /// The first section.
    pub fn new(kind: Kind) -> Self {
        Self {
            tab: Tab::Api,
            kind,
            revoked: false,
            search: Search::default(),
            list: PagedList::default(),
            loaded: false,
            awaited: false,
            problem: None,
            hits: None,
            used: BTreeMap::new(),
            ticks: Ticks::default(),
            details: None,
            page: None,
            history: None,
            activity: TrailList::of_credentials(),
            refused: RefusedList::default(),
            shows_refused: false,
            docs: Docs::new(kind),
        }
    }

    /// The query for the list.
    pub fn query(&self) -> ListQuery {
        let filter = self.search.filter().clone();
        ListQuery { kind: Some(self.kind), revoked: self.revoked, filter, ..self.list.query() }
    }

    /// The query that counts what the filter finds; `None` without a filter.
    pub fn count_query(&self) -> Option<CountQuery> {
        let filter = Some(self.search.filter()).filter(|filter| !filter.is_empty())?;
        Some(CountQuery { filter: filter.clone(), revoked: self.revoked, after: String::new() })
    }

    /// How many the filter finds in a section, and whether that is all of them; `None` while nothing is known.
    pub fn found(&self, kind: Kind) -> Option<(i64, bool)> {
        let query = self.count_query()?;
        self.hits.as_ref().filter(|hits| hits.are_of(&query)).and_then(|hits| hits.of(kind))
    }

    /// Rows that the list has on the screen.
    pub fn height(&self, size: (u16, u16)) -> usize {
        layout::list_rows(size)
    }

    /// Opens another section, from its start, in the same order.
    pub fn go_to(&mut self, kind: Kind) {
        let (order, turned) = (self.list.order(), self.list.turned());
        self.kind = kind;
        self.start_over();
        self.list.set_order(order, turned);
    }

    /// Drops the rows, because others are wanted.
    pub fn start_over(&mut self) {
        self.list = PagedList::default();
        self.loaded = false;
        self.problem = None;
        self.details = None;
        self.page = None;
        self.history = None;
        self.docs.scroll = 0;
    }

    /// Opens the page about the selected credential, or about the one that the list leads to when it is read.
    pub fn open_page(&mut self) {
        self.page = Some(Details::default());
        self.history = None;
    }

    /// Goes back to the list from the page about one credential.
    pub fn close_page(&mut self) {
        self.page = None;
        self.history = None;
    }

    /// Whether the list is on the screen, and not the page about one of its rows.
    pub fn on_list(&self) -> bool {
        self.tab == Tab::Api && self.page.is_none()
    }

    /// Whether actions are about the ticked rows.
    pub fn acts_on_ticks(&self) -> bool {
        self.on_list() && !self.ticks.is_empty()
    }

    /// Orders by this; by the same again the other way round.
    pub fn order_by(&mut self, order: ListOrder) {
        let turned = self.list.order() == order && !self.list.turned();
        self.list.set_order(order, turned);
    }

    /// What an action is about: the ticked rows, or else the selected one. On the page about one it is that one.
    pub fn targets(&self) -> impl Iterator<Item = &CredentialRow> {
        let ticked = self.acts_on_ticks();
        let selected = self.list.selected().filter(|_| !ticked);
        self.ticks.rows().filter(move |_| ticked).chain(selected)
    }

    /// What so many rows that are acted on are all of, if they are all that a filter found.
    pub fn all_of(&self, rows: usize) -> Option<&Found> {
        // Those that were left out are not among all of something.
        self.ticks.all_of().filter(|_| self.acts_on_ticks() && self.ticks.len() == rows)
    }

    /// Whether no row of the list that was read is ticked, but others are.
    pub fn ticks_are_elsewhere(&self) -> bool {
        !self.ticks.is_empty() && !self.list.rows().iter().any(|row| self.ticks.has(row.id))
    }

    /// Whether all of so many rows that the list has are ticked, as far as that can be told without reading them.
    pub fn all_ticked(&self, total: i64) -> bool {
        let all_read = i64::try_from(self.list.rows().len()) == Ok(total);
        let found = self.ticks.all_of() == Some(&self.all_found(false).0);
        total > 0 && (found || all_read && self.list.rows().iter().all(|row| self.ticks.has(row.id)))
    }

    /// What `a` ticks, or `A` with every kind, and the query that finds it.
    pub fn all_found(&self, every_kind: bool) -> (Found, ListQuery) {
        let query = self.query();
        let kind = query.kind.filter(|_| !every_kind);
        (Found { filter: self.search.typed().to_owned(), kind }, ListQuery { kind, ..query })
    }

    /// The row that the details pane is about, and what was read of it. While the selection moves on, the pane keeps
    /// its content until the details of the new row arrive: a held arrow key redraws one row, not the pane.
    pub fn to_detail(&self) -> Option<(&CredentialRow, Option<&CredentialInfo>)> {
        let selected = self.list.selected()?;
        match &self.details {
            Some(read) if read.row.id != selected.id => Some((&read.row, Some(read))),
            read => Some((selected, read.as_ref())),
        }
    }

    /// The entries of the trail about the selected row, once they were read.
    pub fn history_now(&self) -> Option<&[TrailRow]> {
        let id = self.list.selected()?.id;
        self.history.as_ref().filter(|history| history.of == id)?.rows.as_deref()
    }

    /// The selected entry of the history, while it has the focus.
    pub fn history_entry(&self, one_page: bool) -> Option<&TrailRow> {
        let page = self.page.as_ref().filter(|page| matches!(page.focus(one_page), DetailsPart::History))?;
        self.history_now()?.get(page.entry.selected)
    }

    /// Selects another entry of the history that is shown.
    pub fn move_in_history(&mut self, action: Action, one_page: bool) {
        let entries = self.history_now().map_or(0, <[_]>::len);
        if let Some(page) = &mut self.page {
            page.act(action, 0, entries, one_page);
        }
    }

    /// Details, if they are of the selected row.
    pub fn details_now(&self) -> Option<&CredentialInfo> {
        let id = self.list.selected()?.id;
        self.details.as_ref().filter(|d| d.row.id == id)
    }
}
