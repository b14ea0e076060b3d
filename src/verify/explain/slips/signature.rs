//! Which mistake makes a wrong signature right.

use crate::credential::{Algorithm, Kind};
use crate::secret::Secret;
use crate::time::Seconds;
use crate::verify::decide::signing_strings;
use crate::verify::explain::slips::Depth;
use crate::verify::explain::slips::keys::keys;
use crate::verify::explain::slips::spelling::{SignatureReading, readings};
use crate::verify::explain::slips::strings::{Variant, variants};
use crate::verify::hmac_scheme::hash_of;
use crate::verify::signature::ClaimedSignature;
use crate::verify::snapshot::PackedSecret;
use crate::verify::{Request, Snapshot};

/// Puts secret and string together.
type Join = fn(&[u8], &[u8]) -> Vec<u8>;

/// What was digested where a MAC belongs.
const DIGESTS: [(&str, Join); 3] = [
    ("It is a digest of the string without the secret; it must be an HMAC with the secret.", |_, string| {
        string.to_vec()
    }),
    ("It is a digest of the secret and the string; it must be an HMAC with the secret.", |secret, string| {
        [secret, string].concat()
    }),
    ("It is a digest of the string and the secret; it must be an HMAC with the secret.", |secret, string| {
        [string, secret].concat()
    }),
];

/// Everything that a signature can have been made of: each part as it should be, and by every slip.
struct SlipSearch {
    readings: Vec<SignatureReading>,
    strings: Vec<Variant>,
    algorithms: Vec<(String, Algorithm)>,
}

/// The slip in a sentence or two; `None` if the signature is right, or none is known that makes it so.
pub(in crate::verify) fn mistake(
    request: &Request<'_>,
    claimed: &ClaimedSignature<'_>,
    snapshot: &Snapshot,
    now: Seconds,
    depth: Depth,
) -> Option<String> {
    let credential = snapshot.look_up(Kind::Hmac, claimed.key).credential()?;
    let right = signing_strings(request);
    let readings = readings(claimed.signature);
    if right.is_empty() || readings.is_empty() {
        return None;
    }
    let mut strings = variants(request, &right, depth, now);
    strings.splice(0..0, right.into_iter().map(|string| (String::new(), string)));
    let search = SlipSearch { readings, strings, algorithms: algorithms(claimed.algorithm) };
    let most = if depth == Depth::Quick { 1 } else { 2 };
    let live: Vec<PackedSecret<'_>> = credential.secrets().filter(|secret| secret.is_live(now.0)).collect();
    let found = (0..=most).find_map(|slips| live.iter().find_map(|secret| search.by(secret.bytes, claimed.key, slips)));
    found.or_else(|| live.iter().find_map(|secret| search.is_digest(secret.bytes))).filter(|slip| !slip.is_empty())
}

/// The one that is named, then the others.
fn algorithms(named: Algorithm) -> Vec<(String, Algorithm)> {
    let others = Algorithm::ALL.into_iter().filter(|other| *other != named);
    let slip = |other: Algorithm| format!("It was made with {}, and names {}.", other.as_str(), named.as_str());
    std::iter::once((String::new(), named)).chain(others.map(|other| (slip(other), other))).collect()
}

impl SlipSearch {
    /// Digests in place of a MAC.
    fn is_digest(&self, secret: &[u8]) -> Option<String> {
        let (_, named) = self.algorithms.first()?;
        let right = self.strings.iter().filter(|(slip, _)| slip.is_empty()).map(|(_, string)| string.as_slice());
        right.flat_map(|string| DIGESTS.map(|(slip, parts)| (slip, parts(secret, string)))).find_map(|(slip, parts)| {
            let digest = hash_of(*named).digest(Secret::new(parts).expose());
            let reading = self.readings.iter().find(|reading| digest.matches(reading.bytes.expose()))?;
            let written = reading.slip.map(|slip| format!("The signature {slip}"));
            Some(said([&written.unwrap_or_default(), slip, "", ""]))
        })
    }

    /// Looks for exactly so many slips, not counting how the signature is written.
    fn by(&self, secret: &[u8], user: &[u8], slips: usize) -> Option<String> {
        let own = std::iter::once(("", Secret::new(secret.to_vec())));
        for (key_slip, key) in own.chain(keys(secret, user)) {
            for (algorithm_slip, algorithm) in &self.algorithms {
                let before = usize::from(!key_slip.is_empty()) + usize::from(!algorithm_slip.is_empty());
                let fits = |variant: &&Variant| before + usize::from(!variant.0.is_empty()) == slips;
                for (slip, string) in self.strings.iter().filter(fits) {
                    let mac = hash_of(*algorithm).mac(key.expose(), string);
                    if let Some(reading) = self.readings.iter().find(|reading| mac.matches(reading.bytes.expose())) {
                        let written = reading.slip.map(|slip| format!("The signature {slip}"));
                        return Some(said([&written.unwrap_or_default(), key_slip, algorithm_slip, slip]));
                    }
                }
            }
        }
        None
    }
}

fn said(slips: [&str; 4]) -> String {
    slips.into_iter().filter(|slip| !slip.is_empty()).collect::<Vec<_>>().join(" ")
}
