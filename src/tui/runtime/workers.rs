//! The worker threads: one writes, one reads, so that a long search never blocks a change.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::hub::{Cancel, Conflict, DeskPaths, Hub, HubError, Origin, SetUp, asking_while};
use crate::time::Clock;
use crate::tui::msg::{Answer, Call, Lane, Msg, Reply, Ticket};
use crate::tui::runtime::event::LoopEvent;
use crate::tui::runtime::perform::perform;
use crate::tui::runtime::store_poller::{ReadRequest, StorePoller, forward_notices};
use crate::tui::runtime::{fault_injection, notes, panic};

/// The context of every worker.
pub(super) struct WorkerContext {
    /// Empty until the desk is set up.
    pub(super) hub: Arc<OnceLock<Hub>>,
    /// Where a new desk is made; none when there is no disk to make it on.
    pub(super) places: Option<DeskPaths>,
    pub(super) origin: Origin,
    pub(super) clock: Arc<dyn Clock>,
}

/// Handle of the event loop to the workers.
pub(super) struct Workers {
    write: Sender<Job>,
    read: Sender<ReadRequest>,
    calls: Arc<Mutex<Calls>>,
    /// Disconnected when the writer has finished its last job.
    written: Receiver<()>,
}

type Job = (Ticket, Call);

/// Interval of progress reports of a long call.
const PROGRESS: Duration = Duration::from_millis(200);

/// The calls that are still wanted, each with its cancellation.
type Calls = BTreeMap<Ticket, Cancel>;

impl Workers {
    pub(super) fn start(context: WorkerContext, events: &Sender<LoopEvent>) -> io::Result<Self> {
        let context = Arc::new(context);
        let calls = Arc::new(Mutex::new(Calls::default()));
        let (done, written) = channel();
        let writer = {
            let (context, events, running) = (Arc::clone(&context), events.clone(), Arc::clone(&calls));
            spawn("keydesk-write", move |jobs| {
                write(&jobs, &context, &events, &running);
                drop(done);
            })?
        };
        let reader = {
            let (context, events, calls) = (Arc::clone(&context), events.clone(), Arc::clone(&calls));
            spawn("keydesk-read", move |requests| read(&requests, &context, &events, &calls))?
        };
        let requests = reader.clone();
        if context.places.is_some() {
            let (noted, surveyed, events) = (Arc::clone(&context), Arc::clone(&context), events.clone());
            let note = move || notes::note(noted.hub.wait());
            thread::Builder::new().name("keydesk-notes".to_owned()).spawn(note)?;
            let survey = move || notes::survey(surveyed.hub.wait(), &events);
            thread::Builder::new().name("keydesk-survey".to_owned()).spawn(survey)?;
        }
        let (looks, told) = (Arc::clone(&context), events.clone());
        let look = move || notes::look_at_store(looks.hub.wait(), &told);
        thread::Builder::new().name("keydesk-store".to_owned()).spawn(look)?;
        // During set-up there is no store yet.
        thread::Builder::new()
            .name("keydesk-notice".to_owned())
            .spawn(move || forward_notices(context.hub.wait(), &requests))?;
        Ok(Self { write: writer, read: reader, calls, written })
    }

    /// Hands a call to the worker of its lane.
    pub(super) fn call(&self, ticket: Ticket, call: Call) {
        // A worker ends only when its channel closes, so sending cannot fail while the loop runs.
        lock(&self.calls).insert(ticket, Cancel::default());
        let _ = match call.lane() {
            Lane::Write => self.write.send((ticket, call)).is_ok(),
            Lane::Read => self.read.send(ReadRequest::Call(ticket, Box::new(call))).is_ok(),
        };
    }

    /// Cancels a read, whether it runs already or is still queued, or takes back a change that is not committed.
    pub(super) fn cancel(&self, ticket: Ticket) {
        if let Some(cancel) = lock(&self.calls).remove(&ticket) {
            cancel.cancel();
        }
    }

    /// Lets the writer finish its queue, for at most `longest`.
    pub(super) fn finish(self, longest: Duration) {
        let Self { write, read, written, .. } = self;
        drop((write, read));
        let _: Result<(), RecvTimeoutError> = written.recv_timeout(longest);
    }
}

fn lock(calls: &Mutex<Calls>) -> MutexGuard<'_, Calls> {
    calls.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn<T: Send + 'static>(name: &str, work: impl FnOnce(Receiver<T>) + Send + 'static) -> io::Result<Sender<T>> {
    let (jobs, queue) = channel();
    thread::Builder::new().name(name.to_owned()).spawn(move || work(queue))?;
    Ok(jobs)
}

