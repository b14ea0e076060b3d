//! Documentation, line by line: the gateway files.

use keydesk::account::Role;
use keydesk::sample::{Gateway, Upstream};

use crate::script::{Script, TestDesk, VERIFIER, between};

fn to_gateways(play: Script, heading: &str) -> Script {
    play.sees("Menu.")
        .picks("Documentation")
        .sees("Documentation: how to call the API")
        .picks("Configurations of gateways.")
        .sees(heading)
        .sees("`keydesk snippet nginx --as NAME` prints the same")
}

#[test]
fn a_gateway_file_is_printed_and_copied_unchanged() {
    let table = TestDesk::new();
    for gateway in Gateway::ALL {
        let file = gateway.snippet(VERIFIER, &Upstream::default()).unwrap();
        let (_, play) = table.play_as(Some(table.session("alice")), |play| {
            to_gateways(play, &format!("the verifier is at {VERIFIER}."))
                .picks(gateway.title())
                .sees(&format!("That was the file of {}.", gateway.title()))
                .picks("Copy this file")
                .sees("Sent to your terminal (OSC 52): the file.")
                .back(2)
                .quits()
        });
        assert_eq!(play.copied, std::slice::from_ref(&file));
        let said = between(&play.said, file.lines().next().unwrap(), "That was the file of");
        let wanted: Vec<_> = file.lines().skip(1).map(|line| line.replace('\t', "    ")).collect();
        let said: Vec<_> = said.lines().skip(1).map(str::to_owned).collect();
        assert_eq!(said[..wanted.len()], wanted, "{}", gateway.title());
    }
}

#[test]
fn every_role_may_read_them() {
    let table = TestDesk::new();
    table.user("chen", Role::Basic);
    table.play_as(Some(table.session("chen")), |play| {
        to_gateways(play, "only Administrators and Auditors see those of this desk")
            .picks("nginx")
            .sees("# keydesk behind nginx")
            .sees_no(VERIFIER)
            .back(3)
            .quits()
    });
}
