//! Fills the placeholders of a template: `@NAME@`.

/// The template with its blanks filled, read once from left to right: what is put in is never read again, so a key
/// that looks like a blank stays a key. What `value` does not know is no blank and stays.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('@') {
        filled.push_str(before);
        let found = after.split_once('@').and_then(|(name, behind)| Some((value(name)?, behind)));
        rest = match found {
            Some((text, behind)) => {
                filled.push_str(&text);
                behind
            }
            None => {
                filled.push('@');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn blanks_are_filled_once() {
        let value = |name: &str| (name == "A").then(|| "@A@".to_owned());
        assert_eq!(fill("x@A@y @A@", value), "x@A@y @A@");
        assert_eq!(fill("-H @- @B@ @A", value), "-H @- @B@ @A");
        assert_eq!(fill("@@A@", value), "@@A@");
    }
}
