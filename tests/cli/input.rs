//! Bad input, one table a verb: a sentence with the next step, the exit code, nothing changed.

use crate::desk::{Desk, PASSWORD};

/// What nobody may call anything, and what of it is named.
const HARMFUL: [(&str, &str); 12] = [
    ("esc\u{1b}[31mred", "U+001B"),
    ("bel\u{7}", "U+0007"),
    ("c1\u{9b}31m", "U+009B"),
    ("bidi\u{202e}gpj", "U+202E"),
    ("isolate\u{2066}x", "U+2066"),
    ("zero\u{200b}width", "U+200B"),
    ("join\u{200d}er", "U+200D"),
    ("tag\u{e0041}", "U+E0041"),
    ("bom\u{feff}x", "U+FEFF"),
    ("line\nbreak", "U+000A"),
    ("private\u{e000}", "U+E000"),
    ("two  blanks", "two spaces"),
];

#[test]
fn names_that_could_fool_a_reader_are_refused() {
    let desk = Desk::ready();
    let (trail, none) = (desk.verify(), desk.list());
    for (name, says) in HARMFUL {
        for args in [vec!["--name", name], vec!["--name", "fine", "--note", name]] {
            let args = [vec!["key", "create", "--as", "alice", "--kind", "basic"], args].concat();
            desk.run(&args).fails(2, says);
        }
    }
    for (name, says) in [
        ("", "A name is needed"),
        ("   ", "A name is needed"),
        (&*"x".repeat(65), "65 characters"),
        (&*"支".repeat(65), "65 characters"),
    ] {
        desk.run(&["key", "create", "--as", "alice", "--kind", "hmac", "--name", name]).fails(2, says);
    }
    assert_eq!((desk.verify(), desk.list()), (trail, none));
}

#[test]
fn names_in_any_script_are_kept_as_typed() {
    let desk = Desk::ready();
    let names = [
        "支払い-batch",
        "naïve café",
        "key 🔑",
        "Ελληνικά",
        "עברית",
        &"x".repeat(64),
        &"支".repeat(64),
        "-dash",
        "a,b;\"c\"'d'",
    ];
    for name in names {
        desk.create(&["--kind", "basic", &format!("--name={name}")]);
    }
    let mut listed: Vec<_> = desk.list().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
    let mut wanted: Vec<_> = names.iter().map(ToString::to_string).collect();
    listed.sort();
    wanted.sort();
    assert_eq!(listed, wanted);
    let table = desk.run(&["key", "list", "--as", "alice"]).done().out;
    assert!(names.iter().all(|name| table.contains(name)), "{table}");
}

