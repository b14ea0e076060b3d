//! What the demo's verifiers counted: weeks of a company whose customers work from Monday to Friday.

use crate::hub::{
    ChangeNumber, CredentialRow, Hub, HubError, ListQuery, Origin, ProcessKind, ProcessNote, Refusal, USE_DAYS,
    UseCount,
};
use crate::time::{DAY, Day, Seconds};

use super::{DemoClock, USER};

/// Requests of a day, by weekday, in hundredths of a Wednesday's. The first is Monday.
const WEEK: [i64; 7] = [92, 99, 100, 96, 84, 37, 31];

/// The verifiers: host, and requests in a minute.
const VERIFIERS: [(&str, u64); 2] = [("edge-1", 2_460), ("edge-2", 2_280)];

/// Requests of an ordinary Wednesday, and of how many one is refused, for those that stand out.
const BUSY: [(&str, i64, i64); 6] = [
    ("crm-sync", 7_100, 4_000),
    ("webhooks-prod", 5_200, 9_000),
    ("smsbatch", 2_900, 20_000),
    ("nightly-export", 640, 0),
    ("billing", 410, 0),
    ("webhooks-staging", 180, 60),
];

/// What is refused today and yesterday beyond that: whose requests, how many, and why.
const REFUSED: [(&str, [i64; 2], &str); 2] =
    [("crm-sync", [168, 44], "network"), ("trade-fair-demo", [23, 15], "expired")];

/// Writes the counts of the last days, and lets the verifiers be in sight for as long as a demo may last.
pub fn tell(hub: &Hub, clock: &DemoClock) -> Result<(), HubError> {
    let actor = hub.local_actor(USER, &Origin::default())?;
    let rows = hub.list(&actor, &ListQuery { limit: 500, ..ListQuery::default() })?.rows;
    let today = hub.now().seconds();
    let mut counts = Vec::new();
    for row in &rows {
        counts.extend((0..USE_DAYS).filter_map(|ago| day(row, ago, today)));
    }
    let mut refusals = Vec::new();
    for (name, _, reason) in REFUSED {
        let row = rows.iter().find(|row| row.name == name);
        refusals.extend(row.map(|row| refusal(row, reason, today)));
    }
    hub.feed().write_refusals(&refusals)?;
    // Nobody notes them again, so they are noted ahead of time.
    clock.go_back(-DAY);
    let [first, second] = VERIFIERS.map(|verifier| note(hub, verifier));
    hub.feed().write_counts(&first?, 1, &counts)?;
    hub.feed().write_counts(&second?, 1, &[])?;
    clock.go_back(0);
    Ok(())
}

fn note(hub: &Hub, (host, per_minute): (&str, u64)) -> Result<ProcessNote, HubError> {
    let note = hub.process_note(ProcessKind::Verifier)?;
    Ok(ProcessNote {
        host: host.to_owned(),
        gateways: "nginx".to_owned(),
        requests: per_minute * 60 * 24,
        per_minute,
        // They are not there, so they have seen whatever is done.
        answers_from: Some(ChangeNumber { epoch: i64::MAX, change: i64::MAX }),
        ..note
    })
}

/// Requests with one credential so many days ago; `None` if there were none.
fn day(row: &CredentialRow, ago: i64, now: Seconds) -> Option<UseCount> {
    let day = Day(now.day().0 - ago);
    let extra = REFUSED.iter().find(|(name, ..)| *name == row.name);
    let extra = extra.and_then(|(_, n, _)| n.get(usize::try_from(ago).ok()?)).copied().unwrap_or_default();
    let used = row.last_used.as_ref().map(|last| last.at.day());
    let (allowed, refused) = match BUSY.iter().find(|(name, ..)| *name == row.name) {
        Some((_, wednesday, one_in)) if used.is_some_and(|last| day <= last) && day >= made(row) => {
            let allowed = requests(&row.name, *wednesday, day, now);
            (allowed, allowed.checked_div(*one_in).unwrap_or_default())
        }
        _ => (0, 0),
    };
    let refused = refused + extra;
    (allowed + refused > 0).then_some(UseCount { credential: row.id.0, day, allowed, refused })
}

fn made(row: &CredentialRow) -> Day {
    row.created_at.seconds().day()
}

/// Requests of a whole day, or of the part of today that has passed: by weekday, a little more each week, and no two days
/// alike.
fn requests(name: &str, wednesday: i64, day: Day, now: Seconds) -> i64 {
    // The first day of the calendar was a Thursday.
    let weekday = usize::try_from((day.0 + 3).rem_euclid(7)).unwrap_or_default();
    let letters: i64 = name.bytes().map(i64::from).sum();
    let uneven = 90 + (day.0 * 7_919 + letters * 104_729).rem_euclid(21);
    let grown = 100 - (now.day().0 - day.0) / 3;
    let whole = wednesday * WEEK[weekday] * uneven * grown / 1_000_000;
    let passed = if day == now.day() { now.0.rem_euclid(86_400) } else { 86_400 };
    whole * passed / 86_400
}

fn refusal(row: &CredentialRow, reason: &str, now: Seconds) -> Refusal {
    Refusal {
        credential: row.id.0,
        at: Seconds(now.0 - 240),
        reason: reason.to_owned(),
        component: None,
        clock_offset: None,
        address: "198.51.100.180".parse().ok(),
        mistake: None,
        count: 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_quiet_and_today_is_not_over() {
        // 25 November 2026 was a Wednesday.
        let wednesday = Day(20_782);
        assert_eq!(wednesday.date(), "2026-11-25");
        let now = Seconds(Day(20_790).start().0 + 21_600);
        let of = |day: i64| requests("crm-sync", 1_000, Day(day), now);
        assert!(of(20_782) > 2 * of(20_785) && of(20_785) > 0, "Wednesday and Saturday");
        assert!((1..300).contains(&of(20_790)), "a quarter of a day");
    }
}
