//! The documented statuses of gateways without a verifier are those of the tests.

use std::fs;
use std::path::Path;

use super::caddy::CADDY;
use super::envoy::ENVOY;
use super::haproxy::HAPROXY;
use super::nginx::NGINX;
use super::traefik::TRAEFIK;

#[test]
fn the_documentation_has_each_gateways_status_without_a_verifier() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gateways.md")).unwrap();
    for gateway in [&NGINX, &CADDY, &HAPROXY, &ENVOY, &TRAEFIK] {
        let row = page.lines().find(|line| line.starts_with(&format!("| {} ", gateway.name))).unwrap();
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let answers = format!("{}, {}", gateway.down, gateway.hung);
        assert!(cells.iter().any(|cell| cell.starts_with(&answers)), "{}: {answers}: {row}", gateway.name);
    }
}
