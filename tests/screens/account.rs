//! My account: appearance and last sign-ins.

use keydesk::account::Role;
use keydesk::config::{Appearance, Frontend};
use keydesk::hub::Origin;
use keydesk::secret::Secret;
use keydesk::tui::Start;
use keydesk::tui::msg::Msg;
use keydesk::tui::theme::{Palette, Theme};
use ratatui::style::Color;

use super::desk::Desk;
use super::fixture::{self, Copy};

impl Desk {
    fn on_account(role: Role) -> Self {
        let mut desk = Self::signed_in_as(role);
        desk.selects("My account").press("enter");
        desk
    }

    fn colours(&self) -> Vec<Color> {
        self.buffer().content.iter().map(|cell| cell.fg).filter(|c| *c != Color::Reset).collect()
    }
}

#[test]
fn colours_change_at_once_and_are_remembered() {
    for role in Role::ALL {
        let mut desk = Desk::on_account(role);
        desk.selects("Colours").sees("dark      enter changes").press("enter").sees("light     enter changes");
        desk.sees("This is remembered for the next time.").waits(7_000);
        assert!(!desk.colours().is_empty() && !desk.colours().contains(&Color::Indexed(80)), "{:?}", desk.colours());
        desk.press("enter").sees("none      enter changes");
        assert_eq!(desk.colours(), []);
        desk.press("enter").sees("auto      enter changes").press("enter").sees("dark      enter changes");
        let chosen: Vec<_> = desk.remembered.iter().map(|a| a.colours.as_deref().unwrap()).collect();
        assert_eq!(chosen, ["light", "none", "auto", "dark"]);
        assert!(desk.remembered.iter().all(|a| a.glyphs.is_none()));
    }
}

#[test]
fn colours_follow_the_terminal_unless_others_were_chosen() {
    let mut desk = Desk::on_account(Role::Basic);
    let accent = |desk: &Desk, n: u8| desk.colours().contains(&Color::Indexed(n));
    desk.send(Msg::Background { light: true });
    assert!(accent(&desk, 80), "dark was chosen");
    desk.selects("Colours").press("enter enter enter").sees("auto      enter changes");
    assert!(accent(&desk, 24), "what the terminal said is known");
    desk.send(Msg::Background { light: false });
    assert!(accent(&desk, 80) && !accent(&desk, 24));
}

#[test]
fn lines_and_marks_change_at_once_and_are_remembered() {
    let mut desk = Desk::on_account(Role::Basic);
    desk.selects("Lines and marks").press("enter").sees("ASCII     enter changes").sees("---------");
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
    desk.press("enter").sees("─────────").sees("Unicode   enter changes");
    let ascii = Appearance { glyphs: Some("ascii".to_owned()), ..Appearance::default() };
    assert_eq!((desk.remembered.len(), &desk.remembered[0]), (2, &ascii));
    assert!(desk.repainted);
}

#[test]
fn no_color_wins_and_says_so() {
    let copy = Copy::filled();
    let session = fixture::session(&copy.hub, "chen", Role::Basic);
    let plain = Theme { palette: Palette::None, ..Theme::default() };
    let mut desk = Desk::under(Some(copy), Start::Session(Box::new(session)), plain, true);
    desk.selects("My account").press("enter").selects("Colours").press("enter");
    desk.sees("NO_COLOR is set in your environment, and it wins.").sees("none      enter changes");
    assert_eq!((desk.colours(), desk.remembered.len()), (vec![], 0));
}

#[test]
fn a_choice_that_cannot_be_saved_holds_for_the_session() {
    let mut desk = Desk::on_account(Role::Basic);
    desk.send(Msg::Remembered(Err("The file cannot be written.".to_owned())));
    desk.sees("! It holds until you leave. The file cannot be written.");
}

#[test]
fn line_by_line_is_written_down_and_leaves_the_screen() {
    for role in Role::ALL {
        let mut desk = Desk::on_account(role);
        desk.selects("Line by line")
            .press("enter")
            .dialog("Go on line by line?")
            .says("nothing of this session stays in memory");
        desk.press("enter").no_dialog();
        assert!(!desk.lines && desk.remembered.is_empty(), "the safe answer is the focused one");
        desk.press("enter").dialog("Go on line by line?").says("boxes").press("tab enter");
        assert_eq!(desk.remembered, [Appearance::with_frontend(Frontend::Lines)]);
        assert!(desk.lines && !desk.quit);
        assert_eq!(desk.count("sign out"), 1);
    }
}

#[test]
fn a_face_that_cannot_be_saved_does_not_leave_the_screen() {
    let mut desk = Desk::on_account(Role::Basic);
    desk.cannot_remember = Some("The file cannot be written.");
    desk.selects("Line by line")
        .press("enter")
        .dialog("Go on line by line?")
        .says("boxes")
        .press("tab enter")
        .no_dialog();
    desk.sees("The file cannot be written. `keydesk --plain` opens");
    assert!(!desk.lines);
    // A later choice of colours is not mistaken for this one.
    desk.cannot_remember = None;
    desk.selects("Colours").press("enter").sees("This is remembered for the next time.");
    assert!(!desk.lines);
}

#[test]
fn a_demo_goes_line_by_line_at_once() {
    let mut desk = Desk::demo();
    desk.selects("My account").press("enter").selects("Line by line").press("enter");
    desk.dialog("Go on line by line?").says("boxes").press("tab enter");
    assert!(desk.lines && desk.remembered.is_empty());
    let mut desk = Desk::demo();
    desk.selects("My account").press("enter").selects("Colours").press("enter");
    assert!(desk.remembered.len() == 1 && !desk.lines, "other looks hold until one leaves");
}

#[test]
fn every_role_reads_its_own_sign_ins() {
    for role in Role::ALL {
        let mut desk = Desk::on_account(role);
        let name = fixture::name_of(role);
        let wrong = Secret::from_text("not the password");
        for _ in 0..3 {
            desk.hub().sign_in(name, &wrong, &Origin::default()).unwrap();
        }
        desk.selects("Last sign-ins").press("enter").sees("My account › Sign-ins").rest();
        desk.sees("refused: wrong password, 3 times").sees("If one was not you");
        desk.press("esc").selects("Last sign-ins");
    }
}

#[test]
fn the_demo_says_that_it_is_one_and_writes_no_file() {
    let mut desk = Desk::demo();
    desk.sees("Demo, nothing is kept").press("enter").selects("Activity log").press("enter").rest().press("x");
    desk.no_dialog().sees("This is the demo: it writes no file.").sees("Demo, nothing is kept");
    Desk::signed_in_as(Role::Administrator).sees_no("Demo");
}
