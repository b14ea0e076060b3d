//! Targets that would send the gateway's request to another path of the verifier.

use super::client::Sent;
use super::house::{Gateway, House};
use super::http2::{Fate, Streamed};

const METHODS: [&str; 2] = ["GET", "POST"];

/// The verifier's paths, in every form that a library may read as a URL without a path.
fn targets() -> Vec<String> {
    let pages = ["healthz", "readyz", "metrics", "readyz?any=query", "v1/verify", "v1/authz/envoy/a"];
    let forms = ["x:http://k/", "http:http://k/", "x:/", "x:", "x:k/", "http://k/", "//k/", "http:", "x:*"];
    let joined = forms.iter().flat_map(|form| pages.iter().map(move |page| format!("{form}{page}")));
    joined.chain(["x:y", "x:y:80", "x:http://k/readyz#/../a", "x:?/readyz", "mailto:a@b"].map(str::to_owned)).collect()
}

pub fn no_target_misdirects_the_request(_: &Gateway, house: &House) {
    for target in targets() {
        for method in METHODS {
            let sent = Sent::new(method, &target).field("Content-Length", "0");
            let status = sent.to(house.gate).status;
            assert!((400..500).contains(&status), "{method} {target}: {status}");
            house.api.none();
        }
    }
    house.through(&Sent::new("GET", "/healthz").basic(&house.keys.one));
}

pub fn no_path_of_a_stream_misdirects_the_request(_: &Gateway, house: &House) {
    for target in targets() {
        for method in METHODS {
            let fate = Streamed::new(method, &target).to(house.gate);
            let refused = fate == Fate::Ended || matches!(fate, Fate::Answered(400..500));
            assert!(refused, "{method} {target}: {fate:?}");
            house.api.none();
        }
    }
}
