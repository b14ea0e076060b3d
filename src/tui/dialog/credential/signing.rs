//! Signing options of an HMAC key: the fields that the create and edit forms share.

use crate::credential::{Algorithm, Algorithms, BodyDigest};
use crate::tui::form::{Control, Form, FormEntry, Id, entry};

const DIGEST: &[&str] = &["required", "optional"];

/// The entries, filled in.
pub fn entries(algorithms: &Algorithms, digest: BodyDigest) -> Vec<FormEntry> {
    let check = |a: Algorithm| entry(Id::Algorithm(a), "", Control::Check(algorithms.admit(a)));
    let chosen = usize::from(digest == BodyDigest::Optional);
    let mut entries = Vec::from(Algorithm::ALL.map(check));
    entries.push(entry(Id::Digest, "Body digest", Control::Choice { words: DIGEST, chosen }));
    entries
}

/// The algorithms that are ticked; where none is, the fault: an empty set would mean all of them.
pub fn algorithms(form: &Form) -> Result<Algorithms, (Id, String)> {
    let on: Vec<_> = Algorithm::ALL.into_iter().filter(|a| form.checked(Id::Algorithm(*a))).collect();
    match on.is_empty() {
        true => Err((Id::Algorithm(Algorithm::Sha256), "Tick at least one algorithm.".to_owned())),
        false => Ok(Algorithms::new(on)),
    }
}

/// The body digest that is chosen.
pub fn digest(form: &Form) -> BodyDigest {
    if form.chosen(Id::Digest) == 1 { BodyDigest::Optional } else { BodyDigest::Required }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_are_the_words_of_the_store() {
        assert_eq!(DIGEST, [BodyDigest::Required.as_str(), BodyDigest::Optional.as_str()]);
    }

    #[test]
    fn what_is_filled_in_is_read_back() {
        let some: Algorithms = "hmac-sha256 hmac-sha512".parse().unwrap();
        for (set, body) in [(some, BodyDigest::Optional), (Algorithms::default(), BodyDigest::Required)] {
            let form = Form::new(entries(&set, body));
            assert_eq!((algorithms(&form), digest(&form)), (Ok(set), body));
        }
    }
}
