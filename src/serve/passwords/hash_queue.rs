//! Fair queue for password hashes: round robin over client networks, with a second lane for clients that have
//! authenticated before.
//!
//! It is short, because hashes are slow and gateways do not wait long. Neither one network nor all networks of one
//! subscriber can fill it, and the networks are served in turn, so that a request waits for one of each other network
//! and not for all that came first. A client with addresses everywhere can still fill it. So clients at the address
//! where their key last had a right password have a lane of their own, and every second hash is theirs.

use std::collections::{HashMap, VecDeque};

use crate::serve::passwords::throttle::{Neighbourhood, Network};

/// Limit of the queue.
const CAPACITY: usize = 64;
/// Limit for one network.
const PER_NETWORK: usize = 8;
/// Limit for one neighbourhood of networks.
const PER_NEIGHBOURHOOD: usize = 16;
/// Limit of the lane for clients that have authenticated before.
const KNOWN_CAPACITY: usize = 64;

/// The queue, with two lanes.
pub(super) struct FairQueue<T> {
    by_network: HashMap<Network, VecDeque<T>>,
    /// Round robin: the networks with waiting requests, the next one first.
    rotation: VecDeque<Network>,
    by_neighbourhood: HashMap<Neighbourhood, usize>,
    count: usize,
    known: VecDeque<T>,
    /// Whether the next hash is for the lane of known clients.
    for_known: bool,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self {
            by_network: HashMap::new(),
            rotation: VecDeque::new(),
            by_neighbourhood: HashMap::new(),
            count: 0,
            known: VecDeque::new(),
            for_known: false,
        }
    }
}

impl<T> FairQueue<T> {
    /// Whether the queue has room for one more.
    pub(super) fn has_room(&self, network: Network, known: bool) -> bool {
        if known && self.known.len() < KNOWN_CAPACITY {
            return true;
        }
        let near = self.by_neighbourhood.get(&Neighbourhood::of(network)).copied().unwrap_or_default();
        let own = self.by_network.get(&network).map_or(0, VecDeque::len);
        self.count < CAPACITY && near < PER_NEIGHBOURHOOD && own < PER_NETWORK
    }

    /// Appends one. Call [`FairQueue::has_room`] first.
    pub(super) fn push(&mut self, network: Network, known: bool, one: T) {
        if known && self.known.len() < KNOWN_CAPACITY {
            self.known.push_back(one);
            return;
        }
        let queue = self.by_network.entry(network).or_default();
        if queue.is_empty() {
            self.rotation.push_back(network);
        }
        queue.push_back(one);
        *self.by_neighbourhood.entry(Neighbourhood::of(network)).or_default() += 1;
        self.count += 1;
    }

    /// Takes the next one, the lanes in turn.
    pub(super) fn pop(&mut self) -> Option<T> {
        self.for_known = !self.for_known;
        match self.for_known {
            true => self.known.pop_front().or_else(|| self.pop_round_robin()),
            false => self.pop_round_robin().or_else(|| self.known.pop_front()),
        }
    }

    /// Takes one of the network whose turn it is, and moves that network to the end.
    fn pop_round_robin(&mut self) -> Option<T> {
        let network = self.rotation.pop_front()?;
        let queue = self.by_network.get_mut(&network)?;
        let one = queue.pop_front()?;
        match queue.is_empty() {
            true => _ = self.by_network.remove(&network),
            false => self.rotation.push_back(network),
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

    /// Pushes if there is room; says whether there was.
    fn push(queue: &mut FairQueue<String>, client: &str, known: bool) -> bool {
        let room = queue.has_room(network(client), known);
        if room {
            queue.push(network(client), known, client.to_owned());
        }
        room
    }

    fn order(queue: &mut FairQueue<String>) -> Vec<String> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn networks_are_served_in_turn_and_none_fills_the_queue() {
        let mut queue = FairQueue::default();
        assert_eq!((0..50).filter(|_| push(&mut queue, "198.51.100.7", false)).count(), PER_NETWORK);
        assert!(push(&mut queue, "203.0.113.9", false));
        assert_eq!(order(&mut queue)[..3], ["198.51.100.7", "203.0.113.9", "198.51.100.7"]);
        assert!(queue.by_network.is_empty() && queue.rotation.is_empty() && queue.by_neighbourhood.is_empty());
    }

    #[test]
    fn the_queue_has_a_limit() {
        let mut queue = FairQueue::default();
        let from = |n: usize| format!("198.{}.{}.7", n / 250, n % 250);
        assert_eq!((0..500).filter(|n| push(&mut queue, &from(*n), false)).count(), CAPACITY);
        assert_eq!(order(&mut queue).len(), CAPACITY);
        assert!(push(&mut queue, "198.51.100.7", false), "there is room again");
    }

    #[test]
    fn one_subscriber_with_many_networks_leaves_room_for_others() {
        for from in ["2001:db8:1:", "198.51.100."] {
            let mut queue = FairQueue::default();
            let end = if from.contains(':') { "::1" } else { "" };
            let taken = (0..200).filter(|n| push(&mut queue, &format!("{from}{n}{end}"), false)).count();
            assert_eq!(taken, PER_NEIGHBOURHOOD);
            assert!(push(&mut queue, "203.0.113.9", false));
        }
    }

    #[test]
    fn known_clients_get_every_second_hash_however_many_others_guess() {
        let mut queue = FairQueue::default();
        let from = |n: usize| format!("198.{}.{}.7", n / 250, n % 250);
        (0..500).for_each(|n| _ = push(&mut queue, &from(n), false));
        assert!(!push(&mut queue, "203.0.113.9", false) && push(&mut queue, "203.0.113.9", true));
        assert_eq!(order(&mut queue).iter().position(|one| one == "203.0.113.9"), Some(0));
        let many = (0..500).filter(|_| push(&mut queue, "203.0.113.9", true)).count();
        assert_eq!(many, KNOWN_CAPACITY + PER_NETWORK, "their lane has a limit, too");
        (0..10).for_each(|n| _ = push(&mut queue, &from(n), false));
        let order = order(&mut queue);
        assert!(order[..20].iter().filter(|one| *one != "203.0.113.9").count() >= 9, "and others are served, too");
    }
}
