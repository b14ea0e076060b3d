use proptest::prelude::*;

use super::*;

fn nets(text: &str) -> Networks {
    Networks::from_line(text).unwrap()
}

#[test]
fn networks_have_one_spelling() {
    let some = nets("203.0.113.0/24, 2001:db8::/32 10.0.0.1");
    assert_eq!(some.to_string(), "10.0.0.1/32 203.0.113.0/24 2001:db8::/32");
    assert_eq!(some.to_string().parse::<Networks>().unwrap(), some);
}

#[test]
fn mapped_ipv4_networks_are_stored_as_ipv4() {
    for (typed, read) in [
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("::FFFF:203.0.113.9/128", "203.0.113.9/32"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("0:0:0:0:0:ffff:cb00:7109", "203.0.113.9/32"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
        ("2001:DB8:0::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
        ("::1", "::1/128"),
        ("::", "::/128"),
    ] {
        assert_eq!(nets(typed).to_string(), read, "{typed}");
        assert_eq!(typed.parse::<Networks>().unwrap().to_string(), read, "{typed} in the store");
    }
    for typed in ["::ffff:0:0/95", "::ffff:203.0.113.0/24", "::ffff:0:0/0", "::ffc0:0:0/90", "::/64", "::/1"] {
        let said = Networks::from_line(typed).unwrap_err().to_string();
        assert!(said.contains("judged as IPv4"), "{typed}: {said}");
    }
}

#[test]
fn an_invalid_network_is_refused_with_an_example() {
    for (typed, says) in [
        ("somewhere", "\"somewhere\" is not a network. Write it as 203.0.113.0/24"),
        ("10.0.0.0/33", "is not a network"),
        ("203.0.113.5/24", "203.0.113.5/24 has bits set behind its prefix. Did you mean 203.0.113.0/24?"),
        ("::ffff:203.0.113.5/120", "Did you mean 203.0.113.0/24?"),
        ("::10.0.0.1", "which no request comes from. Write 10.0.0.1."),
        ("::a00:1/128", "Write 10.0.0.1."),
        ("::10.0.0.0/104", "Write 10.0.0.0/8."),
        ("fe80::1%eth0", "names an interface of one machine, which a request does not tell. Write fe80::1"),
        ("fe80::%eth0/64", "names an interface"),
        ("[2001:db8::1]", "it has brackets or a port"),
        ("[2001:db8::1]:443", "it has brackets or a port"),
        ("[2001:db8::]/32", "it has brackets or a port"),
        ("203.0.113.9:443", "it has a port, and a network has none. Write 203.0.113.9"),
        ("203.0.113.0/255.255.255.0", "Did you mean 203.0.113.0/24?"),
        ("203.0.113.0/0.0.0.255", "what stands behind the slash is no prefix"),
        ("203.0.113.*", "Did you mean 203.0.113.0/24?"),
        ("10.*", "Did you mean 10.0.0.0/8?"),
        ("*", "Did you mean 0.0.0.0/0?"),
        ("203.0.113.1-203.0.113.9", "it is a range"),
        ("203.0.113.1-9", "it is a range"),
        ("010.0.0.1", "begins with 0, which some programs read as octal. Write 10.0.0.1"),
        ("203.0.113.0/024", "Write 203.0.113.0/24"),
        ("203.0.113.0/+24", "is not a network"),
        ("203.0.113.0/", "is not a network"),
        ("203.0.113/24", "is not a network"),
        ("any 203.0.113.0/24", "\"any\" takes the networks away"),
    ] {
        let said = Networks::from_line(typed).unwrap_err().to_string();
        assert!(said.contains(says), "{typed}: {said}");
    }
    let said = Networks::parse(["10.0.0.0/8,10.1.0.0/16"]).unwrap_err().to_string();
    assert!(said.contains("is not a network: it has a comma or a blank in it"), "{said}");
}

#[test]
fn no_restriction_has_words_of_its_own() {
    for typed in ["", "  ", "any", "none", "never", "None", "ANY "] {
        assert!(nets(typed).is_any(), "{typed}");
    }
}

#[test]
fn networks_may_be_on_separate_lines() {
    assert_eq!(nets("10.0.0.0/8\n192.0.2.0/24\r\n").to_string(), "10.0.0.0/8 192.0.2.0/24");
}

#[test]
fn the_zone_of_a_client_address_is_ignored() {
    for (typed, read) in [
        ("fe80::1%eth0", Some("fe80::1")),
        ("203.0.113.9", Some("203.0.113.9")),
        (" ::ffff:203.0.113.9 ", Some("203.0.113.9")),
        ("203.0.113.9%eth0", None),
        ("fe80::1%", None),
        ("[::1]", None),
        ("203.0.113.9:443", None),
    ] {
        assert_eq!(client_address(typed).map(|a| a.to_string()).as_deref(), read, "{typed}");
    }
}

#[test]
fn two_network_lists_allow_their_intersection() {
    for (one, two, both) in [
        ("", "", Some("")),
        ("", "10.0.0.0/8", Some("10.0.0.0/8")),
        ("10.0.0.0/8 192.0.2.0/24", "10.1.0.0/16 192.0.0.0/16", Some("10.1.0.0/16 192.0.2.0/24")),
        ("10.0.0.0/8", "10.0.0.0/8 2001:db8::/32", Some("10.0.0.0/8")),
        ("10.0.0.0/8", "2001:db8::/32", None),
    ] {
        for (one, two) in [(one, two), (two, one)] {
            assert_eq!(nets(one).both(&nets(two)).map(|nets| nets.to_string()).as_deref(), both, "{one}, {two}");
        }
    }
}

#[test]
fn mapped_addresses_count_as_ipv4_and_unknown_ones_stay_out() {
    let nets = nets("203.0.113.0/24");
    assert!(nets.admit(Some("::ffff:203.0.113.9".parse().unwrap())));
    assert!(!nets.admit(Some("203.0.114.1".parse().unwrap())));
    assert!(!nets.admit(None));
    assert!(Networks::default().admit(None));
}

/// Addresses near each other, IPv4 and the same written as IPv6 among them.
fn address() -> impl Strategy<Value = IpAddr> {
    let v4 = any::<[u8; 2]>().prop_map(|[c, d]| Ipv4Addr::new(203, 0, c & 3, d));
    prop_oneof![
        v4.clone().prop_map(IpAddr::V4),
        v4.prop_map(|v4| IpAddr::V6(v4.to_ipv6_mapped())),
        any::<[u8; 2]>().prop_map(|[c, d]| IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, c.into(), 0, d.into()))),
        any::<u128>().prop_map(|bits| IpAddr::V6(bits.into())),
        any::<u32>().prop_map(|bits| IpAddr::V4(bits.into())),
    ]
}

proptest! {
    /// What is taken lets in the addresses whose first bits are the network's, as they will be judged, and no others.
    #[test]
    fn an_accepted_network_admits_exactly_its_addresses(net in address(), prefix in 0u8..=128, client in address()) {
        let text = format!("{net}/{prefix}");
        if let Ok(nets) = Networks::from_line(&text) {
            let bits = |address: IpAddr| match address {
                IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
                IpAddr::V6(v6) => v6.to_bits(),
            };
            let prefix = u32::from(prefix) + if net.is_ipv4() { 96 } else { 0 };
            let same = prefix == 0 || (bits(net) ^ bits(client)) >> (128 - prefix) == 0;
            // All of IPv6 is IPv6 alone.
            let says = same && (prefix > 0 || client.to_canonical().is_ipv6());
            prop_assert_eq!(nets.admit(Some(client)), says, "{} and {}", text, client);
            prop_assert_eq!(&nets.to_string().parse::<Networks>().unwrap(), &nets);
            prop_assert_eq!(Networks::from_line(&nets.to_string()).unwrap(), nets);
        }
    }
}

#[test]
fn an_address_that_looks_like_a_network_is_pointed_out() {
    let said = |line: &str| address_for_network(line);
    assert_eq!(said("10.0.0.0").as_deref(), Some("That is one address. For its network write 10.0.0.0/8."));
    assert!(said("203.0.113.7 203.0.113.0").is_some_and(|words| words.ends_with("203.0.113.0/24.")));
    assert!(said("2001:db8::").is_some_and(|words| words.ends_with("2001:db8::/32.")));
    for fine in ["", "any", "203.0.113.7", "10.0.0.0/8", "0.0.0.0", "here", "2001:db8::1"] {
        assert_eq!(said(fine), None, "{fine}");
    }
}
