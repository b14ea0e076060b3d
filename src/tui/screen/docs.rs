//! Documentation: language, kind and scroll position.

use crate::credential::Kind;
use crate::sample::{Gateway, Language, languages};

/// The state of the page, the same in the tab and behind the menu.
#[derive(Debug)]
pub struct Docs {
    /// The kind, behind the menu. In the tab it is the selected credential's.
    pub kind: Kind,
    /// First line that is shown.
    pub scroll: usize,
    /// The gateways' configurations are shown in place of samples.
    pub gateways: bool,
    /// Index of the shown gateway.
    gateway: usize,
    /// Index of the chosen language for each kind.
    chosen: [usize; 3],
}

impl Docs {
    /// The first kind, the first language of each.
    pub fn new(kind: Kind) -> Self {
        Self { kind, scroll: 0, gateways: false, gateway: 0, chosen: [0; 3] }
    }

    /// The gateways' configurations.
    pub fn of_gateways() -> Self {
        Self { gateways: true, ..Self::new(Kind::Basic) }
    }

    /// The language that is shown of a kind.
    pub fn language(&self, kind: Kind) -> Language {
        let all = languages(kind);
        all[self.chosen[kind as usize] % all.len()]
    }

    /// The gateway that is shown.
    pub fn gateway(&self) -> Gateway {
        Gateway::ALL[self.gateway % Gateway::ALL.len()]
    }

    /// The next or the previous gateway, around at the ends.
    pub fn turn_gateway(&mut self, forward: bool) {
        let len = Gateway::ALL.len();
        self.gateway = (self.gateway + if forward { 1 } else { len - 1 }) % len;
        self.scroll = 0;
    }

    /// The next or the previous language of a kind, around at the ends.
    pub fn turn(&mut self, kind: Kind, forward: bool) {
        let len = languages(kind).len();
        let chosen = &mut self.chosen[kind as usize];
        *chosen = (*chosen + if forward { 1 } else { len - 1 }) % len;
        self.scroll = 0;
    }
}
