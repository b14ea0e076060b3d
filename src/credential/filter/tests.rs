//! What is understood of a filter, and what is said of the rest.

use super::*;

#[test]
fn words_and_terms() {
    let filter = Filter::parse("  Export 支払い expires<30d unused>90d by:bram kind:hmac state:disabled ").unwrap();
    assert_eq!(
        filter,
        Filter {
            words: vec!["export".to_owned(), "支払い".to_owned()],
            expires_within: Some(30 * 86_400),
            expires_after: None,
            never_used: false,
            refused_more_than: None,
            unused_for: Some(90 * 86_400),
            by: Some("bram".to_owned()),
            owner: None,
            tags: Vec::new(),
            kind: Some(Kind::Hmac),
            state: Some(Wanted::Disabled),
        }
    );
    assert!(Filter::parse("used:never").unwrap().never_used);
    assert!(Filter::parse("   ").unwrap().is_empty());
    assert_eq!(Filter::parse("\"a:b\" <x a=,b 12:30").unwrap().words, ["a:b", "<x", "a=,b", "12:30"]);
}

#[test]
fn labels_are_terms() {
    let filter = Filter::parse("Owner:Payments tag:CRM Env=Prod export").unwrap();
    assert_eq!((filter.owner.as_deref(), &filter.words), (Some("payments"), &vec!["export".to_owned()]));
    assert_eq!(filter.tags, ["crm", "env=prod"]);
    let without = Filter::parse("owner:none tag:none").unwrap();
    assert_eq!((without.owner.as_deref(), without.tags), (Some(""), vec![String::new()]));
}

#[test]
fn case_and_blanks_do_not_change_a_term() {
    let whole = "expires<30d unused>90d used:never by:bram kind:hmac state:active";
    for same in [
        "EXPIRES<30D UNUSED>90D USED:NEVER BY:BRAM KIND:HMAC STATE:Active",
        "expires < 30d unused > 90d used : never by : bram kind : hmac state : active",
        "expires< 30d unused >90d used: None by: Bram kind :HMAC state:active",
        "Expires<+30d unused>90D used:none by:bram kind:Hmac state: ACTIVE",
    ] {
        assert_eq!(Filter::parse(same), Filter::parse(whole), "{same}");
    }
}

#[test]
fn quoted_text_is_searched_for_in_names() {
    for (typed, words) in [
        ("\"prod:eu\"", &["prod:eu"][..]),
        ("\"kind:hmac\" x", &["kind:hmac", "x"]),
        ("\"expires < 30d\"", &["expires < 30d"]),
        ("\"not closed", &["not closed"]),
        ("o'brien 5\"x", &["o'brien", "5\"x"]),
        ("expires kind", &["expires", "kind"]),
        ("\"\"", &[]),
    ] {
        assert_eq!(Filter::parse(typed).unwrap().words, words, "{typed}");
    }
}

#[test]
fn only_terms_that_were_understood_filter() {
    let filter = Filter::understood("crm foo:x kind:hmac expires<soon");
    assert_eq!((filter.words, filter.kind), (vec!["crm".to_owned()], Some(Kind::Hmac)));
    assert!(filter.expires_within.is_none());
}

#[test]
fn every_example_is_a_valid_and_different_term() {
    let read: Vec<_> = filter_terms().map(|(example, _)| Filter::parse(example).unwrap()).collect();
    for (i, filter) in read.iter().enumerate() {
        assert!(filter.words.is_empty() && !filter.is_empty(), "{filter:?}");
        assert!(!read[i + 1..].contains(filter), "{filter:?}");
    }
    let all = filter_terms().map(|(example, _)| example).collect::<Vec<_>>().join(" ");
    let Filter {
        words,
        expires_within,
        expires_after,
        unused_for,
        never_used,
        refused_more_than,
        by,
        owner,
        tags,
        kind,
        state,
    } = Filter::parse(&all).unwrap();
    let told = expires_within.is_some() && expires_after.is_some() && unused_for.is_some() && never_used;
    let told = told && refused_more_than.is_some() && owner.is_some() && !tags.is_empty();
    assert!(told && by.is_some() && kind.is_some() && state.is_some() && words.is_empty(), "a field has no term");
}

#[test]
fn unknown_terms_are_reported() {
    for (typed, says) in [
        ("expires<soon", "\"soon\" is not a span"),
        ("unused>", "\"\" is not a span"),
        ("refused>often", "\"often\" is not a number"),
        ("refused<3", "\"refused<3\" is not understood. Write it as refused>10"),
        ("used:often", "used:often is not understood. Write used:never"),
        ("kind:oauth", "\"oauth\" is not a kind"),
        ("state:gone", "\"gone\" is not a state"),
        ("expires<=30d", "\"=30d\" is not a span"),
        ("expires<", "\"\" is not a span"),
        ("expires < ", "\"\" is not a span"),
        ("expires:30d", "\"expires:30d\" is not understood. Write it as expires<30d"),
        ("kind=hmac", "\"kind=hmac\" is not understood. Write it as kind:hmac"),
        ("unused<3d", "\"unused<3d\" is not understood. Write it as unused>90d"),
        ("by:", "by: needs the name of a user"),
        ("owner:", "owner: needs the owner behind it"),
        ("tag:a,b", "\"a,b\" is not a tag"),
        ("tag=crm", "\"tag=crm\" is not understood. Write it as tag:crm"),
        ("foo:bar", "There is no term foo: here. Put it in quotes to look for it as a word"),
        ("Foo : bar", "There is no term foo: here."),
        ("crm-sync:eu", "There is no term crm-sync: here."),
        ("http://x", "There is no term http: here."),
        ("created>30d", "There is no term created> here."),
    ] {
        let said = Filter::parse(typed).unwrap_err().to_string();
        assert!(said.starts_with(says), "{typed}: {said}");
    }
}
