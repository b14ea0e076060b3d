//! What else answers whether a password is good: nginx, HAProxy and Caddy by their own password files, each on one core
//! in one process.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use base64ct::{Base64, Encoding as _};
use sha1::{Digest as _, Sha1};

use super::Done;
use super::contestant::TOKEN;

/// A user of the password files.
pub fn user(n: usize) -> (String, String) {
    (format!("user{n:07}"), format!("Secret{n:07}"))
}

/// nginx with this in its `http` context.
fn nginx(place: &Path, http: &str) -> Done<Command> {
    let here = place.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|what| format!("{what}_temp_path {here}/{what};\n"))
        .concat();
    // Whoever asks over a kept connection goes on for longer than the thousand requests that are nginx's default.
    let text = format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/error.log warn;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\naccess_log off;\nkeepalive_requests 1000000000;\n{temporary}{http}}}\n"
    );
    fs::write(place.join("nginx.conf"), text)?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(place.join("nginx.conf")).arg("-p").arg(place);
    Ok(command)
}

/// nginx with a password file of so many users, hashed by {SHA}.
pub fn nginx_auth_basic(place: &Path, address: &str, users: usize) -> Done<Command> {
    let mut file = String::new();
    for n in 0..users {
        let (name, password) = user(n);
        writeln!(file, "{name}:{{SHA}}{}", Base64::encode_string(&Sha1::digest(password.as_bytes())))?;
    }
    let passwords = place.join("htpasswd");
    fs::write(&passwords, file)?;
    // `return` would answer before the password is asked for.
    nginx(
        place,
        &format!(
            "server {{ listen {address}; location / {{ auth_basic api; auth_basic_user_file {}; empty_gif; }} }}\n",
            passwords.display()
        ),
    )
}

/// nginx as keydesk's own snippet has it, before an API that is nginx too and costs next to nothing.
pub fn nginx_auth_request(place: &Path, address: &str, socket: &Path, api: &str) -> Done<Command> {
    let snippet = include_str!("../../assets/gateways/nginx.conf");
    let mut http = format!("server {{ listen {api}; return 200; }}\n");
    let of = [
        ("127.0.0.1:8080", address.to_owned()),
        ("127.0.0.1:9000", api.to_owned()),
        ("/run/keydesk/verifier.sock", socket.display().to_string()),
    ];
    http += &of.iter().fold(snippet.to_owned(), |text, (from, to)| text.replace(from, to));
    nginx(place, &http)
}

/// HAProxy with a list of so many users, in plain text: with a hash it is slower.
pub fn haproxy(place: &Path, address: &str, users: usize) -> Done<Command> {
    let mut text = format!(
        "global\n  nbthread 1\ndefaults\n  mode http\n  timeout client 60s\n  timeout server 60s\n  timeout connect 5s\n\
         frontend api\n  bind {address}\n  http-request auth unless {{ http_auth(users) }}\n\
         \x20 http-request return status 200\nuserlist users\n"
    );
    for n in 0..users {
        let (name, password) = user(n);
        writeln!(text, "  user {name} insecure-password {password}")?;
    }
    let file = place.join("haproxy.cfg");
    fs::write(&file, text)?;
    let mut command = Command::new("haproxy");
    command.args(["-db", "-f"]).arg(file);
    Ok(command)
}

/// Caddy with one user, whose bcrypt hash it remembers.
pub fn caddy(place: &Path, address: &str) -> Done<Command> {
    let (name, password) = user(0);
    // The password guards nothing, so it may be an argument.
    let out = Command::new("caddy").args(["hash-password", "--plaintext", &password]).output()?;
    let hash = String::from_utf8(out.stdout)?;
    let file = place.join("Caddyfile");
    let text = format!(
        "{{\n  admin off\n  auto_https off\n}}\nhttp://{address} {{\n  basicauth {{\n    {name} {}\n  }}\n  respond 200\n}}\n",
        hash.trim()
    );
    fs::write(&file, text)?;
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
    command.env("XDG_DATA_HOME", place).env("XDG_CONFIG_HOME", place);
    Ok(command)
}

/// What a client sends of its own.
const CLIENT: &str = "User-Agent: python-requests/2.32.3\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n";

/// The head of a request by a client, up to its `Authorization`.
pub fn client_head() -> String {
    format!("GET /v1/messages?limit=20 HTTP/1.1\r\nHost: api.example.com\r\n{CLIENT}")
}

/// The head of the request that a gateway makes of it.
pub fn gateway_head() -> String {
    format!(
        "GET /v1/authz/nginx HTTP/1.1\r\nHost: keydesk\r\nX-Original-Method: GET\r\n\
         X-Original-URI: /v1/messages?limit=20\r\nX-Original-Proto: HTTP/1.1\r\nX-Original-Host: api.example.com\r\n\
         X-Original-Scheme: https\r\nX-Original-Client: 203.0.113.9\r\nX-Original-Framing: cl=;te=\r\n\
         X-Keydesk-Gateway-Token: {TOKEN}\r\n{CLIENT}"
    )
}
