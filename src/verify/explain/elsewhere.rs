//! Finds whether a refused request was made with the secret of another credential.

use crate::credential::Kind;
use crate::secret::Secret;
use crate::time::Seconds;
use crate::vault::{Stored, same, sha256};
use crate::verify::decide::{Credentials, claimed_signature, credentials, signing_strings};
use crate::verify::explain::slips::{basic_pair, readings};
use crate::verify::hmac_scheme::hash_of;
use crate::verify::{Entry, Request, Surface};

/// What a request shows of the secret that it was made with, to be compared with one credential after another. Only
/// with those that compare quickly: a slow hash of every credential would take hours.
pub struct Elsewhere {
    shown: ShownSecret,
    /// What was sent as the key: a client that swaps the two sends a secret there.
    user: Secret,
    now: Seconds,
}

enum ShownSecret {
    Password(Secret),
    Signature { algorithm: crate::credential::Algorithm, strings: Vec<Vec<u8>>, given: Vec<Secret> },
}

/// How a credential's secret was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// As the secret.
    AsSecret,
    /// As the key.
    AsKey,
}

impl Elsewhere {
    /// What there is to compare; `None` if nothing of a secret can be read.
    pub fn of(request: &Request<'_>, now: Seconds) -> Option<Self> {
        if request.surface != Surface::Rest {
            return None;
        }
        if let Ok(Credentials::Basic(token)) = credentials(request) {
            let (user, password) = basic_pair(token)?;
            return Some(Self { shown: ShownSecret::Password(password), user: Secret::from_text(&user), now });
        }
        let claimed = claimed_signature(request)?;
        let given = readings(claimed.signature).into_iter().map(|reading| reading.bytes).collect();
        let strings = signing_strings(request);
        let user = Secret::new(claimed.key.to_vec());
        Some(Self { shown: ShownSecret::Signature { algorithm: claimed.algorithm, strings, given }, user, now })
    }

    /// Whether a credential's secret was used, and in which place.
    pub fn uses(&self, entry: &Entry) -> Option<Used> {
        match entry.kind {
            Kind::Basic | Kind::Hmac => {}
            // A username and password sign nothing.
            Kind::Legacy => return None,
        }
        let live = entry.secrets.iter().filter(|secret| secret.valid_until.is_none_or(|until| self.now < until));
        live.map(|secret| &secret.stored).find_map(|stored| match () {
            () if self.is_made_with(stored) => Some(Used::AsSecret),
            () if is(stored, &self.user) => Some(Used::AsKey),
            () => None,
        })
    }

    fn is_made_with(&self, stored: &Stored) -> bool {
        match (&self.shown, stored) {
            (ShownSecret::Password(password), stored) => is(stored, password),
            (ShownSecret::Signature { algorithm, strings, given }, Stored::Plain(secret)) => {
                strings.iter().any(|string| {
                    let mac = hash_of(*algorithm).mac(secret.expose(), string);
                    given.iter().any(|given| mac.matches(given.expose()))
                })
            }
            (ShownSecret::Signature { .. }, _) => false,
        }
    }
}

fn is(stored: &Stored, secret: &Secret) -> bool {
    match stored {
        Stored::Sha256(hash) => same(hash, &sha256(secret.expose())),
        Stored::Plain(plain) => plain == secret,
        Stored::Argon2(_) => false,
    }
}
