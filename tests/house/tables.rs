//! Tables of the documentation that the program writes. `KEYDESK_BLESS=1 cargo test --test house` puts them there.

use std::fmt::Write as _;
use std::fs;

use clap::Command;
use keydesk::account::{Right, Role, allows};
use keydesk::hub::Setting;
use keydesk::tui::keymap;

use super::documents::between;
use crate::{MAY_USE, read, root};

#[test]
fn tables_are_the_programs() {
    let tables = [
        ("keys", keymap::markdown()),
        ("filter", keymap::terms_markdown()),
        ("log-filter", keymap::log_terms_markdown()),
        ("user-filter", keymap::user_terms_markdown()),
        ("settings", settings()),
        ("flags", flags(keydesk::cli::command())),
    ];
    for (name, table) in tables {
        let (path, old) = between(name);
        if std::env::var_os("KEYDESK_BLESS").is_some() {
            let marker = format!("<!-- {name}: begin -->\n");
            let page = read(&path).replacen(&format!("{marker}{old}"), &format!("{marker}{table}"), 1);
            fs::write(root().join(&path), page).unwrap();
        }
        assert_eq!(between(name).1.trim(), table.trim(), "{path}: run KEYDESK_BLESS=1 cargo test --test house");
    }
}

fn settings() -> String {
    let mut out = String::from("| setting | default | meaning |\n| --- | --- | --- |\n");
    for setting in Setting::ALL {
        writeln!(out, "| `{}` | `{}` | {} |", setting.name(), setting.default_value(), setting.meaning()).unwrap();
    }
    out
}

/// Every command with its arguments and flags, but for those that all commands have.
fn flags(mut program: Command) -> String {
    let mut out = String::new();
    program.build();
    section(&mut out, &program, "keydesk");
    out
}

fn section(out: &mut String, command: &Command, path: &str) {
    if command.has_subcommands() {
        let subs = command.get_subcommands().filter(|sub| sub.get_name() != "help");
        return subs.for_each(|sub| section(out, sub, &format!("{path} {}", sub.get_name())));
    }
    writeln!(out, "**`{path}`**: {}\n", command.get_about().expect("every command says what it does")).unwrap();
    let own = |arg: &&clap::Arg| !arg.is_global_set() && !["help", "version"].contains(&arg.get_id().as_str());
    let arguments: Vec<_> = command.get_arguments().filter(own).collect();
    for arg in &arguments {
        let values = arg.get_possible_values();
        let names: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).map(|value| value.get_name()).collect();
        let takes = arg.get_num_args().is_none_or(|count| count.takes_values());
        let among = if takes && !names.is_empty() { format!(" ({})", names.join(", ")) } else { String::new() };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let shown = arg.to_string().replace("...", "…");
        writeln!(out, "* `{shown}`{}: {help}{among}", if arg.is_required_set() { ", required" } else { "" }).unwrap();
    }
    if !arguments.is_empty() {
        out.push('\n');
    }
}

#[test]
fn roles_are_the_programs() {
    let table = between("roles").1;
    for role in Role::ALL {
        assert!(table.contains(role.title()), "{role} is not in the table of roles");
    }
    for right in Right::ALL {
        let row = table.lines().find(|line| line.starts_with(&format!("| {} |", right.as_str())));
        let row = row.unwrap_or_else(|| panic!("{right:?} is not in the table of roles"));
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let wanted = Role::ALL.map(|role| if allows(role, right) { "yes" } else { "no" });
        assert_eq!(cells[3..3 + wanted.len()], wanted, "{row}");
    }
}

#[test]
fn exit_codes_are_those_that_help_tells_of() {
    let help = keydesk::cli::command().render_help().to_string().replace('\n', " ");
    let page = read("docs/command-line.md");
    for code in 0..=6 {
        let row = page.lines().find(|line| line.starts_with(&format!("| {code} | ")));
        let words = row.unwrap_or_else(|| panic!("{code} is not in docs/command-line.md")).split('|').nth(2).unwrap();
        let first = words.split([';', ':']).next().unwrap().trim();
        assert!(help.contains(&format!("{code} {first}")), "{code} {first}: {help}");
    }
}

/// The map says of each module what `MAY_USE` does.
#[test]
fn the_map_says_who_may_use_whom() {
    let map = read("docs/architecture.md");
    for (module, uses) in MAY_USE {
        let (file, folder) = (format!("`src/{module}.rs`"), format!("`src/{module}/`"));
        let names =
            |row: &&str| row.split('|').nth(1).is_some_and(|cell| cell.contains(&file) || cell.contains(&folder));
        let row = map.lines().filter(|line| line.starts_with("| `src/")).find(names);
        let last = row.unwrap_or_else(|| panic!("{module} is not in the map")).split('|').nth(3).unwrap();
        let told: Vec<_> = last.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        assert_eq!(told, *uses, "{module}");
    }
}

#[test]
fn the_changelog_has_this_version() {
    let version = format!("## {}\n", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").contains(&version), "{version}");
}

/// The package's version is the program's, with the revision of its files.
#[test]
fn the_package_and_its_pages_have_this_version() {
    let manifest = read("Cargo.toml");
    let revision =
        manifest.lines().find_map(|line| line.strip_prefix("revision = ")).expect("a revision").trim_matches('"');
    let version = format!("{}-{revision}", env!("CARGO_PKG_VERSION"));
    assert!(read("assets/debian/changelog").starts_with(&format!("keydesk ({version}) ")), "{version}");
    for page in ["README.md", "docs/install.md"] {
        assert!(read(page).contains(&format!("./keydesk_{version}_amd64.deb")), "{page}: {version}");
    }
}
