//! A desk that was copied elsewhere: whoever works at the one that was left behind is told.

use std::sync::Arc;

use keydesk::hub::StorePlace;

use crate::script::TestDesk;

#[test]
fn whoever_works_at_a_copied_desk_is_told() {
    let (desk, dir) = (TestDesk::new(), tempfile::tempdir().unwrap());
    let (hub, alice) = (Arc::clone(&desk.hub), desk.alice());
    let to = StorePlace::Sqlite(dir.path().join("copy.db"));
    let said = format!(
        "Needs attention: This desk was copied to {to}, and neither sees what is changed at the other: if the copy is in use, \
         name it as the store in the config file, then start keydesk again."
    );
    let copy = move || {
        hub.copy_store(&alice, &StorePlace::Sqlite("here.db".into()), &to, &mut |_, _| ()).unwrap();
        hub.look_at_store();
    };
    // At the question that is open, which is asked again; not twice in a session; and at the next sign-in.
    desk.play(|play| {
        let play = play.alice().sees("Menu.").sees_no("copied").waits(1).does(copy).waits(1).sees(&said);
        let play = play.sees("mark to repeat: ").waits(2).types("7").sees("locked").sees_no("copied");
        play.sees("Type the password of alice").hides(crate::support::PASSWORD).sees(&said).sees("Menu.").quits()
    });
}
