//! Samples that run as they are when pasted: how to call the API with a credential, in the languages of its kind; and the
//! files of gateways, from `assets/gateways/`.
//!
//! Pure. The secret is in none of them: a sample reads it from the environment variable [`SECRET_VARIABLE`]. What a
//! sample is made of lies in `assets/samples/`, readable as what it is; everything that is put into one goes through
//! the function of its language in `quote`, because keys and usernames that were imported may hold anything but
//! control characters.

mod fill;
mod gateway;
mod host;
mod language;
mod quote;
mod site;
mod subject;
mod upstream;
mod words;

use crate::credential::Kind;

pub use gateway::{Gateway, NOT_YOURS, OddPath, SHIPPED};
pub use language::{Language, languages};
pub use site::{Site, SiteError};
pub use subject::Subject;
pub use upstream::{Upstream, UpstreamError};
pub use words::{SECRET_HINT, SECRET_VARIABLE, notes, obstacle, refusals};

use fill::fill;
pub use quote::{shell, shell_bytes};

use quote::{javascript, python, quoted_string};

/// The sample of a language for a credential: the whole text, ending in a line break. Empty if [`languages`] does not
/// list the language for that kind.
///
/// Callers that show the sample should ask [`obstacle`] first: some keys and some restrictions cannot be served by some
/// languages, and then the sample is well formed and will be refused.
pub fn text(language: Language, subject: &Subject<'_>, site: &Site) -> String {
    let quote = match language {
        Language::Curl | Language::Openssl | Language::Soap | Language::M4u => shell,
        Language::Python | Language::PythonSdk => python,
        Language::Node => javascript,
    };
    let algorithm = subject.algorithm();
    fill(language.template(subject.kind), |blank| match blank {
        "KEY" => Some(quote(&spoken(language, subject))),
        "ORIGIN" => Some(quote(site.origin())),
        "BASE" => Some(quote(&site.base())),
        "ROOT" => Some(quote(&format!("{}/", site.base()))),
        "URL" => Some(quote(&format!("{}{MESSAGES}", site.base()))),
        "TARGET" => Some(quote(&format!("{}{MESSAGES}", site.prefix()))),
        "ALGORITHM" => Some(algorithm.as_str().to_owned()),
        // The algorithm's name without `hmac-` is what openssl, Python and Node call the hash.
        "HASH" => Some(algorithm.as_str().trim_start_matches("hmac-").to_owned()),
        "SIGNS" => Some(if subject.kind.signs() { "True" } else { "False" }.to_owned()),
        _ => None,
    })
}

/// Where a message is sent to.
const MESSAGES: &str = "/v1/messages";

/// The key as the protocol wants it said, before any language quotes it.
fn spoken(language: Language, subject: &Subject<'_>) -> String {
    match (subject.kind, language) {
        (Kind::Hmac, _) => quoted_string(subject.key),
        // One `#` at the end is a flag of the protocol and is dropped: a name that ends in one needs a second.
        (Kind::Legacy, Language::M4u) if subject.key.ends_with('#') => format!("{}#", subject.key),
        _ => subject.key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text that every language would like to take for something else; it looks like blanks of a template as well.
    const NASTY: &str = r##"a'b"c\d`id`$(id)${x}%s!! @KEY@ @HASH@ é</x> #"##;

    fn every() -> impl Iterator<Item = (Kind, Language)> {
        Kind::ALL.into_iter().flat_map(|kind| languages(kind).iter().map(move |language| (kind, *language)))
    }

    #[test]
    fn no_blank_is_left_open() {
        for (kind, language) in every() {
            let text = text(language, &Subject::new(kind, "kdb8fQeVb3LxTz6KmWc1"), &Site::default());
            let open = text.split('@').find(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()));
            assert_eq!(open, None, "{kind} {language:?}\n{text}");
            assert!(text.ends_with('\n') && text.contains(SECRET_VARIABLE), "{kind} {language:?}\n{text}");
        }
    }

    #[test]
    fn lines_fit_a_small_terminal() {
        for (kind, language) in every() {
            let text = text(language, &Subject::placeholder(kind), &Site::default());
            assert_eq!(text.lines().find(|line| line.len() > 76), None, "{kind} {language:?}");
        }
    }

    /// A pasted sample is read by an interactive shell: `!` outside single quotes, or a comment in zsh, would bite.
    #[test]
    fn shell_samples_survive_an_interactive_shell() {
        let shells = [Language::Curl, Language::Openssl, Language::Soap, Language::M4u];
        for (kind, language) in every().filter(|(_, language)| shells.contains(language)) {
            let text = text(language, &Subject::placeholder(kind), &Site::default());
            assert!(!text.contains('!'), "{kind} {language:?}\n{text}");
            assert!(text.lines().all(|line| !line.trim_start().starts_with('#')), "{kind} {language:?}\n{text}");
        }
    }

    #[test]
    fn what_is_put_in_is_never_read_as_a_blank() {
        for (kind, language) in every() {
            let text = text(language, &Subject::new(kind, NASTY), &Site::default());
            assert!(text.contains("@KEY@ @HASH@"), "{kind} {language:?}\n{text}");
        }
    }
}
