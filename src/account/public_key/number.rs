//! Whole numbers below 2^576, for the equations of curves. They are of public keys: nothing here has to take the same time
//! for every value.

use std::cmp::Ordering;

/// Limbs of 64 bits.
const LIMBS: usize = 9;

/// A whole number; the lowest limb comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number([u64; LIMBS]);

impl Number {
    pub(super) const ZERO: Self = Self::small(0);

    pub(super) const fn small(value: u64) -> Self {
        let mut limbs = [0; LIMBS];
        limbs[0] = value;
        Self(limbs)
    }

    /// From bytes, the highest first; as many as fit.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut limbs = [0; LIMBS];
        for (limb, bytes) in limbs.iter_mut().zip(bytes.rchunks(8)) {
            *limb = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
        }
        Self(limbs)
    }

    /// From hexadecimal digits, of which a constant has no others.
    pub(super) fn hex(digits: &str) -> Self {
        digits.chars().fold(Self::ZERO, |number, digit| {
            let sixteenfold = (0..4).fold(number, |n, _| n.plus(&n));
            sixteenfold.plus(&Self::small(digit.to_digit(16).unwrap_or_default().into()))
        })
    }

    pub(super) fn bits(&self) -> usize {
        self.0
            .iter()
            .rposition(|limb| *limb != 0)
            .map_or(0, |top| 64 * (top + 1) - self.0[top].leading_zeros() as usize)
    }

    pub(super) fn is_even(&self) -> bool {
        self.0[0] & 1 == 0
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let mut carry = false;
        self.limb_by_limb(other, |a, b| {
            let (sum, first) = a.overflowing_add(b);
            let (sum, second) = sum.overflowing_add(carry.into());
            carry = first || second;
            sum
        })
    }

    /// The difference to a number that is not greater.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let mut borrow = false;
        self.limb_by_limb(other, |a, b| {
            let (rest, first) = a.overflowing_sub(b);
            let (rest, second) = rest.overflowing_sub(borrow.into());
            borrow = first || second;
            rest
        })
    }

    fn limb_by_limb(&self, other: &Self, mut with: impl FnMut(u64, u64) -> u64) -> Self {
        let mut limbs = self.0;
        for (limb, b) in limbs.iter_mut().zip(other.0) {
            *limb = with(*limb, b);
        }
        Self(limbs)
    }

    fn halved(&self) -> Self {
        let mut limbs = self.0;
        for (i, limb) in limbs.iter_mut().enumerate() {
            *limb = *limb >> 1 | self.0.get(i + 1).map_or(0, |above| above << 63);
        }
        Self(limbs)
    }

    /// Those of its lowest bits that the mask has.
    fn low(&self, mask: u64) -> u64 {
        self.0[0] & mask
    }

    fn bit(&self, i: usize) -> bool {
        self.0[i / 64] >> (i % 64) & 1 == 1
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Arithmetic modulo an odd prime below 2^575. Every number that is given is smaller than it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub(super) Number);

impl Field {
    pub(super) fn add(&self, a: &Number, b: &Number) -> Number {
        let sum = a.plus(b);
        if sum >= self.0 { sum.minus(&self.0) } else { sum }
    }

    pub(super) fn sub(&self, a: &Number, b: &Number) -> Number {
        self.add(a, &self.0.minus(b))
    }

    pub(super) fn mul(&self, a: &Number, b: &Number) -> Number {
        (0..b.bits()).rev().fold(Number::ZERO, |product, i| {
            let twice = self.add(&product, &product);
            if b.bit(i) { self.add(&twice, a) } else { twice }
        })
    }

    /// Whether it is the square of something: the Jacobi symbol, by halves and differences.
    pub(super) fn is_square(&self, a: &Number) -> bool {
        let (mut a, mut n, mut square) = (*a, self.0, true);
        if a == Number::ZERO {
            return true;
        }
        while a != Number::ZERO {
            while a.is_even() {
                a = a.halved();
                square ^= matches!(n.low(7), 3 | 5);
            }
            if a < n {
                std::mem::swap(&mut a, &mut n);
                square ^= a.low(3) == 3 && n.low(3) == 3;
            }
            a = a.minus(&n);
        }
        square
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_compared_and_computed_with() {
        let a = Number::hex("1ffffffffffffffffffffffff");
        assert_eq!((a.bits(), a.is_even()), (97, false));
        assert_eq!(a, Number::of(&[&[1][..], &[255; 12]].concat()));
        assert_eq!(a.plus(&Number::small(1)).minus(&Number::small(1)), a);
        assert!(a > Number::small(u64::MAX) && Number::ZERO.bits() == 0);
        assert_eq!(a.halved(), Number::hex("ffffffffffffffffffffffff"));
    }

    #[test]
    fn squares_modulo_a_prime_are_found() {
        for prime in [3_u64, 7, 13, 17, 101, 257, 10_007] {
            let field = Field(Number::small(prime));
            let squares: Vec<_> = (0..prime).map(|a| field.mul(&Number::small(a), &Number::small(a))).collect();
            for a in (0..prime).map(Number::small) {
                assert_eq!(field.is_square(&a), squares.contains(&a), "{a:?} modulo {prime}");
            }
        }
    }
}
