//! Documentation: samples for the selected credential, for every role.

use keydesk::account::Role;
use keydesk::credential::{Kind, Options};
use keydesk::hub::Setting;
use keydesk::sample::{self, Gateway, Language, Site, Subject, Upstream};
use keydesk::tui::msg::CopyOutcome;
use keydesk::tui::theme::{ASCII, Theme};

use super::desk::Desk;
use super::fixture::{self, Copy};

#[test]
fn y_copies_the_whole_sample_for_the_selected_key() {
    let mut desk = Desk::on_list();
    let row = desk.row_of("crm-sync");
    desk.selects("crm-sync").press("tab").sees(&format!("crm-sync   ● active   Basic Authentication   {}", row.key));
    desk.sees("read -rs KEYDESK_API_SECRET").press("y").sees("Sent to your terminal (OSC 52): sample.");
    let whole = sample::text(Language::Curl, &Subject::new(Kind::Basic, &row.key), &Site::default());
    assert_eq!(desk.copied, [whole]);
}

#[test]
fn the_arrows_go_through_the_languages_of_the_kind() {
    let mut desk = Desk::on_list();
    desk.press("2").rest().press("tab").sees("openssl+curl   Python   Node   Python SDK").sees("openssl dgst");
    desk.press("→ y").sees("import ").press("← ←").sees("message_media_messages").press("→").sees("openssl dgst");
    assert!(desk.copied[0].contains("hmac.new("), "{}", desk.copied[0]);
    desk.press("→ →").press("tab tab tab").sees("Python SDK").press("y");
    assert!(desk.copied[1].contains("require("), "the language stays while tabs change\n{}", desk.copied[1]);
}

#[test]
fn documentation_scrolls_to_notes_and_refusals() {
    let mut desk = Desk::on_list();
    desk.press("2").rest().press("tab").sees("─ 1-").sees_no("Common refusals").press("G");
    desk.sees("Common refusals: the clock is more than 5 minutes off; PUT signed as POST").sees_no("─ 1-");
    desk.press("→").sees("─ 1-").sees("read -rs").press("g ↓").sees_no("read -rs");
}

#[test]
fn obstacles_are_named_before_the_sample() {
    let copy = Copy::bare();
    let alice = fixture::local(&copy.hub, "alice");
    let options = Options { algorithms: "hmac-sha512".parse().unwrap(), ..Options::default() };
    copy.hub.create(&alice, &fixture::wanted(Kind::Hmac, "sha512-only", options)).unwrap();
    let mut desk = Desk::with(copy, Role::Administrator);
    desk.press("enter enter 2").rest().press("tab").sees_no("! ").press("←");
    desk.sees("! The package signs with hmac-sha1 only; this key may use hmac-sha512.").press("y");
    let mut desk = Desk::on_list();
    desk.selects("old-gateway").press("tab").sees("! This one is disabled: it is refused now.");
}

#[test]
fn users_who_may_not_see_credentials_read_a_placeholder() {
    let mut desk = Desk::on_list_as(Role::Basic);
    desk.press("tab").sees("Basic Authentication   YourAPIKeyYourAPIKey").sees("Put your own key in the place");
    desk.press("2").sees("HMAC Authentication   YourAPIKey").press("3").sees("yourusername").press("y");
    assert!(desk.copied[0].contains("yourusername"));
    assert_eq!((desk.count("list"), desk.count("details")), (0, 0));
    desk.press("shift-tab").sees("Not available to you");
}

#[test]
fn the_menu_has_the_same_for_every_kind() {
    for role in Role::ALL {
        let mut desk = Desk::signed_in_as(role);
        desk.selects("Documentation").press("enter").sees("━━ 1 Basic ━━── 2 HMAC ──── 3 Legacy ──").sees("YourAPIKey");
        desk.press("3 → →").sees("M4U text").press("y").press("esc").sees("Sign out");
        let whole = sample::text(Language::M4u, &Subject::placeholder(Kind::Legacy), &Site::default());
        assert_eq!(desk.copied, [whole]);
    }
}

#[test]
fn sections_of_the_tab_are_those_of_the_list() {
    let mut desk = Desk::on_list();
    desk.press("tab 3")
        .rest()
        .sees("smsbatch   ● active   Legacy API Credentials   smsbatch")
        .press("shift-tab")
        .rest();
    assert!(desk.selected_line().contains("smsbatch"));
}

