//! Fair queue for password hashes: round robin over client networks, with a second lane for clients that have
//! authenticated before.
//!
//! It is short, because hashes are slow and gateways do not wait long. Neither one network nor all networks of one
//! subscriber can fill it, and the networks are served in turn, so that a request waits for one of each other network
//! and not for all that came first. A client with addresses everywhere can still fill it. So clients at the address
//! where their key last had a right password have a lane of their own, and every second hash is theirs.

use std::collections::{HashMap, VecDeque};

use super::throttle::{Neighbourhood, Network};

/// Limit of the queue.
const LINE: usize = 64;
/// Limit for one network.
const OF_NETWORK: usize = 8;
/// Limit for one neighbourhood of networks.
const OF_NEIGHBOURHOOD: usize = 16;
/// Limit of the lane for clients that have authenticated before.
const KNOWN: usize = 64;

/// The queue, with two lanes.
pub(super) struct Line<T> {
    by_network: HashMap<Network, VecDeque<T>>,
    /// Round robin: the networks with waiting requests, the next one first.
    turns: VecDeque<Network>,
    by_neighbourhood: HashMap<Neighbourhood, usize>,
    count: usize,
    known: VecDeque<T>,
    /// Whether the next hash is for the lane of known clients.
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
    /// Whether the queue has room for one more.
    pub(super) fn has_room(&self, network: Network, known: bool) -> bool {
        if known && self.known.len() < KNOWN {
            return true;
        }
        let near = self.by_neighbourhood.get(&Neighbourhood::of(network)).copied().unwrap_or_default();
        let own = self.by_network.get(&network).map_or(0, VecDeque::len);
        self.count < LINE && near < OF_NEIGHBOURHOOD && own < OF_NETWORK
    }

    /// Appends one; call [`Line::has_room`] first.
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

    /// Takes the next one, the lanes in turn.
    pub(super) fn next(&mut self) -> Option<T> {
        self.for_known = !self.for_known;
        match self.for_known {
            true => self.known.pop_front().or_else(|| self.next_in_turn()),
            false => self.next_in_turn().or_else(|| self.known.pop_front()),
        }
    }

    /// Takes one of the network whose turn it is, and moves that network to the end.
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
