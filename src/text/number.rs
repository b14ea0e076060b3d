//! Numbers for people.

/// A whole number with its digits in groups: `1,240,118`.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_groups_of_three() {
        let all = [0, 7, 999, 1_000, 1_240_118, -12_345, i64::MIN].map(grouped);
        assert_eq!(all, ["0", "7", "999", "1,000", "1,240,118", "-12,345", "-9,223,372,036,854,775,808"]);
    }
}
