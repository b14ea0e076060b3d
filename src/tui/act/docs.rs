//! Actions on the Documentation tab and the page behind the menu.

use crate::account::Right;
use crate::credential::Kind;
use crate::hub::CredentialRow;
use crate::sample::{self, Site, Subject, Upstream};
use crate::secret::Secret;
use crate::tui::act::scroll;
use crate::tui::app::{App, Workspace};
use crate::tui::keymap::Action;
use crate::tui::msg::Effect;
use crate::tui::pending::Slot;
use crate::tui::screen::{Docs, Screen, Tab};
use crate::tui::toast::Toast;

impl App {
    pub(super) fn act_on_docs(&mut self, action: Action) {
        let most = self.scroll_limit(action);
        let Some(workspace) = &mut self.workspace else { return };
        let Some((_, subject)) = workspace.docs_of() else { return };
        let kind = subject.kind;
        match action {
            Action::CopySample => self.copy_sample(),
            Action::Section(other) => self.document(other),
            Action::Gateways => {
                let Some(docs) = workspace.docs_mut() else { return };
                (docs.gateways, docs.scroll) = (!docs.gateways, 0);
            }
            action => {
                let Some(docs) = workspace.docs_mut() else { return };
                match action {
                    Action::NextLanguage if docs.gateways => docs.turn_gateway(true),
                    Action::PreviousLanguage if docs.gateways => docs.turn_gateway(false),
                    Action::NextLanguage => docs.turn(kind, true),
                    Action::PreviousLanguage => docs.turn(kind, false),
                    action => scroll(&mut docs.scroll, action, most),
                }
            }
        }
    }

    /// Shows another kind; for users who see credentials that is another section of the list.
    fn document(&mut self, kind: Kind) {
        let now = self.now;
        let Some(workspace) = &mut self.workspace else { return };
        let sees = workspace.may(Right::SeeCredentials);
        if let Some(docs) = workspace.docs_mut() {
            (docs.gateways, docs.scroll) = (false, 0);
        }
        match workspace.screen_mut() {
            Some(Screen::Docs(docs)) => {
                docs.kind = kind;
                docs.scroll = 0;
            }
            Some(Screen::Api(api)) if sees && api.kind != kind => {
                api.go_to(kind);
                workspace.read_list(now);
            }
            Some(Screen::Api(api)) if !sees => {
                api.kind = kind;
                api.docs.scroll = 0;
            }
            _ => {}
        }
    }

    fn copy_sample(&mut self) {
        if let Some(why) = &self.no_clipboard {
            self.toast = Some(Toast::note(self.now, why.clone()));
            return;
        }
        let Some(workspace) = &self.workspace else { return };
        let Some((docs, subject)) = workspace.docs_of() else { return };
        let text = match docs.gateways {
            true => match docs.gateway().snippet(self.verifier_address(), &workspace.upstream()) {
                Ok(text) => text,
                Err(why) => {
                    self.toast = Some(Toast::note(self.now, why.to_string()));
                    return;
                }
            },
            false => sample::text(docs.language(subject.kind), &subject, &workspace.site()),
        };
        let ticket = self.pending.add(Slot::CopySample);
        self.out.push(Effect::Copy(ticket, Secret::from_text(&text)));
    }
}

impl Workspace {
    /// The documentation on the screen, and its subject: the selected credential, or a placeholder.
    pub(in crate::tui) fn docs_of(&self) -> Option<(&Docs, Subject<'_>)> {
        match self.screen()? {
            Screen::Docs(docs) => Some((docs, Subject::placeholder(docs.kind))),
            Screen::Api(api) if api.tab == Tab::Documentation => {
                let subject = match self.documented() {
                    Some(row) => Subject::new(row.kind, &row.key).signing_with(row.options.algorithms.clone()),
                    None => Subject::placeholder(api.kind),
                };
                Some((&api.docs, subject))
            }
            _ => None,
        }
    }

    /// Where the API is, as far as it was read.
    pub(in crate::tui) fn site(&self) -> Site {
        self.overview.as_ref().map(|overview| overview.api.clone()).unwrap_or_default()
    }

    /// The upstream of a gateway, as far as it was read.
    pub(in crate::tui) fn upstream(&self) -> Upstream {
        self.overview.as_ref().and_then(|overview| overview.upstream.clone()).unwrap_or_default()
    }

    /// The credential that the documentation is for.
    pub(in crate::tui) fn documented(&self) -> Option<&CredentialRow> {
        self.api()?.list.selected()
    }

    fn docs_mut(&mut self) -> Option<&mut Docs> {
        match self.screen_mut()? {
            Screen::Docs(docs) => Some(docs),
            Screen::Api(api) => Some(&mut api.docs),
            _ => None,
        }
    }
}
