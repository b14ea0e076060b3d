//! What real gateways asked a verifier, with the request that its adapter must rebuild from that.

use keydesk::time::Seconds;
use keydesk::verify::Surface;
use serde::Deserialize;
use serde_json::Value;

use super::folder::Report;
use super::model::{CredentialText, Expect, Owned, RequestText, outcome, snapshot, verdict};

#[derive(Deserialize)]
struct File {
    now: i64,
    store: Vec<CredentialText>,
    recordings: Vec<Recording>,
}

#[derive(Deserialize)]
struct Recording {
    id: String,
    verifier_received: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    headers: Vec<(String, String)>,
    body_b64: String,
    original: RequestText,
    body_visible: bool,
    expect: Expect,
}

pub fn run(document: Value, report: &mut Report) {
    let file: File = serde_json::from_value(document).unwrap();
    let snapshot = snapshot(&file.store);
    for recording in &file.recordings {
        for forwarded in &recording.verifier_received {
            report.ran("gateway questions");
            let mut request = forwarded.original.clone();
            request.headers.clone_from(&forwarded.headers);
            request.body_b64.clone_from(&forwarded.body_b64);
            // They are older than the contract field of the framing.
            request.framing = Some("unknown".to_owned());
            let got = Owned::new(&request).with(Surface::Rest, forwarded.body_visible, |request| {
                outcome(&verdict(request, &snapshot, Seconds(file.now)))
            });
            if !got.fits(&forwarded.expect) {
                report.differ.push(format!("{}: {got:?}, expected {:?}", recording.id, forwarded.expect));
            } else if !got.fits_in_words(&forwarded.expect) {
                report.reasons.push(format!("{}: {got:?}, expected {:?}", recording.id, forwarded.expect));
            }
        }
    }
}
