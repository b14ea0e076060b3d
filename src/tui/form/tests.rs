use super::*;

fn form() -> Form {
    Form::new(vec![
        text(Id::Name, "Name"),
        entry(Id::Options, "Options", Control::Fold { open: false }),
        folded(text(Id::Note, "Note")),
        button(Id::Submit, "Create Key"),
        button(Id::Cancel, "Cancel"),
    ])
}

#[test]
fn enter_sends_from_the_last_field_that_is_shown() {
    let mut form = form();
    assert_eq!(form.advance(), Advance::Submit);
    form.next();
    assert_eq!(form.advance(), Advance::Moved);
    form.focus_on(Id::Name);
    assert_eq!((form.advance(), form.focus()), (Advance::Moved, Some(Id::Note)));
    assert_eq!(form.advance(), Advance::Submit);
    form.focus_on(Id::Cancel);
    assert_eq!(form.advance(), Advance::Pressed(Id::Cancel));
}

#[test]
fn folded_entries_are_stepped_over() {
    let mut form = form();
    form.next();
    form.next();
    assert_eq!(form.focus(), Some(Id::Submit));
    form.previous();
    form.previous();
    form.previous();
    assert_eq!(form.focus(), Some(Id::Cancel));
}

#[test]
fn a_fault_under_the_fold_opens_it() {
    let mut form = form();
    form.fault(Id::Note, "too long".to_owned());
    assert!(form.unfolded());
    assert_eq!(form.focus(), Some(Id::Note));
    assert_eq!(form.insert("x"), Ok(()));
    assert_eq!(form.entry(Id::Note).and_then(|e| e.error.as_deref()), None);
}
