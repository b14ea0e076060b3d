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
