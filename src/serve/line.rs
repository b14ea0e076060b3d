//! The line in which questions wait for a slow hash.
//!
//! It is short, for hashes come slowly and gateways wait for little. No network fills it, nor all networks that one
//! subscriber may have; and the networks are served in turn, so that one question waits for one of each other network and
//! not for all that came first. Whoever has many addresses everywhere can still fill it. So those who are where their key
//! was right before have a line beside it, and every second hash is theirs.

use std::collections::{HashMap, VecDeque};

use super::throttle::{Neighbourhood, Network};

/// Questions in the line.
const LINE: usize = 64;
/// Of those, from one network.
const OF_NETWORK: usize = 8;
/// Of those, from one neighbourhood.
const OF_NEIGHBOURHOOD: usize = 16;
/// Questions from where the same key was right before.
const KNOWN: usize = 64;

/// Who waits.
pub(super) struct Line<T> {
    by_network: HashMap<Network, VecDeque<T>>,
    /// The networks that have somebody in the line, whose turn it is first.
    turns: VecDeque<Network>,
    by_neighbourhood: HashMap<Neighbourhood, usize>,
    count: usize,
    known: VecDeque<T>,
    /// The next hash is for one of the known.
    for_known: bool,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            by_network: HashMap::new(),
            turns: VecDeque::new(),
            by_neighbourhood: HashMap::new(),
            count: 0,
            known: VecDeque::new(),
            for_known: false,
        }
    }
}

impl<T> Line<T> {
    /// Whether one more may wait.
    pub(super) fn has_room(&self, network: Network, known: bool) -> bool {
        if known && self.known.len() < KNOWN {
            return true;
        }
        let near = self.by_neighbourhood.get(&Neighbourhood::of(network)).copied().unwrap_or_default();
        let own = self.by_network.get(&network).map_or(0, VecDeque::len);
        self.count < LINE && near < OF_NEIGHBOURHOOD && own < OF_NETWORK
    }

    /// One more waits.
    pub(super) fn join(&mut self, network: Network, known: bool, one: T) {
        if known && self.known.len() < KNOWN {
            self.known.push_back(one);
            return;
        }
        let queue = self.by_network.entry(network).or_default();
        if queue.is_empty() {
            self.turns.push_back(network);
        }
        queue.push_back(one);
        *self.by_neighbourhood.entry(Neighbourhood::of(network)).or_default() += 1;
        self.count += 1;
    }

    /// Whose turn it is.
    pub(super) fn next(&mut self) -> Option<T> {
        self.for_known = !self.for_known;
        match self.for_known {
            true => self.known.pop_front().or_else(|| self.next_in_turn()),
            false => self.next_in_turn().or_else(|| self.known.pop_front()),
        }
    }

    /// One of the network whose turn it is; its next has to wait for all others.
    fn next_in_turn(&mut self) -> Option<T> {
        let network = self.turns.pop_front()?;
        let queue = self.by_network.get_mut(&network)?;
        let one = queue.pop_front()?;
        match queue.is_empty() {
            true => _ = self.by_network.remove(&network),
            false => self.turns.push_back(network),
        }
        self.count -= 1;
        let near = Neighbourhood::of(network);
        if let Some(left) = self.by_neighbourhood.get_mut(&near) {
            *left -= 1;
            if *left == 0 {
                self.by_neighbourhood.remove(&near);
            }
        }
        Some(one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::of(Some(text.parse().unwrap()))
    }

    /// Joins if there is room; says whether there was.
    fn ask(line: &mut Line<String>, client: &str, known: bool) -> bool {
        let room = line.has_room(network(client), known);
        if room {
            line.join(network(client), known, client.to_owned());
        }
        room
    }

    fn order(line: &mut Line<String>) -> Vec<String> {
        std::iter::from_fn(|| line.next()).collect()
    }

    #[test]
    fn networks_are_served_in_turn_and_none_fills_the_line() {
        let mut line = Line::default();
        assert_eq!((0..50).filter(|_| ask(&mut line, "198.51.100.7", false)).count(), OF_NETWORK);
        assert!(ask(&mut line, "203.0.113.9", false));
        assert_eq!(order(&mut line)[..3], ["198.51.100.7", "203.0.113.9", "198.51.100.7"]);
        assert!(line.by_network.is_empty() && line.turns.is_empty() && line.by_neighbourhood.is_empty());
    }

    #[test]
    fn the_line_ends_somewhere() {
        let mut line = Line::default();
        let from = |n: usize| format!("198.{}.{}.7", n / 250, n % 250);
        assert_eq!((0..500).filter(|n| ask(&mut line, &from(*n), false)).count(), LINE);
        assert_eq!(order(&mut line).len(), LINE);
        assert!(ask(&mut line, "198.51.100.7", false), "and there is room again");
    }

    #[test]
    fn one_subscriber_with_many_networks_leaves_room_for_others() {
        for from in ["2001:db8:1:", "198.51.100."] {
            let mut line = Line::default();
            let end = if from.contains(':') { "::1" } else { "" };
            let taken = (0..200).filter(|n| ask(&mut line, &format!("{from}{n}{end}"), false)).count();
            assert_eq!(taken, OF_NEIGHBOURHOOD);
            assert!(ask(&mut line, "203.0.113.9", false));
        }
    }

    #[test]
    fn however_many_guess_the_known_have_a_place_and_every_second_hash() {
        let mut line = Line::default();
        let from = |n: usize| format!("198.{}.{}.7", n / 250, n % 250);
        (0..500).for_each(|n| _ = ask(&mut line, &from(n), false));
        assert!(!ask(&mut line, "203.0.113.9", false) && ask(&mut line, "203.0.113.9", true));
        assert_eq!(order(&mut line).iter().position(|one| one == "203.0.113.9"), Some(0));
        let many = (0..500).filter(|_| ask(&mut line, "203.0.113.9", true)).count();
        assert_eq!(many, KNOWN + OF_NETWORK, "they too end somewhere");
        (0..10).for_each(|n| _ = ask(&mut line, &from(n), false));
        let order = order(&mut line);
        assert!(order[..20].iter().filter(|one| *one != "203.0.113.9").count() >= 9, "and others are not kept out");
    }
}
