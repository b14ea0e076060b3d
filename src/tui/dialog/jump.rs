//! The palette: jumps to any credential, user, screen, ready filter or action.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::hub::{CredentialRow, JumpPart, JumpQuery, UserRow};
use crate::tui::dialog::{Dialog, DialogKind};
use crate::tui::form::{Form, Id, text};
use crate::tui::keymap::{Action, Binding, Scope, reachable};

/// A screen to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Menu,
    Credentials,
    Users,
    ActivityLog,
    Security,
    Account,
    SshKeys,
    Documentation,
}

impl Place {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Menu, "Menu"),
        (Self::Credentials, "API Settings"),
        (Self::Users, "Users"),
        (Self::ActivityLog, "Activity log"),
        (Self::Security, "Security"),
        (Self::Account, "My account"),
        (Self::SshKeys, "My SSH keys"),
        (Self::Documentation, "Documentation"),
    ];
}

/// Filters that are ready: what they find, and how they are typed.
const FILTERS: [(&str, &str); 8] = [
    ("Expiring within 30 days", "expires<30d"),
    ("Expired", "state:expired"),
    ("Disabled", "state:disabled"),
    ("Not yet usable", "state:not-yet"),
    ("Never used", "used:never"),
    ("Not used for 90 days", "unused>90d"),
    ("Changed outside keydesk", "state:tampered"),
    ("Without an owner", "owner:none"),
];

/// Something to go to, or to do.
#[derive(Clone, Debug)]
pub enum Target {
    /// A credential.
    Credential(CredentialRow),
    /// A user.
    User(UserRow),
    /// A screen.
    Place(Place, &'static str),
    /// A ready filter: what it finds, and how it is typed.
    Filter(&'static str, &'static str),
    /// An action of the page that the palette was opened on.
    Action(&'static Binding),
}

/// Most credentials that are listed among other things, and alone.
const AMONG: usize = 8;
const ALONE: usize = 30;

/// The palette.
#[derive(Debug)]
pub struct Jump {
    /// Actions of the page under it.
    actions: Vec<&'static Binding>,
    /// The screens that the role may open.
    places: Vec<(Place, &'static str)>,
    /// The users, once they were read.
    pub users: Vec<UserRow>,
    /// Where the user was last.
    recent: Vec<CredentialRow>,
    credentials: Vec<(u32, CredentialRow)>,
    /// How many credentials matched so far, and how many were looked at.
    pub counted: (i64, i64),
    /// Whether there is an answer for what is typed now.
    pub answered: bool,
    /// What can be chosen now.
    targets: Vec<Target>,
    /// Index of the selected one.
    pub selected: usize,
}

impl Dialog {
    /// The palette over a page with these scopes.
    pub fn jump(chain: &[Scope], places: Vec<(Place, &'static str)>, recent: Vec<CredentialRow>) -> Self {
        let takes = |action: Action| {
            !action.moves() && !matches!(action, Action::Jump | Action::Back | Action::Open | Action::Help)
        };
        let mut actions: Vec<&'static Binding> = Vec::new();
        for binding in reachable(chain).into_iter().filter(|binding| takes(binding.action)) {
            if actions.iter().all(|other| other.action != binding.action) {
                actions.push(binding);
            }
        }
        let mut jump = Jump {
            actions,
            places,
            users: Vec::new(),
            recent,
            credentials: Vec::new(),
            counted: (0, 0),
            answered: true,
            targets: Vec::new(),
            selected: 0,
        };
        jump.choose_again("");
        Self::with_form(Form::new(vec![text(Id::Jump, "")]), DialogKind::Jump(Box::new(jump)))
    }
}

/// What is typed without its sign, and what the sign narrows it to.
fn narrowed(typed: &str) -> (Option<char>, &str) {
    let typed = typed.trim();
    match typed.chars().next() {
        Some(sign @ ('>' | '@' | '#' | '/')) => (Some(sign), typed[1..].trim_start()),
        _ => (None, typed),
    }
}

impl Jump {
    /// What can be chosen, the best first.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The selected one.
    pub fn chosen(&self) -> Option<&Target> {
        self.targets.get(self.selected)
    }

    /// The words that letters are found by, without a sign before them.
    pub fn words(typed: &str) -> &str {
        narrowed(typed).1
    }

    /// Other words were typed: the query for credentials, if they are searched.
    pub fn typed(&mut self, typed: &str) -> Option<JumpQuery> {
        self.credentials.clear();
        (self.counted, self.selected) = ((0, 0), 0);
        let query = Self::query(typed);
        self.answered = query.is_none();
        self.choose_again(typed);
        query
    }

    /// The query for the first part of the credentials, if they are searched.
    pub fn query(typed: &str) -> Option<JumpQuery> {
        let (sign, words) = narrowed(typed);
        let searches = matches!(sign, None | Some('#')) && !words.is_empty();
        searches.then(|| JumpQuery { typed: words.to_owned(), tags: sign == Some('#'), after: String::new() })
    }

    /// Takes a part of the credentials.
    pub fn take(&mut self, part: JumpPart, typed: &str) {
        self.answered = true;
        self.counted = (self.counted.0 + part.matched, self.counted.1 + part.looked_at);
        for (score, row) in part.found {
            if self.credentials.iter().all(|(_, other)| other.id != row.id) {
                self.credentials.push((score, row));
            }
        }
        self.credentials.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.name.cmp(&right.name)));
        self.credentials.truncate(ALONE);
        self.choose_again(typed);
    }

    /// Moves the selection.
    pub fn act(&mut self, action: Action) {
        let last = self.targets.len().saturating_sub(1);
        self.selected = match action {
            Action::Up => self.selected.saturating_sub(1),
            Action::Down => self.selected + 1,
            Action::PageUp => self.selected.saturating_sub(8),
            Action::PageDown => self.selected + 8,
            _ => self.selected,
        }
        .min(last);
    }

    /// Puts together what can be chosen.
    pub fn choose_again(&mut self, typed: &str) {
        let (sign, words) = narrowed(typed);
        let mut all = Vec::new();
        if words.is_empty() && sign.is_none() {
            all.extend(self.recent.iter().cloned().map(Target::Credential));
            all.extend(self.actions.iter().copied().map(Target::Action));
        } else {
            let most = if sign == Some('#') { ALONE } else { AMONG };
            all.extend(self.credentials.iter().take(most).map(|(_, row)| Target::Credential(row.clone())));
            let mut best = Best::of(words);
            if sign.is_none() {
                all.extend(best.sorted(FILTERS.iter().map(|(finds, filter)| (*finds, Target::Filter(finds, filter)))));
            }
            if matches!(sign, None | Some('@')) {
                let users: Vec<_> =
                    self.users.iter().map(|row| (row.name.as_str(), Target::User(row.clone()))).collect();
                all.extend(best.sorted(users.into_iter()));
            }
            if matches!(sign, None | Some('/')) {
                all.extend(best.sorted(self.places.iter().map(|(place, name)| (*name, Target::Place(*place, name)))));
            }
            if matches!(sign, None | Some('>')) {
                let actions = self.actions.iter().map(|binding| (binding.words, Target::Action(binding)));
                all.extend(best.sorted(actions));
            }
        }
        self.targets = all;
        self.selected = self.selected.min(self.targets.len().saturating_sub(1));
    }
}

/// Finds what matches, the best first.
struct Best {
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
}

impl Best {
    fn of(words: &str) -> Self {
        let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT), buffer: Vec::new() }
    }

