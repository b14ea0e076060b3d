//! Where the vectors and the recordings of gateways are.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The root of the tree. Cargo names it when it runs a test; a test that was built elsewhere can be run on a copy.
fn root() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

/// The vectors of this repository.
pub fn own() -> PathBuf {
    root().join("tests/vectors/data")
}

/// The folder that `KEYDESK_VECTORS` names; else `vectors` beside the checkout, if it holds any; else [`own`].
pub fn folder() -> PathBuf {
    let named = env::var_os("KEYDESK_VECTORS").filter(|name| !name.is_empty()).map(PathBuf::from);
    let beside = || {
        let folder = root().join("../vectors");
        let ours = |path: &PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains("\"keydesk-"));
        files(&folder).iter().any(ours).then_some(folder)
    };
    named.or_else(beside).unwrap_or_else(own)
}

/// The JSON files in a folder and in the folders below it, in the order of their paths.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}
