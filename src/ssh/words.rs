//! The words of a command that came over SSH. There is no shell: nothing is a variable, a pattern, a pipe or a second
//! command.

/// Most bytes of a command.
pub const LONGEST: usize = 64 << 10;

/// Splits a command at blanks. `'…'` and `"…"` hold blanks together; in `"…"` a `\` takes the meaning of the `"` or `\`
/// behind it away. An error is a sentence.
pub fn words(command: &[u8]) -> Result<Vec<String>, &'static str> {
    let text = std::str::from_utf8(command).map_err(|_| "The command is not UTF-8 text.")?;
    if text.chars().any(|c| c.is_control() && c != '\t') {
        return Err("The command holds a control character, such as a line break. Write it on one line.");
    }
    let (mut words, mut word, mut chars) = (Vec::new(), None::<String>, text.chars());
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '\'' | '"' => quoted(c, &mut chars, word.get_or_insert_default())?,
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(end: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), &'static str> {
    const OPEN: &str = "A quote in the command is not closed.";
    loop {
        match chars.next().ok_or(OPEN)? {
            c if c == end => return Ok(()),
            '\\' if end == '"' => match chars.next().ok_or(OPEN)? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_quotes_make_words_and_nothing_else_means_anything() {
        for (command, is) in [
            ("key list --json", &["key", "list", "--json"][..]),
            ("  key\t list ", &["key", "list"]),
            ("key list; id", &["key", "list;", "id"]),
            (
                "key list $(id) `id` | cat > /tmp/x && *",
                &["key", "list", "$(id)", "`id`", "|", "cat", ">", "/tmp/x", "&&", "*"],
            ),
            ("--name 'night export'", &["--name", "night export"]),
            (r#"--name "a \"b\" \\ \n $HOME""#, &["--name", r#"a "b" \ \n $HOME"#]),
            (r"--name 'a\' x\y", &["--name", r"a\", r"x\y"]),
            ("--note=''", &["--note="]),
            ("'' \"\"", &["", ""]),
            ("a'b'\"c\"d", &["abcd"]),
            ("", &[]),
        ] {
            assert_eq!(words(command.as_bytes()).unwrap(), is, "{command}");
        }
    }

    #[test]
    fn what_is_no_line_of_words_is_refused() {
        for bad in
            [&b"key 'list"[..], b"key \"list", b"key \"list\\", b"key\nlist", b"key \x00", b"key \xff", b"\x1b[2J"]
        {
            assert!(words(bad).is_err(), "{bad:?}");
        }
    }
}
