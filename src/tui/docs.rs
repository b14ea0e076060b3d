//! How to call the API with a key: a few lines of shell, the secret always a variable.

use crate::credential::Kind;

/// One line of documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocLine {
    /// A sentence.
    Words(&'static str),
    /// A line of shell.
    Code(String),
}

/// What stands for the key where none is selected.
pub fn placeholder(kind: Kind) -> &'static str {
    match kind {
        Kind::Basic | Kind::Hmac => "YOUR_API_KEY",
        Kind::Legacy => "YOUR_USERNAME",
    }
}

/// How to call with a key of this kind.
pub fn how_to_call(kind: Kind, key: &str) -> Vec<DocLine> {
    let mut lines = vec![
        DocLine::Words("The secret is not stored here. Put it and the address of your API into the environment:"),
        DocLine::Words(""),
        DocLine::Code("read -rs SECRET; API=https://api.example.com".to_owned()),
        DocLine::Words(""),
    ];
    match kind {
        Kind::Basic => lines.extend(basic(key)),
        Kind::Hmac => lines.extend(hmac(key)),
        Kind::Legacy => lines.extend(legacy(key)),
    }
    lines
}

fn basic(key: &str) -> Vec<DocLine> {
    let user = shell_quote(&format!("user = \"{key}:%s\""));
    vec![
        // By a config on stdin, so that the secret is in no process list.
        DocLine::Code(format!("printf {user} \"$SECRET\" | curl -K - \\")),
        DocLine::Code("  \"$API/v1/messages\"".to_owned()),
    ]
}

fn hmac(key: &str) -> Vec<DocLine> {
    let username = shell_quote(&format!("hmac username=\"{key}\", algorithm=\"hmac-sha256\", "));
    let code = |line: &str| DocLine::Code(line.to_owned());
    vec![
        code("DATE=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')"),
        code("SIGNED=$(printf 'Date: %s\\nGET /v1/messages HTTP/1.1' \"$DATE\" |"),
        code("  openssl dgst -sha256 -hmac \"$SECRET\" -binary | base64)"),
        DocLine::Code(format!("AUTH={username}")),
        code("AUTH=\"$AUTH\"'headers=\"Date request-line\", signature=\"'\"$SIGNED\"'\"'"),
        code("curl \"$API/v1/messages\" -H \"Date: $DATE\" -H \"Authorization: $AUTH\""),
        DocLine::Words(""),
        DocLine::Words("openssl shows its key to others on this machine while it runs: for trying out only."),
        DocLine::Words("A request with a body also signs a digest of it, for example x-Content-MD5."),
        DocLine::Words("The clock of the caller may be 5 minutes off, not more."),
    ]
}

fn legacy(key: &str) -> Vec<DocLine> {
    let user = shell_quote(&format!("<m:userId>{key}</m:userId>"));
    let code = |line: &str| DocLine::Code(line.to_owned());
    vec![
        code("{ printf '<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" '"),
        code("  printf 'xmlns:m=\"http://xml.m4u.com.au/2009\"><s:Body><m:checkUser>'"),
        DocLine::Code(format!("  printf %s '<m:authentication>'{user}")),
        code("  printf '<m:password>%s</m:password></m:authentication>' \"$SECRET\""),
        code("  printf '</m:checkUser></s:Body></s:Envelope>'; } |"),
        code("curl \"$API/\" -H 'Content-Type: text/xml' \\"),
        code("  -H 'SOAPAction: http://xml.m4u.com.au/2009/checkUser' --data-binary @-"),
    ]
}

/// Text as one word of a POSIX shell, whatever is in it.
fn shell_quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_from_elsewhere_cannot_leave_its_quotes() {
        assert_eq!(shell_quote("a'b; rm"), r"'a'\''b; rm'");
        for kind in Kind::ALL {
            let lines = how_to_call(kind, "x'$(id)'");
            let hit = lines.iter().find_map(|l| match l {
                DocLine::Code(code) if code.contains("$(id)") => Some(code.clone()),
                _ => None,
            });
            assert!(hit.is_some_and(|code| code.contains(r"'\''$(id)'\''")), "{kind}");
        }
    }

    #[test]
    fn lines_fit_into_the_smallest_window_with_our_own_keys() {
        for kind in Kind::ALL {
            for line in how_to_call(kind, "kdb8fQeVb3LxTz6KmWc1") {
                let DocLine::Code(code) = line else { continue };
                assert!(code.len() <= 76, "{code}");
            }
        }
    }
}
