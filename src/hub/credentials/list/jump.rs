//! Fuzzy search over names, keys, owners and tags of all credentials. One call looks at a part of them, so that it is over
//! in a moment however many there are; nothing of it is kept in memory.

use std::collections::BTreeMap;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::account::Right;
use crate::credential::{Kind, fold};
use crate::hub::credentials::mapping::{self, newest};
use crate::hub::tx::intent::Intent;
use crate::hub::{Actor, Cancel, CredentialRow, Hub, HubError, JumpPart, JumpQuery};
use crate::store::Tx;
use crate::store::tables::{self, CredentialRecord, NameCells, Tagged};

/// Credentials that are looked at in the first call, and in each after it.
const FIRST: i64 = 4_000;
const NEXT: i64 = 20_000;

/// Most that are found in one call: the best ones.
const BEST: usize = 20;

/// A name that matches goes before an owner that does.
const OF_NAME: u32 = 1_000;
/// A key of which the beginning was typed goes before everything.
const OF_KEY: u32 = 10_000;

impl Hub {
    /// Looks at the next part of the credentials; the best matches in it.
    pub fn jump(&self, actor: &Actor, query: &JumpQuery, cancel: &Cancel) -> Result<JumpPart, HubError> {
        self.read_cancellable(actor, &Intent::new(Right::SeeCredentials, "list keys"), cancel, |tx| {
            let mut search = Search::new(query);
            let limit = if query.after.is_empty() { FIRST } else { NEXT };
            if query.after.is_empty() && !query.tags {
                // What begins with it is found by its index, wherever it is.
                for kind in Kind::ALL {
                    let begins = fold(&query.typed);
                    tables::names_beginning(tx, (kind.as_str(), &begins), BEST as i64, &mut |cells| {
                        search.look(cells);
                    })?;
                }
            }
            let (mut last, mut looked_at, mut matched) = (String::new(), 0, 0);
            tables::names_after(tx, &query.after, limit, &mut |cells| {
                looked_at += 1;
                matched += i64::from(search.look(cells));
                if looked_at == limit {
                    cells.id.clone_into(&mut last);
                }
            })?;
            let found = search.found.into_iter().map(|(id, score)| Ok((score, self.row_of(tx, &id)?)));
            let found = found.filter_map(|one: Result<_, HubError>| match one {
                Ok((score, row)) => row.map(|row| Ok((score, row))),
                Err(why) => Some(Err(why)),
            });
            let next = Some(last).filter(|last| !last.is_empty());
            Ok(JumpPart { found: found.collect::<Result<_, _>>()?, matched, looked_at, next })
        })
    }

    pub(super) fn row_of(&self, tx: &mut dyn Tx, id: &str) -> Result<Option<CredentialRow>, HubError> {
        let found: Option<Tagged<CredentialRecord>> = tables::get(tx, "id", id)?;
        let Some(row) = found else { return Ok(None) };
        let last = newest(tables::usages(tx, id)?);
        mapping::credential(&self.vault, row, last).map(Some)
    }
}

/// A search, and the best that it found so far.
struct Search<'a> {
    query: &'a JumpQuery,
    pattern: Pattern,
    matcher: Matcher,
    buffer: Vec<char>,
    found: BTreeMap<String, u32>,
    /// Once there are enough, only what is better than this is kept.
    least: u32,
}

impl<'a> Search<'a> {
    fn new(query: &'a JumpQuery) -> Self {
        Self {
            query,
            pattern: Pattern::parse(&query.typed, CaseMatching::Ignore, Normalization::Smart),
            matcher: Matcher::new(Config::DEFAULT),
            buffer: Vec::new(),
            found: BTreeMap::new(),
            least: 0,
        }
    }

    /// Looks at one; whether it matches.
    fn look(&mut self, cells: NameCells<'_>) -> bool {
        let Some(score) = self.score(&cells) else { return false };
        if score > self.least && self.found.insert(cells.id.to_owned(), score).is_none() && self.found.len() > BEST {
            let worst = self.found.iter().min_by_key(|(_, score)| **score).map(|(id, score)| (id.clone(), *score));
            if let Some((id, score)) = worst {
                self.found.remove(&id);
                self.least = score;
            }
        }
        true
    }

    fn score(&mut self, cells: &NameCells<'_>) -> Option<u32> {
        let typed = self.query.typed.as_str();
        if self.query.tags {
            return self.fuzzy(cells.tags);
        }
        if typed.len() >= 3 && cells.key.starts_with(typed) {
            return Some(OF_KEY);
        }
        let of_name = self.fuzzy(cells.name).map(|score| OF_NAME + score);
        of_name.or_else(|| self.fuzzy(cells.owner)).or_else(|| self.fuzzy(cells.tags))
    }

    fn fuzzy(&mut self, text: &str) -> Option<u32> {
        match text {
            "" => None,
            text => self.pattern.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher),
        }
    }
}
