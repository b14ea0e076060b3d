//! While nobody knows whether a change was kept: how long it is asked for.

use std::cell::RefCell;

/// What is said meanwhile. A new secret is held back until it is known.
pub const UNANSWERED: &str =
    "The database has not said yet whether this was kept. keydesk keeps asking, and goes on by itself.";

/// Says whether to go on asking.
type GoesOn = Box<dyn FnMut() -> bool>;

thread_local! {
    /// Of the call that this thread makes: a hub serves several, and only one of them waits for this change.
    static GOES_ON: RefCell<Option<GoesOn>> = const { RefCell::new(None) };
}

/// Makes a call of the hub. If the commit of a change in it gets no answer, the store is asked whether the change is there,
/// several times a second and as long as `goes_on` says, which is called before each question. Any other call gives up when
/// the store does, after half a minute.
pub fn asking_while<R>(goes_on: impl FnMut() -> bool + 'static, call: impl FnOnce() -> R) -> R {
    /// Also where the call panics.
    struct Forgotten;
    impl Drop for Forgotten {
        fn drop(&mut self) {
            GOES_ON.set(None);
        }
    }
    GOES_ON.set(Some(Box::new(goes_on)));
    let _forgotten = Forgotten;
    call()
}

/// What the call that this thread makes says; none if it has no opinion.
pub(super) fn goes_on() -> Option<bool> {
    GOES_ON.with_borrow_mut(|goes_on| goes_on.as_mut().map(|goes_on| goes_on()))
}
