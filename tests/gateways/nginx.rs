//! nginx, by `auth_request`.

use std::{fs, path::Path, process::Command};

use super::{
    house::{Gateway, installed},
    targets::Fate::{Exact, Refused},
};

pub const NGINX: Gateway = Gateway {
    name: "nginx",
    file: "nginx.conf",
    program: || installed("nginx"),
    command,
    down: 500,
    hung: 500,
    targets: &[Exact, Exact, Exact, Exact, Exact, Exact, Refused, Refused, Exact, Refused],
    sees_bodies: false,
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
