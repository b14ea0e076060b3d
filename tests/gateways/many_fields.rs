//! However many fields a client sends, it gets an answer and the gateway goes on.

use super::checks::IDENTITY;
use super::client::Sent;
use super::house::{Gateway, House};
use super::http2::{Fate, Streamed};

/// As many fields are judged behind every gateway, besides those that every client sends.
const JUDGED: usize = 80;

fn numbers() -> impl Iterator<Item = usize> {
    [1, 20, 60, JUDGED].into_iter().chain(81..112).chain([120, 150, 195, 196, 200, 250])
}

pub fn any_number_of_fields_gets_an_answer(_: &Gateway, house: &House) {
    let common = [("Accept", "*/*"), ("User-Agent", "crowd/1"), ("Content-Type", "application/json")];
    let with = |count: usize, plain: Sent| {
        let plain = common.iter().fold(plain, |sent, (name, value)| sent.field(name, value));
        (0..count).fold(plain, |sent, n| sent.field(&format!("X-A{n}"), "1"))
    };
    for count in numbers() {
        let asked = [(Sent::new("GET", "/").basic(&house.keys.one), 200), (Sent::new("GET", "/"), 401)];
        for (plain, verdict) in asked {
            let status = with(count, plain).to(house.gate).status;
            let refused = count > JUDGED && [400, 431].contains(&status);
            assert!(status == verdict || refused, "{count} fields: {status}, not {verdict}");
            assert_eq!(house.api.some().is_some(), status == 200, "{count} fields: {status}");
        }
    }
    // The same for fields that are not passed on to the verifier.
    for count in [90, 97, 99, 250] {
        let plain = Sent::new("GET", "/").basic(&house.keys.one);
        let sent = (0..count).fold(plain, |sent, n| sent.field(&format!("X-Original-A{n}"), "1"));
        let status = sent.to(house.gate).status;
        assert!([200, 400, 431].contains(&status), "{count} fields of the contract: {status}");
        while let Some(arrived) = house.api.some() {
            assert!(IDENTITY.iter().all(|name| arrived.field(name).is_some()), "{count}: {arrived:?}");
        }
    }
    // A repeated name counts each time.
    for count in [JUDGED, 95, 97, 99, 250] {
        let plain = Sent::new("GET", "/").basic(&house.keys.one);
        let status = (0..count).fold(plain, |sent, _| sent.field("X-A", "1")).to(house.gate).status;
        assert!(status == 200 || count > JUDGED && [400, 431].contains(&status), "{count} equal fields: {status}");
        while house.api.some().is_some() {}
    }
    house.through(&Sent::new("GET", "/").basic(&house.keys.one));
}

pub fn any_number_of_fields_of_a_stream_gets_an_answer(_: &Gateway, house: &House) {
    let basic = house.keys.one.basic();
    for count in numbers() {
        let plain = Streamed::new("GET", "/").field("authorization", &basic);
        let streamed = (0..count).fold(plain, |streamed, n| streamed.field(&format!("x-a{n}"), "1"));
        let fate = streamed.to(house.gate);
        let wanted = match fate {
            Fate::Answered(200) => true,
            Fate::Answered(400 | 431) => count > JUDGED,
            _ => false,
        };
        assert!(wanted, "{count} fields: {fate:?}");
        assert_eq!(house.api.some().is_some(), fate == Fate::Answered(200), "{count} fields");
    }
    let large = (0..JUDGED).fold(Streamed::new("GET", "/").field("authorization", &basic), |streamed, n| {
        streamed.field(&format!("x-a{n}"), &"1".repeat(1_000))
    });
    let fate = large.to(house.gate);
    assert!(matches!(fate, Fate::Ended | Fate::Answered(200 | 400 | 431)), "{fate:?}");
    while house.api.some().is_some() {}
    assert_eq!(Streamed::new("GET", "/").field("authorization", &basic).to(house.gate), Fate::Answered(200));
}

/// Fields, and the bytes of each: heads of 1 KiB to 240 KiB.
const LARGE: [(usize, usize); 18] = [
    (1, 1_000),
    (1, 7_000),
    (1, 9_000),
    (2, 7_000),
    (2, 7_400),
    (2, 7_500),
    (2, 7_700),
    (4, 7_000),
    (8, 7_000),
    (10, 7_000),
    (70, 100),
    (70, 220),
    (70, 400),
    (80, 700),
    (80, 820),
    (1, 70_000),
    (80, 3_000),
    (250, 250),
];

pub fn a_large_head_gets_an_answer(_: &Gateway, house: &House) {
    for (count, bytes) in LARGE {
        let plain = Sent::new("GET", "/").basic(&house.keys.one);
        let sent = (0..count).fold(plain, |sent, n| sent.field(&format!("X-A{n}"), &"1".repeat(bytes)));
        let status = sent.to(house.gate).status;
        let small = count * bytes < 12_000 && bytes < 8_000;
        assert!(status == 200 || !small && [400, 414, 431].contains(&status), "{count} of {bytes} bytes: {status}");
        assert_eq!(house.api.some().is_some(), status == 200, "{count} of {bytes} bytes: {status}");
    }
    for bytes in [1_000, 4_000, 7_000, 8_000, 9_000, 15_000, 40_000, 70_000] {
        let target = format!("/{}", "a".repeat(bytes));
        let status = Sent::new("GET", &target).basic(&house.keys.one).to(house.gate).status;
        assert!(status == 200 || bytes > 7_000 && [400, 414, 431].contains(&status), "a target of {bytes}: {status}");
        assert_eq!(house.api.some().is_some(), status == 200, "a target of {bytes} bytes: {status}");
    }
    house.through(&Sent::new("GET", "/").basic(&house.keys.one));
}
