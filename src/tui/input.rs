//! Keys and pastes, read on a thread of their own.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use crossterm::event::{self, Event as Raw, KeyCode, KeyModifiers};

use super::chord::{Chord, Code};
use super::event::Event;

/// Reads from now on.
pub(super) fn listen(events: Sender<Event>) -> io::Result<()> {
    let read = move || {
        loop {
            let event = match event::read() {
                Ok(raw) => translate(raw),
                Err(why) if why.kind() == io::ErrorKind::Interrupted => None,
                Err(_) => Some(Event::Gone),
            };
            let last = matches!(event, Some(Event::Gone));
            if event.is_some_and(|event| events.send(event).is_err()) || last {
                return;
            }
        }
    };
    thread::Builder::new().name("keydesk-input".into()).spawn(read).map(|_| ())
}

/// Sizes are not taken from here: the signal thread tells of them from the first moment on, this one only from its
/// first read.
fn translate(raw: Raw) -> Option<Event> {
    match raw {
        // Enter that was typed before the terminal was ours: the line discipline had made a line feed of it.
        Raw::Key(key) if key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL => {
            Some(Event::Key(Chord::plain(Code::Enter)))
        }
        Raw::Key(key) => Chord::try_from(key).ok().map(Event::Key),
        Raw::Paste(text) => Some(Event::Paste(text)),
        Raw::Resize(..) | Raw::FocusGained | Raw::FocusLost | Raw::Mouse(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyEvent, KeyEventKind};

    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Option<String> {
        match translate(Raw::Key(KeyEvent::new(code, modifiers)))? {
            Event::Key(chord) => Some(chord.to_string()),
            other => panic!("a key became {other:?}"),
        }
    }

    #[test]
    fn a_line_feed_typed_before_the_screen_came_is_enter() {
        assert_eq!(key(KeyCode::Char('j'), KeyModifiers::CONTROL).as_deref(), Some("enter"));
        assert_eq!(key(KeyCode::Char('j'), KeyModifiers::NONE).as_deref(), Some("j"));
        assert_eq!(key(KeyCode::Enter, KeyModifiers::NONE).as_deref(), Some("enter"));
    }

    #[test]
    fn releases_and_sizes_are_nothing() {
        let mut release = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        release.kind = KeyEventKind::Release;
        assert!(translate(Raw::Key(release)).is_none());
        assert!(translate(Raw::Resize(80, 24)).is_none());
    }
}