#[test]
fn without_a_clipboard_the_page_says_so() {
    let mut desk = Desk::on_list();
    desk.outcome = CopyOutcome::Impossible("This terminal cannot copy. Select it by hand.".to_owned());
    desk.press("tab y").sees("! This terminal cannot copy. Select it by hand.");
}

#[test]
fn configurations_of_gateways_have_the_addresses_of_this_desk() {
    let mut desk = Desk::on_list();
    let alice = fixture::local(desk.hub(), "alice");
    desk.hub().set_settings(&alice, &[(Setting::Upstream, "10.0.0.7:8443".to_owned())]).unwrap();
    desk.waits(2_000).press("tab 4").sees("the verifier is at unix:/srv/desk/verifier.sock").sees("nginx   Caddy");
    desk.sees("# keydesk behind nginx").press("y").press("→ y").sees("Caddy (2.6 and later)").press("← ← y");
    let upstream = "10.0.0.7:8443".parse().unwrap();
    let shown = [Gateway::Nginx, Gateway::Caddy, Gateway::Traefik];
    let shown = shown.map(|gateway| gateway.snippet("unix:/srv/desk/verifier.sock", &upstream).unwrap());
    assert_eq!(desk.copied, shown);
    assert!(shown[0].contains("server 10.0.0.7:8443;") && shown[0].contains("server unix:/srv/desk/verifier.sock;"));
    desk.press("2").rest().sees("openssl+curl").sees_no("the verifier is at");
}

#[test]
fn samples_have_the_address_of_the_api() {
    let mut desk = Desk::on_list();
    let alice = fixture::local(desk.hub(), "alice");
    desk.hub().set_settings(&alice, &[(Setting::ApiAddress, "https://api.acme.test/sms".to_owned())]).unwrap();
    desk.waits(2_000).press("tab").sees("https://api.acme.test/sms/v1/messages").sees_no("api.example.com");
}

#[test]
fn lines_of_a_file_are_neither_cut_nor_copied_differently() {
    for (size, theme) in [((80, 24), Theme::default()), ((60, 16), Theme { glyphs: &ASCII, ..Theme::default() })] {
        for (i, gateway) in Gateway::ALL.into_iter().enumerate() {
            let mut desk = Desk::on_list();
            desk.press("tab 4").sees("←→ gateway").sees("y copy file").sees("4 samples");
            for _ in 0..i {
                desk.press("→");
            }
            desk.app.set_theme(theme);
            desk.sized(size.0, size.1).press("y");
            let file = gateway.snippet("unix:/srv/desk/verifier.sock", &Upstream::default()).unwrap();
            assert_eq!(desk.copied, std::slice::from_ref(&file));
            let shown = desk.reads_to_the_end(theme.glyphs.goes_on);
            let wanted: Vec<String> = file.lines().map(without_blanks).collect();
            assert_eq!(shown, wanted, "{gateway:?} at {size:?}");
        }
    }
    let mut desk = Desk::on_list();
    desk.press("tab 4").sees("the verifier is at").press("4").sees("curl").sees("4 gateways");
}

fn without_blanks(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

impl Desk {
    /// The lines of the page, read by going down one at a time; a line after the mark continues the one before.
    fn reads_to_the_end(&mut self, goes_on: &str) -> Vec<String> {
        // Place, tabs, whose it is, the languages, blank lines around them; the scroll bar; status and hints.
        let page = |desk: &Self| {
            let screen = desk.screen();
            let without_bar = |line: &str| line.trim_end_matches(['│', '┃', '|', '#']).to_owned();
            let lines: Vec<String> = screen.lines().skip(6).map(without_bar).collect();
            lines[..lines.len() - 2].to_vec()
        };
        self.waits(7_000).press("g");
        let mut lines = page(self);
        loop {
            let before = self.frame();
            self.press("↓");
            if self.frame() == before {
                break;
            }
            let next = page(self);
            lines.extend(next.last().cloned());
        }
        let mut whole: Vec<String> = Vec::new();
        for line in lines {
            match (line.trim_start().strip_prefix(goes_on), whole.last_mut()) {
                (Some(rest), Some(last)) if line.starts_with(&format!(" {goes_on}")) => {
                    last.push_str(&without_blanks(rest));
                }
                _ => whole.push(without_blanks(&line)),
            }
        }
        while whole.last().is_some_and(String::is_empty) {
            whole.pop();
        }
        whole
    }
}
