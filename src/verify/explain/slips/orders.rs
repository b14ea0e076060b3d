//! Permutations of the lines of a string to sign.

/// Lines of which every order is tried; of more, only those that are likely.
const EVERY: usize = 5;

/// Orders that come up often: the request line in another place, all the other way round, by the alphabet.
pub(super) fn likely(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.split('\n').collect();
    let mut all = vec![lines.iter().rev().copied().collect::<Vec<_>>()];
    let request = |line: &&str| line.contains(" HTTP/") || line.to_ascii_lowercase().starts_with("@request-target: ");
    if let Some(at) = lines.iter().position(request) {
        for place in [0, lines.len() - 1] {
            let mut moved = lines.clone();
            let line = moved.remove(at);
            moved.insert(place, line);
            all.push(moved);
        }
    }
    let mut sorted = lines.clone();
    sorted.sort_unstable_by_key(|line| line.to_ascii_lowercase());
    all.push(sorted);
    all.into_iter().filter(|order| *order != lines).map(|order| order.join("\n")).collect()
}

/// Every order of a few lines; of many the likely ones, and those with two lines exchanged.
pub(super) fn every(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.split('\n').collect();
    let mut all = Vec::new();
    if lines.len() > EVERY {
        all = likely(text);
        for (one, other) in (1..lines.len()).flat_map(|other| (0..other).map(move |one| (one, other))) {
            lines.swap(one, other);
            all.push(lines.join("\n"));
            lines.swap(one, other);
        }
        return all;
    }
    let count = lines.len();
    permute(&mut lines, count, &mut all);
    all.retain(|order| order != text);
    all
}

/// All permutations of the first `count` lines, by Heap's algorithm.
fn permute(lines: &mut [&str], count: usize, all: &mut Vec<String>) {
    if count <= 1 {
        all.push(lines.join("\n"));
        return;
    }
    for i in 0..count {
        permute(lines, count - 1, all);
        let other = if count.is_multiple_of(2) { i } else { 0 };
        lines.swap(other, count - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_appears_once() {
        let mut all = every("a\nb\nc\nd");
        assert_eq!(all.len(), 23);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 23);
        assert!(every("a\nb\nc\nd\ne\nf").len() < 20 && every("a").is_empty());
    }
}
