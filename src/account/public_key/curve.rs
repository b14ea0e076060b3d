//! Whether a point lies on its curve. A point that does not is no key: `ssh-keygen` reads none of the NIST curves, and one of
//! Ed25519 can sign nothing. One of small order anybody can sign for.

use curve25519_dalek::edwards::CompressedEdwardsY;

/// Whether an uncompressed point (SEC 1, with the byte 4 in front) is one of a curve of NIST, by its length.
pub(super) fn on_nist_curve(point: &[u8]) -> bool {
    match point.len() {
        65 => p256::PublicKey::from_sec1_bytes(point).is_ok(),
        97 => p384::PublicKey::from_sec1_bytes(point).is_ok(),
        133 => p521::PublicKey::from_sec1_bytes(point).is_ok(),
        _ => false,
    }
}

/// Whether 32 bytes are a point of Ed25519 in its one form (RFC 8032), and of more than small order.
pub(super) fn on_edwards_curve(bytes: &[u8]) -> bool {
    let Ok(compressed) = CompressedEdwardsY::from_slice(bytes) else { return false };
    compressed.decompress().is_some_and(|point| point.compress() == compressed && !point.is_small_order())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()
    }

    /// The base points of FIPS 186-4.
    const POINTS: [&str; 3] = [
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb640683\
         7bf51f5",
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9\
         292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
        "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7\
         e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a2\
         72c24088be94769fd16650",
    ];

    #[test]
    fn a_point_of_nist_is_one_until_a_bit_is_turned() {
        for point in POINTS.map(|point| [&[4], &bytes(point)[..]].concat()) {
            assert!(on_nist_curve(&point));
            for i in [0, 1, point.len() / 2, point.len() / 2 + 1, point.len() - 1] {
                let mut other = point.clone();
                other[i] ^= 1;
                assert!(!on_nist_curve(&other), "byte {i}");
            }
            assert!(!on_nist_curve(&vec![0; point.len()]) && !on_nist_curve(&vec![255; point.len()]));
        }
        assert!(!on_nist_curve(&[]) && !on_nist_curve(&[4; 65]));
    }

    #[test]
    fn a_point_of_ed25519_is_one_in_its_one_form_only() {
        // The base point, and the public keys of the first three tests of RFC 8032.
        for good in [
            "5866666666666666666666666666666666666666666666666666666666666666",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        ] {
            assert!(on_edwards_curve(&bytes(good)), "{good}");
        }
        for bad in [
            // On no curve.
            "0202020202020202020202020202020202020202020202020202020202020202",
            // Of order 1, 2, 4 and 8.
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            // Not less than the prime: 3 in another form, which is a point in its own.
            "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ] {
            assert!(!on_edwards_curve(&bytes(bad)), "{bad}");
        }
        assert!(on_edwards_curve(&[&[3][..], &[0; 31]].concat()));
    }
}