    fn sorted<'a>(&mut self, all: impl Iterator<Item = (&'a str, Target)>) -> Vec<Target> {
        let mut found: Vec<_> = all
            .filter_map(|(name, target)| {
                let score = self.pattern.score(Utf32Str::new(name, &mut self.buffer), &mut self.matcher)?;
                Some((score, target))
            })
            .collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, target)| target).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(jump: &Jump) -> Vec<&str> {
        let name = |target: &'_ Target| match target {
            Target::Place(_, name) => Some(*name),
            Target::Filter(finds, _) => Some(*finds),
            Target::Action(binding) => Some(binding.words),
            Target::Credential(_) | Target::User(_) => None,
        };
        jump.targets().iter().filter_map(name).collect()
    }

    #[test]
    fn a_sign_narrows_to_actions_or_screens() {
        let dialog = Dialog::jump(&[Scope::List, Scope::Rows], Place::ALL.to_vec(), vec![]);
        let DialogKind::Jump(mut jump) = dialog.kind else { panic!("another dialog") };
        assert!(names(&jump).contains(&"rotate the secret"), "empty: the actions of the page");
        assert!(jump.typed("/log").is_none(), "no credential is searched");
        assert_eq!(names(&jump), ["Activity log"]);
        assert!(jump.typed(">rotat").is_none());
        assert_eq!(names(&jump), ["rotate the secret"]);
        let query = jump.typed("exp").unwrap();
        assert!((query.typed.as_str(), query.tags) == ("exp", false) && !jump.answered);
        assert!(["Expired", "Expiring within 30 days"].iter().all(|name| names(&jump)[..2].contains(name)));
        assert!(jump.typed("#crm").is_some_and(|query| query.tags && query.typed == "crm"));
    }
}
