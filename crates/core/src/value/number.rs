//! Numbers on the wire: doubles, printed as JavaScript prints them where that matters to clients.

/// Doubles up to this size hold every whole number exactly.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Appends a finite double; whole numbers get no fraction (`3`, not `3.0`), and -0 is `0`.
pub fn append_number(out: &mut Vec<u8>, number: f64) {
    if number.trunc() == number && number.abs() <= WHOLE_MAX {
        out.extend_from_slice(itoa::Buffer::new().format(number as i64).as_bytes());
    } else {
        out.extend_from_slice(ryu::Buffer::new().format(number).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(number: f64) -> String {
        let mut out = Vec::new();
        append_number(&mut out, number);
        String::from_utf8(out).unwrap_or_default()
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (3.0, "3"),
            (-7.5, "-7.5"),
            (1e15, "1000000000000000"),
            (1e300, "1e300"),
        ] {
            assert_eq!(text(number), expected);
        }
    }

    proptest! {
        #[test]
        fn reads_back_the_same(number in proptest::num::f64::NORMAL) {
            prop_assert_eq!(text(number).parse::<f64>(), Ok(number));
        }
    }
}
