//! Keys, usernames and secrets, from ordinary ones to those that every language would like to misread.

/// What keydesk itself makes.
pub const ORDINARY: &str = "kdhe2dVn8RtYw5PxZq3M";

/// Invented; the check characters are wrong on purpose.
pub const SECRET: &str = "kdsH4tYx9QmB2cR7vLpZ6kWn3aF2x0";

/// Keys and usernames that an import may bring. All but control characters, and ASCII alone.
pub const NASTY: [&str; 8] = [
    r#"o'neil "the key" \ end\"#,
    "$(touch x)`touch x`${HOME}$HOME$$",
    "!! !$ !x ^a^b^ #no-comment; touch x & touch x | cat > x",
    " blanks  before and behind ",
    r#"", algorithm="none", headers="date"#,
    "%s%n%% \\n\\x41\\u0041\\' {0} {KEY} ${key}",
    "<a href='x'>&amp; &lt;]]><![CDATA[x]]><!-- -->",
    "@KEY@ @URL@ @file -H --data ~ * ? [a-z] (x) {a,b} `",
];

/// The worst of them in one.
pub const WORST: &str = r#"o'neil "x" \ $(touch x)`touch x`${HOME} !x !! ^a^b^ & touch x %s #"#;

/// Letters beyond ASCII, for the kinds that can carry them.
pub const WIDE: [&str; 2] = ["naïve café 支払い 🔑", "Ελληνικά \u{2028}עברית"];

/// Secrets: each is used with some of the keys.
pub const SECRETS: [&str; 4] =
    [SECRET, r#"p"w'd\ $(touch x)`touch x` %s\n"#, "a&b<c>d]]>e &amp; :colon: é支 !!", "-hmac -n --x @file"];
