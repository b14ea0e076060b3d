use super::*;

fn wire(fields: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for field in fields {
        blob.extend((field.len() as u32).to_be_bytes());
        blob.extend(*field);
    }
    data_encoding::BASE64.encode(&blob)
}

fn ed25519() -> String {
    format!("ssh-ed25519 {}", wire(&[b"ssh-ed25519", &[9; 32]]))
}

fn rsa(bits: usize) -> String {
    let mut modulus = vec![0xff; bits / 8];
    modulus.insert(0, 0);
    format!("ssh-rsa {}", wire(&[b"ssh-rsa", &[1, 0, 1], &modulus]))
}

#[test]
fn one_line_is_a_key_with_its_comment() {
    let key = PublicKey::parse(&format!("{} alice@laptop home\r\n", ed25519())).unwrap();
    assert_eq!((key.algorithm(), key.comment()), ("ssh-ed25519", "alice@laptop home"));
    assert_eq!(key.blob().len(), 51);
    assert_eq!(PublicKey::parse(&ed25519()).unwrap().comment(), "");
    assert!(PublicKey::parse(&rsa(3072)).is_ok());
    let sk = "sk-ssh-ed25519@openssh.com";
    assert!(PublicKey::parse(&format!("{sk} {}", wire(&[sk.as_bytes(), &[9; 32], b"ssh:"]))).is_ok());
}

#[test]
fn what_sshd_would_read_differently_is_refused() {
    let two = format!("{}\n{}", ed25519(), ed25519());
    let options = format!("command=\"id\",no-pty {}", ed25519());
    let cert = format!("ssh-ed25519-cert-v01@openssh.com {}", wire(&[b"x"]));
    let damaged = PublicKeyError::Damaged("ssh-ed25519");
    let long = format!("ssh-ed25519 {}", wire(&[b"ssh-ed25519", &[9; 32], b"more"]));
    let utf16: String = "-----BEGIN OPENSSH PRIVATE KEY-----".chars().flat_map(|c| [c, '\0']).collect();
    let cases: [(&str, PublicKeyError); 23] = [
        ("", PublicKeyError::Empty),
        (" \n", PublicKeyError::Empty),
        (&two, PublicKeyError::Lines),
        (&two.replace('\n', " "), PublicKeyError::Second),
        (&two.replace('\n', " alice@laptop "), PublicKeyError::Second),
        (&two.replace('\n', "\u{b}"), PublicKeyError::Control("U+000B".to_owned())),
        (&format!("\u{feff}{}", ed25519()), PublicKeyError::ByteOrderMark),
        (&format!("{} x\0", ed25519()), PublicKeyError::Control("U+0000".to_owned())),
        (&format!("\u{a0} {}", ed25519()), PublicKeyError::Options("ssh-ed25519")),
        ("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", PublicKeyError::Format),
        ("-----BEGIN PUBLIC KEY-----\nMIIB", PublicKeyError::Format),
        (&utf16, PublicKeyError::Private),
        (&options, PublicKeyError::Options("ssh-ed25519")),
        (&cert, PublicKeyError::Certificate),
        ("ssh-dss AAAA", PublicKeyError::Dsa),
        (&rsa(2048), PublicKeyError::ShortRsa(2048)),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nx", PublicKeyError::Private),
        ("hello world", PublicKeyError::Unknown),
        ("ssh-ed25519", damaged.clone()),
        ("ssh-ed25519 !!!", damaged.clone()),
        (&ed25519()[..40], damaged.clone()),
        (&long, damaged.clone()),
        (&ed25519().replacen("ssh-ed25519", "ssh-rsa", 1), PublicKeyError::Damaged("ssh-rsa")),
    ];
    for (text, why) in cases {
        assert_eq!(PublicKey::parse(text), Err(why), "{text}");
    }
    assert_eq!(PublicKey::parse(&"x".repeat(20_000)), Err(PublicKeyError::Long));
}

/// A key of RSA with this exponent, and this in place of the lowest byte of the modulus.
fn rsa_with(exponent: &[u8], lowest: u8, zeros: usize) -> String {
    let mut modulus = vec![0xff; 384];
    modulus[383] = lowest;
    wire(&[b"ssh-rsa", exponent, &[&vec![0; zeros + 1][..], &modulus].concat()])
}

#[test]
fn numbers_and_points_that_can_be_no_key_are_refused() {
    let parse = |algorithm: &str, base64: String| PublicKey::parse(&format!("{algorithm} {base64}"));
    assert!(parse("ssh-rsa", rsa_with(&[1, 0, 1], 0xff, 0)).is_ok());
    for (exponent, lowest, zeros, what) in [
        (&[][..], 0xff, 0, "exponent 0"),
        (&[1], 0xff, 0, "exponent 1"),
        (&[4], 0xff, 0, "an even exponent"),
        (&[1, 0, 0], 0xff, 0, "an even exponent"),
        (&[0, 1, 0, 1], 0xff, 0, "an exponent in a longer form"),
        (&[0x81], 0xff, 0, "a negative exponent"),
        (&[1; 9], 0xff, 0, "an exponent of 65 bits"),
        (&[1, 0, 1], 0xfe, 0, "an even modulus"),
        (&[1, 0, 1], 0xff, 1, "a modulus in a longer form"),
    ] {
        let refused = parse("ssh-rsa", rsa_with(exponent, lowest, zeros));
        assert_eq!(refused, Err(PublicKeyError::Damaged("ssh-rsa")), "{what}");
    }
    let nist = |point: &[u8]| wire(&[b"ecdsa-sha2-nistp256", b"nistp256", point]);
    for point in [[4; 65], [2; 65], [0; 65]] {
        assert!(parse("ecdsa-sha2-nistp256", nist(&point)).is_err(), "on no curve");
    }
    assert!(parse("ssh-ed25519", wire(&[b"ssh-ed25519", &[2; 32]])).is_err(), "on no curve");
    // sshd has read it: it is compared with keys that were accepted, and no more.
    assert!(PublicKey::of("ssh-ed25519", &wire(&[b"ssh-ed25519", &[2; 32]])).is_some());
    for length in [31, 33] {
        assert!(parse("ssh-ed25519", wire(&[b"ssh-ed25519", &vec![9; length]])).is_err(), "{length}");
    }
}

#[test]
fn bytes_that_are_no_text_may_be_a_private_key() {
    assert!(PublicKey::parse_bytes(ed25519().as_bytes()).is_ok());
    assert_eq!(PublicKey::parse_bytes(b"\xff\xfe"), Err(PublicKeyError::Unknown));
    let private = [&b"\xff\xfe"[..], b"-\0P\0R\0I\0V\0A\0T\0E\0 \0K\0E\0Y\0"].concat();
    assert_eq!(PublicKey::parse_bytes(&private), Err(PublicKeyError::Private));
}

#[test]
fn sshd_names_a_key_by_algorithm_and_base64() {
    let line = ed25519();
    let base64 = line.split(' ').nth(1).unwrap();
    assert_eq!(PublicKey::of("ssh-ed25519", base64), PublicKey::parse(&line).ok());
    for (algorithm, base64) in
        [("ssh-rsa", base64), ("ssh-ed25519-cert-v01@openssh.com", base64), ("ssh-ed25519", ""), ("", base64)]
    {
        assert_eq!(PublicKey::of(algorithm, base64), None, "{algorithm}");
    }
}