fn write(jobs: &Receiver<Job>, context: &WorkerContext, events: &Sender<LoopEvent>, running: &Mutex<Calls>) {
    let mut unconfirmed = false;
    for (ticket, call) in jobs {
        let cancel = lock(running).get(&ticket).cloned().unwrap_or_else(cancelled);
        let reply = match call.is_of_a_form() {
            true => {
                let goes_on = asks(ticket, events, &cancel);
                asking_while(goes_on, || context.answer(call, &cancel, &mut reports(ticket, events)))
            }
            false => context.answer(call, &cancel, &mut reports(ticket, events)),
        };
        lock(running).remove(&ticket);
        // The change is made even if the loop is gone: the user asked for it.
        let _ = events.send(LoopEvent::Msg(Msg::Reply(ticket, reply)));
        // That a change is on one server alone is told at once, and when the next one is not.
        let now = context.hub.get().is_some_and(|hub| hub.unconfirmed().is_any());
        if let (true, Some(hub)) = (now != std::mem::replace(&mut unconfirmed, now), context.hub.get()) {
            let _ = events.send(LoopEvent::Msg(Msg::StoreNotices(hub.store_notices())));
        }
    }
}

/// The flag of a call that was cancelled while it was queued.
fn cancelled() -> Cancel {
    let cancel = Cancel::default();
    cancel.cancel();
    cancel
}

/// Whether to go on asking for a change whose commit got no answer: until the user wants to know no more.
fn asks(ticket: Ticket, events: &Sender<LoopEvent>, cancel: &Cancel) -> impl FnMut() -> bool + 'static {
    let (events, cancel) = (events.clone(), cancel.clone());
    let mut told = false;
    move || {
        let loop_is_there = std::mem::replace(&mut told, true) || {
            let asking = LoopEvent::Msg(Msg::Asking(ticket));
            events.send(asking).is_ok()
        };
        loop_is_there && !cancel.is_cancelled()
    }
}

/// Passes progress on, now and then: one report for each step would keep a slow line busy with frames.
fn reports(ticket: Ticket, events: &Sender<LoopEvent>) -> impl FnMut(i64) {
    let mut last_report = Instant::now();
    move |so_far| {
        if last_report.elapsed() >= PROGRESS {
            last_report = Instant::now();
            let _ = events.send(LoopEvent::Msg(Msg::Progress(ticket, so_far)));
        }
    }
}

fn read(requests: &Receiver<ReadRequest>, context: &WorkerContext, events: &Sender<LoopEvent>, calls: &Mutex<Calls>) {
    let mut poller = StorePoller::new(requests);
    // A pulse that was cancelled is returned, to be dropped like every cancelled read.
    let nothing_new =
        |ticket| lock(calls).contains_key(&ticket) && context.hub.get().is_some_and(|hub| !hub.may_have_changed());
    while let Some((ticket, call)) = poller.next(nothing_new) {
        let Some(cancel) = lock(calls).get(&ticket).cloned() else { continue };
        let watched = match &call {
            Call::Pulse(actor, known) => Some((actor.clone(), *known)),
            _ => None,
        };
        let reply = context.answer(call, &cancel, &mut reports(ticket, events));
        match (watched, &reply) {
            (Some((actor, known)), Ok(Answer::Pulse(pulse))) if known == Some(pulse.change) => {
                poller.hold_back(ticket, actor, known);
            }
            _ => {
                lock(calls).remove(&ticket);
                if events.send(LoopEvent::Msg(Msg::Reply(ticket, reply))).is_err() {
                    return;
                }
            }
        }
    }
}

impl WorkerContext {
    /// Carries out a call. A panic becomes an error reply: a dialog that waits for ever would be worse.
    fn answer(&self, call: Call, cancel: &Cancel, progress: &mut dyn FnMut(i64)) -> Reply {
        panic::contained(|| {
            catch_unwind(AssertUnwindSafe(|| {
                fault_injection::before_call(&call);
                match (call, self.hub.get()) {
                    (Call::SetUp(wanted), None) => self.set_up(&wanted).map(Answer::SetUp),
                    (call, Some(hub)) => perform(hub, &self.origin, call, cancel, progress),
                    (_, None) => Err(HubError::Unavailable("There is no desk yet. Set it up first.".to_owned())),
                }
            }))
        })
        .unwrap_or_else(|_| Err(HubError::Failed(BROKEN.to_owned())))
    }

    fn set_up(&self, wanted: &SetUp) -> Result<String, HubError> {
        let places = self.places.as_ref().ok_or(HubError::Conflict(Conflict::SetUpDone))?;
        let hub = Hub::set_up(places, Arc::clone(&self.clock), wanted, &self.origin)?;
        let account = hub.account().to_owned();
        self.hub.set(hub).map_err(|_| HubError::Conflict(Conflict::SetUpDone))?;
        Ok(account)
    }
}

const BROKEN: &str = "keydesk made a mistake here and does not know how far it came. Look at the list before you \
                      try again, and please report it.";
