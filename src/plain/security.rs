//! Security: the settings of the desk and its verifiers, and the age of the master key.

use crate::account::Right;
use crate::hub::{Provenance, Setting};

use super::conversation::{Menu, Step};
use super::session::SignedIn;
use super::words;

/// Shows Security and runs what is chosen, until the user goes back.
pub fn security(session: &mut SignedIn<'_, '_>) -> Step {
    loop {
        let Some(found) = session.call(|hub, actor| hub.security(actor))? else { return Ok(()) };
        let label = |setting: Setting| format!("Change the {}.", lower(setting.title()));
        let choices = Setting::ALL.map(|setting| session.choice_label(&label(setting), Right::ManageSite));
        let mut menu = Menu::new("Security.", choices);
        let minutes = words::number(found.idle_lock_minutes(), "minute", "minutes");
        let lock = found.of(Setting::LockTime).map(|set| set.state);
        let default = if lock == Some(Provenance::Default) { " (default)" } else { "" };
        menu.heading.push(format!("A desk where nobody answers locks after {minutes}{default}."));
        for set in found.settings.iter().filter(|set| set.setting != Setting::LockTime) {
            let title = set.setting.title();
            menu.heading.push(match set.state {
                Provenance::Tampered => {
                    format!("{title}: changed outside keydesk, so it is not trusted. Set it again.")
                }
                _ => format!("{title}: {}. It is {}.", set.words(), lower(set.setting.meaning())),
            });
        }
        if lock == Some(Provenance::Tampered) {
            menu.heading.push("The lock time was changed outside keydesk: what you heard is the default.".to_owned());
        }
        if let Some(made) = found.master_key_made_at {
            menu.heading.push(format!("The master key was made on {}.", made.date()));
        }
        match session.conversation.choose(&menu)? {
            None => return Ok(()),
            Some(i) if session.has_right(Right::ManageSite)? => change(session, Setting::ALL[i])?,
            Some(_) => {}
        }
    }
}

/// In lower case for the middle of a sentence.
fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn change(session: &mut SignedIn<'_, '_>, setting: Setting) -> Step {
    loop {
        session.say(format!("{}: {}.", setting.title(), setting.meaning()))?;
        let Some(text) = session.conversation.line("Type it. An empty line leaves it as it is: ")? else {
            return Ok(());
        };
        if session.call(|hub, actor| hub.set_settings(actor, &[(setting, text.clone())]))?.is_some() {
            return session.say(match setting {
                Setting::LockTime => "The lock time is changed. It counts from the next sign-in.",
                Setting::ApiAddress | Setting::Upstream => "It is changed. Samples and snippets use it.",
                Setting::KeepCounts => "It is changed. Verifiers delete what is older within an hour.",
                _ => "It is changed. Verifiers follow within a second.",
            });
        }
    }
}
