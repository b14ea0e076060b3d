//! Fixed keys and secrets in place of random ones, for pictures.

use keydesk::credential::Kind;
use keydesk::hub::{ChangeOutcome, CredentialRow};
use keydesk::secret::Secret;
use keydesk::tui::msg::{Answer, Reply};

/// The secret that pictures show.
pub const FAKE_SECRET: &str = "kdsThisIsNoSecretItIsAPicture0";

/// The password that pictures show.
const FAKE_PASSWORD: &str = "n0tap-asswo-rdbut-aword";

/// Fixed keys and secrets in place of random ones.
pub fn dress(reply: Reply) -> Reply {
    let row = |row: &mut CredentialRow| row.key = fake_key(row.kind, &row.name);
    match reply {
        Ok(Answer::Page(mut page)) => {
            page.rows.iter_mut().for_each(row);
            Ok(Answer::Page(page))
        }
        Ok(Answer::Overview(mut overview)) => {
            if let Some(credentials) = &mut overview.credentials {
                credentials.next_to_expire.iter_mut().for_each(row);
            }
            Ok(Answer::Overview(overview))
        }
        Ok(Answer::Details(mut details)) => {
            row(&mut details.row);
            Ok(Answer::Details(details))
        }
        Ok(Answer::Issued(mut issued)) => {
            row(&mut issued.row);
            issued.secret = issued.secret.map(|_| Secret::from_text(FAKE_SECRET));
            Ok(Answer::Issued(issued))
        }
        Ok(Answer::Rotated(mut all)) => {
            for issued in &mut all {
                row(&mut issued.row);
                issued.secret = issued.secret.take().map(|_| Secret::from_text(FAKE_SECRET));
            }
            Ok(Answer::Rotated(all))
        }
        Ok(Answer::User(mut changed)) => {
            changed.password = changed.password.map(|_| Secret::from_text(FAKE_PASSWORD));
            Ok(Answer::User(changed))
        }
        Ok(Answer::Found(Some(mut found))) => {
            row(&mut found.row);
            Ok(Answer::Found(Some(found)))
        }
        Ok(Answer::RefusedRequests(mut refused)) => {
            refused.iter_mut().for_each(|one| one.key = fake_key(one.kind, &one.name));
            Ok(Answer::RefusedRequests(refused))
        }
        Ok(Answer::Edited(mut outcomes)) => {
            dress_outcomes(&mut outcomes);
            Ok(Answer::Edited(outcomes))
        }
        Ok(Answer::States(mut outcomes, number)) => {
            dress_outcomes(&mut outcomes);
            Ok(Answer::States(outcomes, number))
        }
        reply => reply,
    }
}

fn dress_outcomes(outcomes: &mut [ChangeOutcome]) {
    for outcome in outcomes {
        match outcome {
            ChangeOutcome::Done(row) | ChangeOutcome::Already(row) | ChangeOutcome::LeftOut { row, .. } => {
                row.key = fake_key(row.kind, &row.name);
            }
        }
    }
}

/// A key that is the same in every run: letters by the name.
pub fn fake_key(kind: Kind, name: &str) -> String {
    let prefix = match kind {
        Kind::Basic => "kdb",
        Kind::Hmac => "kdh",
        Kind::Legacy => return name.to_owned(),
    };
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut key = prefix.to_owned();
    for i in 0..17u8 {
        for byte in name.bytes().chain([i]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        key.push(char::from(LETTERS[(hash % 62) as usize]));
    }
    key
}
