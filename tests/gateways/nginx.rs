//! nginx, by `auth_request`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::client::Sent;
use super::house::{Framing, Gateway, installed};
use super::targets::Fate::{Exact, Refused};

pub const NGINX: Gateway = Gateway {
    name: "nginx",
    file: "nginx.conf",
    program: || installed("nginx"),
    command,
    down: 500,
    hung: 500,
    targets: &[Exact, Exact, Exact, Exact, Exact, Exact, Refused, Refused, Exact, Refused],
    sees_bodies: false,
    framing: Framing::Both,
    by_address: false,
    passes_trailers: false,
};

/// The same with TLS, for clients that speak nothing else.
pub const NGINX_TLS: Gateway = Gateway { command: command_tls, ..NGINX };

/// A certificate of its own, and TLS where clients arrive.
fn command_tls(program: &Path, place: &Path, file: &Path) -> Command {
    let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=gate"];
    let names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"];
    let made = Command::new("openssl").args(request).args(names).current_dir(place).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let text = fs::read_to_string(file).unwrap();
    let (listen, rest) = text.split_once("    listen ").unwrap();
    let (address, rest) = rest.split_once(';').unwrap();
    let tls = format!("ssl_certificate {0}/cert.pem;\nssl_certificate_key {0}/key.pem;", place.display());
    fs::write(file, format!("{listen}    listen {address} ssl;\n{tls}{rest}")).unwrap();
    command(program, place, file)
}

/// The same with HTTP/2, which nginx speaks at a port alone where there is no TLS.
const NGINX_HTTP2: Gateway = Gateway { command: command_http2, ..NGINX };

fn command_http2(program: &Path, place: &Path, file: &Path) -> Command {
    let gate = fs::read_to_string(place.join("gate")).unwrap();
    listen(file, &format!("listen {gate};"), &format!("listen {gate} http2;"));
    command(program, place, file)
}

/// The same beside another server at its address, which is the default there and lets every name in.
const NGINX_BESIDE: Gateway = Gateway { command: command_beside, ..NGINX };

fn command_beside(program: &Path, place: &Path, file: &Path) -> Command {
    let gate = fs::read_to_string(place.join("gate")).unwrap();
    let other = format!(
        "server {{ listen {gate} default_server; server_name other; underscores_in_headers on; \
         ignore_invalid_headers off; return 404; }}\n"
    );
    listen(file, "\nserver {", &format!("\n{other}server {{"));
    listen(file, &format!("listen {gate};"), &format!("listen {gate}; server_name api.example.com;"));
    command(program, place, file)
}

/// Another text in place of one that is there once.
fn listen(file: &Path, shipped: &str, ours: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.matches(shipped).count(), 1, "{shipped}");
    fs::write(file, text.replace(shipped, ours)).unwrap();
}

/// The file is for the `http` context; this is the rest of a configuration.
fn command(program: &Path, place: &Path, file: &Path) -> Command {
    let here = place.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {here}/{what};\n"))
        .concat();
    let main = place.join("main.conf");
    let text = format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr warn;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}include {};\n}}\n",
        file.display()
    );
    fs::write(&main, text).unwrap();
    let mut command = Command::new(program);
    command.arg("-c").arg(main).arg("-p").arg(place).args(["-e", "stderr"]);
    command
}

checks!(NGINX);
checks!(http2 NGINX_HTTP2);

/// Which names are let in is decided before nginx knows which server a request is for.
#[test]
fn a_server_that_admits_every_field_name_opens_nothing() {
    let Some(house) = NGINX_BESIDE.start() else { return };
    let before_host = |name: &str, value: &str, sent: Sent| {
        let host = Sent::new("GET", "/").without("Host").without("Connection").field(name, value);
        host.fields_of(&sent).taking_line(&sent)
    };
    for name in ["X_Keydesk_Credential", "X.Keydesk.Credential", "x_keydesk-account"] {
        let sent = Sent::new("GET", "/").basic(&house.keys.one);
        house.refused(&before_host(name, "VICTIM", sent), 401);
    }
    // nginx reads the framing from the first field whose name matches with `-` and `_` exchanged.
    let post = || Sent::new("POST", "/").signed(&house.keys.signs);
    house.through(&post());
    for sent in [post().body("unsigned"), post().chunked("unsigned")] {
        house.refused(&sent, 401);
        house.refused(&before_host("Content_Length", "0", sent.clone()), 401);
        house.refused(&before_host("Transfer_Encoding", "", sent), 401);
    }
    house
        .refused(&before_host("X_Original_Client", "203.0.113.9", Sent::new("GET", "/").basic(&house.keys.there)), 401);
    let odd = before_host("Odd_Name", "x", Sent::new("GET", "/").basic(&house.keys.one));
    assert_eq!(house.through(&odd).field("Odd-Name").unwrap(), "x", "the other server's rule is in force");
}