#[test]
fn contradictory_options_change_nothing() {
    let desk = Desk::ready();
    let trail = desk.verify();
    let table = [
        ("basic", "--network 10.0.0.0/33", "is not a network"),
        ("basic", "--network nowhere", "is not a network"),
        ("basic", "--network 203.0.113.5/24", "Did you mean 203.0.113.0/24?"),
        ("basic", "--network 10.0.0.0/8,10.1.0.0/16", "is not a network"),
        ("basic", "--expires soon", "is not a time"),
        ("basic", "--expires 2027-02-30", "is not a time"),
        ("basic", "--expires -3d", "-3"),
        ("basic", "--expires 99999999999999999d", "after the year 9999"),
        ("basic", "--expires 2020-01-01", "in the past"),
        ("basic", "--expires 0d", "in the past"),
        ("basic", "--not-before 2d --expires 1d", "before it becomes valid"),
        ("basic", "--not-before yesterday", "is not a time"),
        ("basic", "--algorithm hmac-sha256", "HMAC keys only"),
        ("basic", "--body-digest optional", "HMAC keys only"),
        ("legacy", "--username smsbatch --generate --algorithm hmac-sha256", "HMAC keys only"),
        ("hmac", "--algorithm md5", "is not an algorithm"),
        ("hmac", "--algorithm hmac-sha256,hmac-sha1", "is not an algorithm"),
        ("hmac", "--body-digest sometimes", "--body-digest"),
        ("basic", "--username smsbatch --generate", "for Legacy credentials"),
        ("hmac", "--generate", "for Legacy credentials"),
        ("basic", "--password-stdin", "for Legacy credentials"),
        ("legacy", "", "needs --username"),
        ("legacy", "--username smsbatch", "--password-stdin"),
        ("legacy", "--username smsbatch --generate --password-stdin", "cannot be used with"),
        ("legacy", "--username abcd --generate", "5 to 255 lower-case letters"),
        ("legacy", "--username SmsBatch --generate", "5 to 255 lower-case letters"),
        ("legacy", "--username sms2batch --generate", "5 to 255 lower-case letters"),
        ("soap", "", "--kind"),
    ];
    for (kind, more, says) in table {
        let args = ["key", "create", "--as", "alice", "--kind", kind, "--name", "x"]
            .into_iter()
            .chain(more.split_whitespace());
        desk.run(&args.collect::<Vec<_>>()).fails(2, says);
    }
    let many: Vec<_> = (0..65).map(|i| format!("--network=10.0.{i}.0/24")).collect();
    let many = ["key", "create", "--as", "alice", "--kind", "basic", "--name", "x"]
        .into_iter()
        .chain(many.iter().map(String::as_str));
    desk.run(&many.collect::<Vec<_>>()).fails(2, "65 networks are too many");
    assert_eq!(desk.verify(), trail);
    assert!(desk.list().is_empty());
}

#[test]
fn legacy_passwords_by_the_help_page() {
    let desk = Desk::ready();
    let create = ["key", "create", "--as", "alice", "--kind", "legacy", "--username", "smsbatch", "--password-stdin"];
    let long = format!("A{}", "b".repeat(50));
    for password in ["Abcde", "abcdef", "ABCDEF", "123456", "Abc def", "Abcdé1", "Abc-def", &long] {
        let said = desk.typing(password, &create).fails(2, "6 to 50 letters and digits").err;
        assert!(!said.contains(password), "{password} was repeated");
    }
    desk.typing("", &create).fails(2, "no password");
    assert!(desk.list().is_empty());
    desk.typing("Abcdef", &create).done();
}

#[test]
fn user_names_and_passwords_by_the_rules() {
    let desk = Desk::ready();
    let trail = desk.verify();
    let long = "a".repeat(33);
    for name in ["", "Alice", "2fast", "al ice", "álice", "a\u{202e}b", "esc\u{1b}", &long] {
        let args = ["user", "add", name, "--as", "alice", "--role", "basic", "--password-stdin"];
        desk.typing(PASSWORD, &args).fails(2, "A user name has");
    }
    let add = |name, role| ["user", "add", name, "--as", "alice", "--role", role, "--password-stdin"];
    desk.typing("short", &add("eve", "basic")).fails(2, "12 characters");
    desk.typing("", &add("eve", "basic")).fails(2, "no password");
    desk.typing("eve-eve-eve-eve", &add("eve", "basic")).fails(2, "first that anybody");
    desk.typing(PASSWORD, &add("eve", "root")).fails(2, "--role");
    desk.typing(PASSWORD, &add("bram", "basic")).fails(5, "taken");
    assert_eq!(desk.verify(), trail);
}

#[test]
fn a_missing_as_flag_is_a_usage_error_everywhere() {
    let desk = Desk::ready();
    for args in [
        "key list",
        "key show k",
        "key create --kind basic --name x",
        "key rotate k --overlap none",
        "key disable k",
        "key enable k",
        "key revoke k",
        "user list",
        "user add eve --role basic",
        "user role bram --role basic",
        "user disable bram",
        "user enable bram",
        "user unlock bram",
        "user passwd bram",
        "audit list",
        "audit verify",
        "audit accept",
        "explain",
    ] {
        desk.run(&args.split_whitespace().collect::<Vec<_>>()).fails(2, "--as");
    }
}

