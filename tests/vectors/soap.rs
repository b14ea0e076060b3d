//! Bodies of the Legacy surface: a login is read as a tree builder of another hand reads it, and a damaged hash lets nobody
//! through.

use keydesk::secret::Secret;
use keydesk::vault::Stored;
use keydesk::verify::{self, Body, Decision, Request, Scheme, Snapshot, Surface, Version};
use proptest::prelude::*;
use proptest::sample::Index;

use super::model::CredentialText;
use super::properties::NOW;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_login_is_read_as_an_xml_tree_reads_it(document in document()) {
        let (text, login) = document;
        let read = login_of(text.as_bytes());
        prop_assert_eq!(read.as_ref(), Some(&login), "{}", text);
        prop_assert_eq!(by_tree(text.as_bytes()), Some(login), "{}", text);
    }

    #[test]
    fn a_mutated_document_is_read_as_an_xml_tree_reads_it(
        document in document(), bends in prop::collection::vec((any::<Index>(), markup()), 1..4),
    ) {
        let mut text = document.0;
        for (at, with) in bends {
            let mut place = at.index(text.len());
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            text.insert_str(place, with);
        }
        if let Some(login) = login_of(text.as_bytes()) {
            prop_assert_eq!(by_tree(text.as_bytes()), Some(login), "{}", text);
        }
    }
}

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const M4U: &str = "http://xml.m4u.com.au/2009";

/// A value of an element, written in one of many ways.
fn written(value: &str, ways: &[u8]) -> String {
    let mut text = String::new();
    for (c, way) in value.chars().zip(ways.iter().cycle()) {
        match (way % 4, c) {
            // A bare CR would become LF.
            (_, '\r') => text += "&#xD;",
            (1, _) => text += &format!("&#{};", u32::from(c)),
            (2, _) => text += &format!("<![CDATA[{c}]]>"),
            (_, '<') => text += "&lt;",
            (_, '&') => text += "&amp;",
            // `]]>` may not stand in text.
            (_, '>') => text += "&gt;",
            (3, _) => text += &format!("&#x{:x};", u32::from(c)),
            (_, c) => text.push(c),
        }
    }
    text
}

type Login = (Vec<u8>, Vec<u8>);

/// A request as SOAP or bare XML with noise in the places that are ignored, and the login in it.
fn document() -> impl Strategy<Value = (String, Login)> {
    let noise = || {
        let some =
            ["", " ", "\n", "<!-- a - b -->", "<?pi x?>", "<x xmlns=''/>", "text", "<y><userId>eve</userId></y>"];
        prop::sample::select(some.to_vec())
    };
    let value = || r#"[ -~\t\ré☃]{0,12}"#.prop_map(|value| value.replace("\r\n", "\r"));
    let prefix = prop::sample::select(vec!["", "p", "soap"]);
    (value(), value(), prop::collection::vec(any::<u8>(), 1..8), prefix, any::<bool>(), [noise(), noise(), noise()])
        .prop_map(|(user, password, ways, prefix, bare, [one, two, three])| {
            let (q, declare) = match prefix {
                "" => (String::new(), format!(" xmlns='{M4U}'")),
                prefix => (format!("{prefix}:"), format!(" xmlns:{prefix}=\"{M4U}\"")),
            };
            let operation = format!(
                "<{q}checkUser{declare}>{one}<{q}authentication a='&lt;'>{two}<{q}userId>{}</{q}userId><{q}password >{}\
                 </{q}password>{three}</{q}authentication></{q}checkUser>",
                written(&user, &ways),
                written(&password, &ways),
            );
            // Text is no operation, and an element would be a second one.
            let text = match bare {
                true => operation,
                false => format!(
                    "<?xml version='1.0'?><e:Envelope xmlns:e='{SOAP}'><e:Header>{one}</e:Header><e:Body> {operation}\
                     <!-- --></e:Body></e:Envelope>"
                ),
            };
            (text, (user.into_bytes(), password.into_bytes()))
        })
}

/// What a document may be bent with. Not CR: the tree builder keeps one that follows a reference, against XML 2.11.
fn markup() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<",
        ">",
        "&",
        "'",
        "\"",
        "/",
        "=",
        ":",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "?>",
        "<x>",
        "</x>",
        "&lt;",
        "&#0;",
        "&x;",
        " xmlns='y'",
        " xmlns:p='y'",
        " a='b'",
        "<userId>",
        "</userId>",
        "<password/>",
        "\u{0}",
        "é",
    ])
}

/// A request of the Legacy surface with this body.
fn posted(body: &[u8]) -> Request<'_> {
    Request {
        surface: Surface::Legacy,
        method: b"POST",
        target: b"/",
        fields: &[],
        body: Body::Visible(body),
        version: Version::Http11,
        scheme: Scheme::Https,
        client: None,
    }
}

/// The login that the verifier asks a password for.
fn login_of(body: &[u8]) -> Option<Login> {
    let store = Snapshot::of([]).unwrap();
    let request = posted(body);
    match verify::decide(&request, &store, NOW) {
        Decision::NeedsPassword(check) => Some((check.key().to_vec(), check.password().expose().to_vec())),
        Decision::Verdict(_) => None,
    }
}

/// The login as a tree builder of another hand finds it.
fn by_tree(body: &[u8]) -> Option<Login> {
    let text = std::str::from_utf8(body).ok()?;
    let document = roxmltree::Document::parse(text).ok()?;
    let only = |parent: roxmltree::Node<'_, '_>, space: &str, name: &str| {
        let mut all = parent.children().filter(|n| n.has_tag_name((space, name))).map(|n| n.id());
        all.next().filter(|_| all.next().is_none())
    };
    let root = document.root_element();
    let operation = match root.has_tag_name((SOAP, "Envelope")) {
        false => root,
        true => {
            let body = document.get_node(only(root, SOAP, "Body")?)?;
            let mut elements = body.children().filter(roxmltree::Node::is_element).map(|n| n.id());
            document.get_node(elements.next().filter(|_| elements.next().is_none())?)?
        }
    };
    let authentication = document.get_node(only(operation, M4U, "authentication")?)?;
    let value = |name: &str| {
        let element = document.get_node(only(authentication, M4U, name)?)?;
        let text = element.children().all(|n| n.is_text());
        let value: String = element.children().filter_map(|n| n.text()).collect();
        (text && operation.tag_name().namespace() == Some(M4U)).then(|| value.into_bytes())
    };
    Some((value("userId")?, value("password")?))
}

/// Argon2id strings that are damaged are an error for the server to handle, never a match.
#[test]
fn a_damaged_hash_matches_nothing() {
    let mut entry = CredentialText::new("legacy", "nightly", "").entry(1);
    entry.secrets[0].stored = Stored::Argon2("$argon2id$v=19$m=19456,t=2,p=1$".to_owned());
    let store = Snapshot::of([&entry]).unwrap();
    let body = b"m4u\r\nUSER=nightly\r\nPASSWORD=\r\n";
    let request = posted(body);
    let Decision::NeedsPassword(check) = verify::decide(&request, &store, NOW) else { panic!("no password check") };
    assert!(check.run().is_err());
    assert!(check.run_with(|password: &Secret, _| Ok::<_, ()>(password.is_empty())).is_ok());
}
