//! What is well-formed, and what only looks like it.

use crate::verify::legacy::xml::{Malformed, Name, XmlEvent, XmlReader};

fn read(document: &str) -> Result<usize, Malformed> {
    let mut reader = XmlReader::new(document.as_bytes(), &["urn:a", "urn:b"])?;
    let mut events = 0;
    while reader.next()?.is_some() {
        events += 1;
    }
    Ok(events)
}

fn first(document: &str) -> Option<Name<'_>> {
    let mut reader = XmlReader::new(document.as_bytes(), &["urn:a", "urn:b"]).ok()?;
    loop {
        if let XmlEvent::Open(name) = reader.next().ok()?? {
            return Some(name);
        }
    }
}

#[test]
fn well_formed_documents_are_read() {
    for good in [
        "<a/>",
        "<a></a>",
        "<a ></a >",
        " \r\n<a/>\t",
        "\u{feff}<a/>",
        "<?xml version='1.0'?><a/>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes' ?>\n<!-- x --><?pi?><a/><!---->",
        "<?xml version=\"1.1\" encoding='us-ascii'?><a/>",
        "<a>&lt;&#60;&#x3c;&amp;&apos;&quot;&gt;]]&gt;]] ></a>",
        "<a b='1' c=\"'\" d = '&#9;>'/>",
        "<a><b/><b></b>text<![CDATA[<&]]>]]&gt;<?p x?><!-- - --></a>",
        "<é.-·1/>",
        "<a xmlns=''/>",
        "<a xml:lang='en'/>",
        "<p:a xmlns:p='urn:a'><p:b p:c='' c=''/></p:a>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a><![CDATA[]]]]></a>",
        "<a>\u{10ffff}\u{7f}</a>",
        "<?xml-stylesheet href='x'?><a/>",
    ] {
        assert!(read(good).is_ok(), "{good:?}");
    }
}

#[test]
fn malformed_documents_are_refused() {
    for bad in [
        "",
        " ",
        "a",
        "<a",
        "<a>",
        "</a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/><a/>",
        "<a/>x",
        "x<a/>",
        "<a/>&#32;",
        "<a b/>",
        "<a b=c/>",
        "<a b='1'c='2'/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b='&'/>",
        "<a b='&x;'/>",
        "< a/>",
        "<a>&</a>",
        "<a>&x;</a>",
        "<a>&lt</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#X3c;</a>",
        "<a>&#+60;</a>",
        "<a>&#99999999999;</a>",
        "<a>]]></a>",
        "<a>\u{0}</a>",
        "<a>\u{1}</a>",
        "<a>\u{ffff}</a>",
        "<a b='\u{8}'/>",
        "<a><!-- -- --></a>",
        "<a><!-- ---></a>",
        "<a><!--></a>",
        "<a><!--</a>",
        "<a><![CDATA[</a>",
        "<![CDATA[]]><a/>",
        "<a><![cdata[]]></a>",
        "<a/><![CDATA[]]>",
        "<!DOCTYPE a><a/>",
        "<a><!DOCTYPE a></a>",
        "<!doctype a><a/>",
        "<a><?xml version='1.0'?></a>",
        " <?xml version='1.0'?><a/>",
        "<a><?XML x?></a>",
        "<a><??></a>",
        "<a><?p!x?></a>",
        "<a><?p:q x?></a>",
        "<a><?1?></a>",
        "<?xml?><a/>",
        "<?xml ?><a/>",
        "<?xml version='2.0'?><a/>",
        "<?xml version='1.'?><a/>",
        "<?xml version='1.0' encoding='latin1'?><a/>",
        "<?xml version='1.0' encoding=''?><a/>",
        "<?xml encoding='utf-8'?><a/>",
        "<?xml version='1.0'encoding='utf-8'?><a/>",
        "<?xml version='1.0' standalone='no' encoding='utf-8'?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml version='1.0' encoding='us-ascii'?><a>é</a>",
        "<?xml\u{a0}version='1.0'?><a/>",
        "<?xml version=\"1.0'?><a/>",
        "<1/>",
        "<-a/>",
        "<a:/>",
        "<:a/>",
        "<a:b:c/>",
        "<p:a/>",
        "<a p:b=''/>",
        "<a xmlns:p=''/>",
        "<a xmlns='x' xmlns='y'/>",
        "<a xmlns:p='x' xmlns:p='y'/>",
        "<xmlns:a xmlns:xmlns='x'/>",
        "<a xmlns:xmlns='x'/>",
        "<a xmlns:xml='x'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:b=''/>",
        "<p:a xmlns:p='urn:a'></q:a>",
        "<p:a xmlns:p='u' xmlns:q='u'></q:a>",
        "<a><p:b xmlns:p='u'/><p:c/></a>",
        "<a other:xmlns='urn:a'/>",
        "<a b='1' / >",
        "<a\u{a0}b=''/>",
    ] {
        assert_eq!(read(bad), Err(Malformed), "{bad:?}");
    }
    assert!(XmlReader::new(b"<a>\xff</a>", &[]).is_err());
    assert!(XmlReader::new(b"\xff\xfe<\0a\0/\0>\0", &[]).is_err());
}

#[test]
fn namespaces_count_and_prefixes_do_not() {
    for (document, space) in [
        ("<a xmlns='urn:a'/>", Some(0)),
        ("<p:a xmlns:p='urn:b'/>", Some(1)),
        ("<p:a xmlns:p='urn&#58;b'/>", Some(1)),
        ("<a xmlns:p='urn:b'/>", None),
        ("<a xmlns='urn:A'/>", None),
        ("<a xmlns=' urn:a'/>", None),
    ] {
        assert_eq!(first(document), Some(Name { space, local: "a" }), "{document}");
    }
}

#[test]
fn an_inner_declaration_ends_with_its_element() {
    let mut reader =
        XmlReader::new(b"<a xmlns='urn:a'><b xmlns='urn:b'/><c/><d xmlns=''/></a>", &["urn:a", "urn:b"]).unwrap();
    let mut names = Vec::new();
    while let Some(event) = reader.next().unwrap() {
        if let XmlEvent::Open(name) = event {
            names.push((name.local, name.space));
        }
    }
    assert_eq!(names, [("a", Some(0)), ("b", Some(1)), ("c", Some(0)), ("d", None)]);
}

#[test]
fn depth_attributes_and_declarations_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(read(&nested(256)).is_ok() && read(&nested(257)).is_err());
    let wide = |count: usize| {
        let attributes: String = (0..count).map(|i| format!(" a{i}=''")).collect();
        format!("<a{attributes}/>")
    };
    assert!(read(&wide(64)).is_ok() && read(&wide(65)).is_err());
    let declaring = |depth: usize| {
        let open: String = (0..depth).map(|i| format!("<a xmlns:p{i}='urn:{i}'>")).collect();
        format!("{open}{}", "</a>".repeat(depth))
    };
    assert!(read(&declaring(128)).is_ok() && read(&declaring(129)).is_err());
}

#[test]
fn line_ends_become_one_character_and_references_stay() {
    let mut text = String::new();
    super::unescape("a\r\nb\rc\n&#13;\r&#xD;\n&amp;#13;", |c| text.push(c)).unwrap();
    assert_eq!(text, "a\nb\nc\n\r\n\r\n&#13;");
}
