//! Behind the screen: effects are carried out and calls are answered.

use keydesk::hub::{Cancel, Origin};
use keydesk::secret::Secret;
use keydesk::time::Clock as _;
use keydesk::tui::msg::{Call, CopyOutcome, Effect, Msg, Reply, Ticket};
use keydesk::tui::{perform, update};

use super::calls::call_name;
use super::desk::Desk;
use super::fixed_secrets::dress;

impl Desk {
    pub fn send(&mut self, msg: Msg) -> &mut Self {
        let effects = update(&mut self.app, self.clock.now(), msg);
        self.queue.extend(effects);
        if !self.slow {
            self.settle();
        }
        self
    }

    /// From now on no call is answered.
    pub fn stalls(&mut self) -> &mut Self {
        self.slow = true;
        self
    }

    /// Answers all calls, and those that follow from them.
    pub fn answers(&mut self) -> &mut Self {
        self.slow = false;
        self.settle();
        self
    }

    fn settle(&mut self) {
        for _ in 0..100_000 {
            let Some(effect) = self.queue.pop_front() else { return };
            if let Some(msg) = self.carry_out(effect) {
                let effects = update(&mut self.app, self.clock.now(), msg);
                self.queue.extend(effects);
            }
        }
        panic!("effects without end:\n{}", self.screen());
    }

    pub fn carry_out(&mut self, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::Call(ticket, call) => Some(Msg::Reply(ticket, self.reply(call))),
            Effect::Copy(ticket, text) => Some(self.copy_text(ticket, &text)),
            Effect::Cancel(_) => None,
            Effect::Repaint => {
                self.repainted = true;
                None
            }
            Effect::Suspend => {
                self.suspended = true;
                Some(Msg::Resumed)
            }
            Effect::RememberName(name) => {
                self.names_saved.push(name);
                None
            }
            Effect::Remember(chosen) => {
                self.remembered.push(chosen);
                Some(Msg::Remembered(self.cannot_remember.map_or(Ok(()), |why| Err(why.to_owned()))))
            }
            Effect::RememberQuietly(chosen) => {
                self.remembered.push(chosen);
                None
            }
            Effect::End(code, why) => {
                self.ended = Some((code, why));
                None
            }
            Effect::Lines => {
                self.lines = true;
                None
            }
            Effect::Quit => {
                self.quit = true;
                None
            }
        }
    }

    fn copy_text(&mut self, ticket: Ticket, text: &Secret) -> Msg {
        if !matches!(self.outcome, CopyOutcome::Impossible(_)) {
            self.copied.push(text.expose_text().unwrap().to_owned());
        }
        Msg::Copied(ticket, self.outcome.clone())
    }

    fn reply(&mut self, call: Call) -> Reply {
        self.calls.push(call_name(&call));
        if let Some(reply) = self.instead.as_mut().and_then(|instead| instead(&call)) {
            return reply;
        }
        // A relative path lies where the test keeps its exports.
        let call = match call {
            Call::Export { actor, part, path, format } => {
                Call::Export { actor, part, path: self.exports.path().join(path), format }
            }
            call => call,
        };
        let origin = Origin { unix: Some("keydesk".to_owned()), address: Some("203.0.113.9".parse().unwrap()) };
        let reply = perform(self.hub(), &origin, call, &Cancel::default(), &mut |_| {});
        if self.dressed { dress(reply) } else { reply }
    }

    /// How often this was called.
    pub fn count(&self, call: &str) -> usize {
        self.calls.iter().filter(|c| **c == call).count()
    }
}