#[test]
fn a_wrong_command_line_gets_one_sentence() {
    let desk = Desk::ready();
    for (args, says) in [
        ("frobnicate", "unrecognized subcommand"),
        ("key list --as alice --jsn", "--json"),
        ("key list --as alice --json --jsonl", "cannot be used with"),
        ("key disable --as alice", "<KEY>"),
        ("key create --as alice --kind basic --password hunter22", "unexpected argument"),
        ("audit verify --as alice --expect 12", "64 hex digits"),
        ("audit verify --as alice --expect 12:zz", "64 hex digits"),
    ] {
        desk.run(&args.split_whitespace().collect::<Vec<_>>()).fails(2, says);
    }
    desk.run(&["key", "list", "--as", "alice", "\u{1b}]52;c;x\u{7}"]).fails(2, "unexpected argument");
}

#[test]
fn a_secret_in_an_argument_is_refused_and_not_repeated() {
    let desk = Desk::ready();
    let secret = crate::desk::text(&desk.create(&["--kind", "basic", "--name", "x"])["secret"]);
    let trail = desk.verify();
    for args in [
        vec!["key", "show", &secret, "--as", "alice"],
        vec!["key", "revoke", "--as", "alice", &secret],
        vec!["key", "create", "--as", "alice", "--kind", "basic", "--name", &secret],
        vec!["key", "create", "--as", "alice", "--kind", "basic", "--name", "y", "--note", &secret],
    ] {
        let said = desk.run(&args).fails(2, "That is an API secret").err;
        assert!(!said.contains(&secret), "the secret was repeated");
    }
    assert_eq!(desk.verify(), trail);
}

#[test]
fn help_and_version_work() {
    let desk = Desk::empty();
    assert!(desk.run(&["--version"]).done().out.starts_with("keydesk "));
    for args in [
        vec!["--help"],
        vec!["key", "--help"],
        vec!["key", "create", "--help"],
        vec!["user", "--help"],
        vec!["audit", "--help"],
    ] {
        assert!(desk.run(&args).done().out.contains("Usage: keydesk"));
    }
    assert_eq!(desk.run(&["key"]).code, Some(2));
    for screen in [&[][..], &["demo"]] {
        desk.run(screen).fails(2, "needs a terminal");
    }
    assert!(desk.files().is_empty());
}

#[test]
fn completions_and_the_manual_need_no_desk() {
    let desk = Desk::empty();
    for (shell, holds) in [("bash", "_keydesk()"), ("zsh", "#compdef keydesk"), ("fish", "complete -c keydesk")] {
        let run = desk.run(&["completions", shell]).done();
        assert!(run.out.contains(holds) && run.out.contains("overlap") && run.err.is_empty(), "{shell}");
    }
    desk.run(&["completions", "tcsh"]).fails(2, "bash, zsh, fish");
    let page = desk.run(&["man"]).done().out;
    assert!(page.starts_with(".TH KEYDESK 1 20") && page.contains(".SS keydesk key rotate"));
    assert!(desk.files().is_empty());
}

#[test]
fn plain_is_accepted_only_where_it_has_an_effect() {
    let desk = Desk::ready();
    for args in [&["--help"][..], &["demo", "--help"]] {
        assert!(desk.run(args).done().out.contains("--plain"), "{args:?}");
    }
    let mut command = keydesk::cli::command();
    command.build();
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "demo");
    let all = verbs.flat_map(|verb| std::iter::once(verb).chain(verb.get_subcommands()));
    // A session opens the desk as well.
    let all = all.filter(|verb| verb.get_bin_name() != Some("keydesk ssh session"));
    let offers: Vec<_> = all.filter(|verb| verb.get_arguments().any(|arg| arg.get_id() == "plain")).collect();
    let offers: Vec<_> = offers.into_iter().map(clap::Command::get_name).collect();
    assert_eq!(offers, [""; 0]);
    desk.run(&["key", "list", "--as", "alice", "--plain"]).fails(2, "--plain");
    desk.run(&["--plain", "key", "list", "--as", "alice"]).fails(2, "leave --plain out");
    desk.run(&["--plain", "demo"]).fails(2, "works on a terminal only");
}
