//! The demo's history: credentials of all kinds in all states, and five users.

use crate::account::Role;
use crate::credential::{Algorithm, Algorithms, BodyDigest, Kind, Networks, Note, Options, Overlap, Owner, Tags, Verb};
use crate::hub::{
    Actor, ChangeOutcome, CredentialRow, Hub, HubError, NewCredential, NewLegacy, Origin, Refusal, SignIn,
    UserOperation, Via,
};
use crate::secret::Secret;
use crate::time::{DAY, HOUR, MINUTE, Seconds};

use super::{DemoClock, PASSWORD, USER};

/// How long ago the desk was set up.
pub const BEGINNING: i64 = 212 * DAY;

/// The users besides the first: name, role, how long ago they were added.
const PEOPLE: [(&str, Role, i64); 4] = [
    ("bram", Role::Administrator, 200 * DAY),
    ("chen", Role::Basic, 150 * DAY),
    ("dora", Role::Advanced, 149 * DAY),
    ("emil", Role::Auditor, 148 * DAY),
];

/// Notes on users.
const NOTES: [(&str, &str); 2] = [("bram", "backend team, deputy of alice"), ("emil", "yearly audit, until March")];

/// One credential of the story.
struct Plot {
    kind: Kind,
    /// Name; for Legacy also the username.
    name: &'static str,
    by: &'static str,
    made: i64,
    /// From now on, in milliseconds: negative is past.
    not_before: Option<i64>,
    expires: Option<i64>,
    networks: &'static str,
    note: &'static str,
    owner: &'static str,
    tags: &'static str,
    /// What happened to it since, how long ago.
    then: &'static [(Then, i64)],
    /// Its last use, how long ago, and from where.
    used: Option<(i64, &'static str)>,
}

#[derive(Clone, Copy)]
enum Then {
    Do(Verb),
    Rotate(Overlap),
}

const PLAIN: Plot = Plot {
    kind: Kind::Basic,
    name: "",
    by: USER,
    made: 0,
    not_before: None,
    expires: None,
    networks: "",
    note: "",
    owner: "",
    tags: "",
    then: &[],
    used: None,
};

const PLOTS: [Plot; 13] = [
    Plot {
        name: "crm-sync",
        owner: "team-crm@acme.example",
        tags: "crm env=prod",
        made: 102 * DAY,
        used: Some((2 * MINUTE, "203.0.113.40")),
        networks: "203.0.113.0/24",
        note: "The nightly push from the CRM; ask bram.",
        then: &[(Then::Rotate(Overlap::Week), 2 * DAY)],
        ..PLAIN
    },
    Plot {
        name: "nightly-export",
        owner: "team-data@acme.example",
        tags: "env=prod export",
        made: 87 * DAY,
        expires: Some(3 * DAY + HOUR),
        used: Some((14 * HOUR, "198.51.100.20")),
        ..PLAIN
    },
    Plot {
        name: "billing",
        owner: "payments",
        tags: "env=prod",
        by: "bram",
        made: 60 * DAY,
        used: Some((7 * HOUR + 9 * MINUTE, "203.0.113.61")),
        then: &[(Then::Do(Verb::Disable), 6 * HOUR)],
        ..PLAIN
    },
    Plot { name: "支払い-batch", owner: "payments", tags: "env=prod", by: "bram", made: 40 * DAY, ..PLAIN },
    Plot {
        name: "old-gateway",
        made: 190 * DAY,
        used: Some((31 * DAY, "198.51.100.7")),
        then: &[(Then::Do(Verb::Revoke), 30 * DAY)],
        ..PLAIN
    },
    Plot {
        name: "trade-fair-demo",
        owner: "lena",
        tags: "marketing",
        made: 45 * DAY,
        expires: Some(-10 * DAY),
        used: Some((11 * DAY, "192.0.2.9")),
        ..PLAIN
    },
    Plot {
        name: "new-warehouse",
        owner: "team-sre",
        tags: "env=prod warehouse",
        by: "bram",
        made: 3 * DAY,
        not_before: Some(7 * DAY),
        note: "Goes live next week.",
        ..PLAIN
    },
    Plot {
        kind: Kind::Hmac,
        name: "webhooks-prod",
        owner: "team-sre",
        tags: "env=prod webhooks",
        made: 120 * DAY,
        used: Some((MINUTE, "203.0.113.9")),
        ..PLAIN
    },
    Plot {
        kind: Kind::Hmac,
        name: "webhooks-staging",
        owner: "team-sre",
        tags: "env=stage webhooks",
        by: "bram",
        made: 119 * DAY,
        used: Some((2 * DAY, "203.0.113.10")),
        then: &[(Then::Do(Verb::Disable), DAY), (Then::Do(Verb::Enable), 20 * HOUR)],
        ..PLAIN
    },
    Plot {
        kind: Kind::Hmac,
        name: "partner-küche",
        owner: "partners@acme.example",
        tags: "partner",
        made: 20 * DAY,
        expires: Some(70 * DAY),
        networks: "192.0.2.0/25 2001:db8::/32",
        note: "SHA-256 only; their client signs no body digest.",
        ..PLAIN
    },
    Plot {
        kind: Kind::Hmac,
        name: "load-test",
        owner: "team-sre",
        tags: "env=stage",
        by: "bram",
        made: 90 * DAY,
        used: Some((80 * DAY, "198.51.100.99")),
        then: &[(Then::Do(Verb::Revoke), 79 * DAY)],
        ..PLAIN
    },
    Plot {
        kind: Kind::Legacy,
        name: "smsbatch",
        owner: "team-crm@acme.example",
        tags: "crm sms",
        made: 180 * DAY,
        used: Some((3 * HOUR, "203.0.113.77")),
        ..PLAIN
    },
    Plot { kind: Kind::Legacy, name: "frontdesk", owner: "lena", tags: "sms", by: "bram", made: 15 * DAY, ..PLAIN },
];

/// One thing that happens, and how long ago.
struct Event {
    ago: i64,
    what: What,
}

impl Event {
    /// People do not work on the stroke of the hour: up to an hour earlier, by a rule of thumb that is always the same.
    fn scattered(self) -> Self {
        match self.ago {
            recent if recent < HOUR => self,
            ago => Self { ago: ago + ago / HOUR * 37 % 59 * MINUTE, ..self },
        }
    }
}

#[derive(Clone, Copy)]
enum What {
    Add(usize),
    Make(usize),
    Then(usize, Then),
    /// A sign-in of somebody, with the right password or not.
    SignIn(&'static str, bool),
    /// Somebody asks for what they may not have.
    Ask(&'static str),
}

/// Lets it all happen, in the order of time.
pub fn tell(hub: &Hub, clock: &DemoClock) -> Result<(), HubError> {
    let mut made: Vec<Option<CredentialRow>> = PLOTS.iter().map(|_| None).collect();
    for Event { ago, what } in events() {
        clock.go_back(ago);
        happen(hub, what, ago, &mut made)?;
    }
    clock.go_back(0);
    let now = hub.now();
    for (plot, row) in PLOTS.iter().zip(&made) {
        if let (Some((ago, from)), Some(row)) = (plot.used, row) {
            hub.record_usage(row.id, 1, now.plus(-ago).seconds(), from.parse().ok())?;
        }
    }
    hub.feed().write_refusals(&refused(&made, now))
}

/// Requests that a verifier refused: whose, how long ago, why, what it is about, by how many seconds the clock was
/// ahead, from where, and the client's mistake.
type Turned = (&'static str, i64, &'static str, Option<&'static str>, Option<i64>, &'static str, Option<&'static str>);

const TURNED: [Turned; 7] = [
    ("webhooks-staging", 12 * MINUTE, "clock_skew", None, Some(-437), "203.0.113.10", None),
    ("webhooks-staging", 13 * MINUTE, "clock_skew", None, Some(-436), "203.0.113.10", None),
    ("webhooks-prod", 50 * MINUTE, "bad_signature", None, None, "203.0.113.9", Some("It signed PUT as POST.")),
    ("billing", 5 * HOUR, "disabled", None, None, "203.0.113.61", None),
    ("crm-sync", 26 * HOUR, "network", None, None, "198.51.100.180", None),
    ("nightly-export", 38 * HOUR, "bad_secret", None, None, "198.51.100.20", None),
    ("partner-küche", 2 * DAY, "not_signed", Some("request-line"), None, "192.0.2.17", None),
];

fn refused(made: &[Option<CredentialRow>], now: crate::time::Millis) -> Vec<Refusal> {
    let id_of = |name: &str| made.iter().flatten().find(|row| row.name == name).map(|row| row.id.0);
    let one = |(name, ago, reason, component, clock_offset, from, mistake): &Turned| {
        Some(Refusal {
            credential: id_of(name)?,
            at: now.plus(-ago).seconds(),
            reason: (*reason).to_owned(),
            component: component.map(str::to_owned),
            clock_offset: *clock_offset,
            address: from.parse().ok(),
            mistake: mistake.map(str::to_owned),
            count: 1,
        })
    };
    TURNED.iter().filter_map(one).collect()
}

fn events() -> Vec<Event> {
    let added = PEOPLE.iter().enumerate().map(|(i, (_, _, ago))| Event { ago: *ago, what: What::Add(i) });
    let plots = PLOTS.iter().enumerate().flat_map(|(i, plot)| {
        let then = plot.then.iter().map(move |(then, ago)| Event { ago: *ago, what: What::Then(i, *then) });
        std::iter::once(Event { ago: plot.made, what: What::Make(i) }).chain(then)
    });
    let visits = [
        (40 * HOUR, What::SignIn("chen", true)),
        (39 * HOUR, What::Ask("chen")),
        (17 * HOUR, What::SignIn(USER, true)),
        (2 * HOUR, What::SignIn("emil", true)),
        (90 * MINUTE, What::SignIn("bram", true)),
    ];
    // Five in a row lock her out for a quarter of an hour: long enough to be seen.
    let wrong = (0..5).map(|i| (3 * MINUTE - i * 9_000, What::SignIn("dora", false)));
    let visits = visits.into_iter().chain(wrong).map(|(ago, what)| Event { ago, what });
    let mut events: Vec<Event> = added.chain(plots).chain(visits).map(Event::scattered).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.ago));
    events
}

fn happen(hub: &Hub, what: What, ago: i64, made: &mut [Option<CredentialRow>]) -> Result<(), HubError> {
    match what {
        What::Add(i) => {
            let (name, role, _) = PEOPLE[i];
            // A password set by another must be changed; this one is.
            let (first, own) = (Secret::from_text("until you sign in"), Secret::from_text(PASSWORD));
            hub.add_user(&acting(hub, USER)?, name, role, &first)?;
            hub.change_own_password(&acting(hub, name)?, &first, &own)?;
            let Some((_, note)) = NOTES.iter().find(|(of, _)| *of == name) else { return Ok(()) };
            let note = Note::new(note).map_err(|why| HubError::Failed(why.to_string()))?;
            let administrator = acting(hub, USER)?;
            let target = hub.user(&administrator, name, UserOperation::Note)?.target();
            hub.set_user_note(&administrator, &target, &note).map(drop)
        }
        What::Make(i) => {
            let plot = &PLOTS[i];
            let issued = hub.create(&acting(hub, plot.by)?, &wanted(plot, hub.now().seconds(), ago)?)?;
            made[i] = Some(issued.row);
            Ok(())
        }
        What::Then(i, then) => match made[i].take() {
            Some(row) => {
                made[i] = Some(go_on(hub, &acting(hub, PLOTS[i].by)?, row, then)?);
                Ok(())
            }
            None => Ok(()),
        },
        What::SignIn(name, right) => {
            let password = if right { PASSWORD } else { "incorrect horse battery" };
            match hub.sign_in(name, &Secret::from_text(password), &desk(name))? {
                SignIn::Welcome(session) => hub.sign_out(&session.actor),
                SignIn::Wrong { .. } | SignIn::Locked { .. } => Ok(()),
            }
        }
        What::Ask(name) => {
            let actor = acting(hub, name)?;
            hub.record_denied(&actor, crate::account::Right::ManageCredentials).map(drop)
        }
    }
}

fn go_on(hub: &Hub, actor: &Actor, row: CredentialRow, then: Then) -> Result<CredentialRow, HubError> {
    match then {
        Then::Rotate(overlap) => Ok(hub.rotate(actor, row.target(), overlap)?.row),
        Then::Do(verb) => match hub.set_state(actor, &[row.target()], verb)?.pop() {
            Some(ChangeOutcome::Done(row) | ChangeOutcome::Already(row) | ChangeOutcome::LeftOut { row, .. }) => {
                Ok(row)
            }
            None => Ok(row),
        },
    }
}

/// The credential as it is asked for at `then`, which is `ago` before the demo's now.
fn wanted(plot: &Plot, then: Seconds, ago: i64) -> Result<NewCredential, HubError> {
    let failed = |why: &dyn std::fmt::Display| HubError::Failed(why.to_string());
    let at = |from_now: i64| Seconds(then.0 + (ago + from_now) / 1000);
    let partner = plot.kind.signs() && !plot.networks.is_empty();
    let options = Options {
        not_before: plot.not_before.map(at),
        expires_at: plot.expires.map(at),
        networks: plot.networks.parse::<Networks>().map_err(|e| failed(&e))?,
        note: Note::new(plot.note).map_err(|e| failed(&e))?,
        owner: Owner::new(plot.owner).map_err(|e| failed(&e))?,
        tags: plot.tags.parse::<Tags>().map_err(|e| failed(&e))?,
        algorithms: if partner { Algorithms::new([Algorithm::Sha256]) } else { Algorithms::default() },
        body_digest: if partner { BodyDigest::Optional } else { BodyDigest::Required },
    };
    let legacy = plot.kind.has_username().then(|| NewLegacy { username: plot.name.to_owned(), password: None });
    Ok(NewCredential { kind: plot.kind, name: plot.name.to_owned(), legacy, options })
}

/// An actor as if signed in by password: a hash for each step would make the demo slow to open. The hub checks an actor
/// all the same, and whoever runs the demo holds its master key anyway.
fn acting(hub: &Hub, name: &str) -> Result<Actor, HubError> {
    let local = hub.local_actor(name, &desk(name))?;
    Ok(Actor { via: Via::Password, confirmed_at: Some(hub.now()), ..local })
}

/// Where a user of the demo comes from.
fn desk(name: &str) -> Origin {
    let address = match name {
        "alice" => "203.0.113.9",
        "bram" => "198.51.100.7",
        "chen" => "203.0.113.30",
        _ => "192.0.2.44",
    };
    Origin { unix: Some("keydesk".to_owned()), address: address.parse().ok() }
}
