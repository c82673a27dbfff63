//! Floats of 16 and 8 bits.

/// How the bits of a small float are divided, and what its largest exponent means.
#[derive(Clone, Copy)]
pub(super) struct Minifloat {
    pub(super) exponent: u32,
    pub(super) mantissa: u32,
    pub(super) bias: i32,
    pub(super) special: Special,
}

/// What is no number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    /// The largest exponent is infinity and NaN, as IEEE 754 has it.
    Ieee,
    /// No infinity; NaN is all ones (`fn`).
    AllOnes,
    /// No infinity and no negative zero, whose bits are NaN (`fnuz`).
    NegativeZero,
}

impl Minifloat {
    pub(super) const F16: Self = Self { exponent: 5, mantissa: 10, bias: 15, special: Special::Ieee };
    pub(super) const BF16: Self = Self { exponent: 8, mantissa: 7, bias: 127, special: Special::Ieee };
    pub(super) const E4M3FN: Self = Self { exponent: 4, mantissa: 3, bias: 7, special: Special::AllOnes };
    pub(super) const E4M3FNUZ: Self = Self { exponent: 4, mantissa: 3, bias: 8, special: Special::NegativeZero };
    pub(super) const E5M2: Self = Self { exponent: 5, mantissa: 2, bias: 15, special: Special::Ieee };
    pub(super) const E5M2FNUZ: Self = Self { exponent: 5, mantissa: 2, bias: 16, special: Special::NegativeZero };

    /// The value of its bits; every one is an `f64`.
    pub(super) fn value(self, bits: u32) -> f64 {
        let ones = |count: u32| (1_u32 << count) - 1;
        let fraction = bits & ones(self.mantissa);
        let exponent = bits >> self.mantissa & ones(self.exponent);
        let negative = bits >> (self.mantissa + self.exponent) & 1 == 1;
        let largest = exponent == ones(self.exponent);
        let magnitude = match self.special {
            Special::Ieee if largest && fraction == 0 => f64::INFINITY,
            Special::Ieee if largest => f64::NAN,
            Special::AllOnes if largest && fraction == ones(self.mantissa) => f64::NAN,
            Special::NegativeZero if negative && exponent == 0 && fraction == 0 => return f64::NAN,
            _ => {
                let (leading, power) = if exponent == 0 { (0, 1) } else { (1 << self.mantissa, exponent) };
                let power =
                    i32::try_from(power).unwrap_or_default() - self.bias - i32::try_from(self.mantissa).unwrap_or_default();
                f64::from(leading | fraction) * 2_f64.powi(power)
            }
        };
        if negative { -magnitude } else { magnitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        let cases = [
            (Minifloat::F16, 0x3c00, 1.0),
            (Minifloat::F16, 0x7bff, 65504.0),
            (Minifloat::F16, 0x0001, 2_f64.powi(-24)),
            (Minifloat::F16, 0xfc00, f64::NEG_INFINITY),
            (Minifloat::BF16, 0x3f80, 1.0),
            (Minifloat::BF16, 0xc049, -3.140625),
            (Minifloat::BF16, 0x0001, 2_f64.powi(-133)),
            (Minifloat::E4M3FN, 0x7e, 448.0),
            (Minifloat::E4M3FN, 0x01, 2_f64.powi(-9)),
            (Minifloat::E5M2, 0x7b, 57344.0),
            (Minifloat::E5M2, 0x7c, f64::INFINITY),
            (Minifloat::E4M3FNUZ, 0x7f, 240.0),
            (Minifloat::E5M2FNUZ, 0x7f, 57344.0),
        ];
        for (format, bits, value) in cases {
            assert_eq!(format.value(bits), value, "{bits:#x}");
        }
        for (format, bits) in [
            (Minifloat::F16, 0x7e00),
            (Minifloat::BF16, 0x7fc0),
            (Minifloat::E4M3FN, 0xff),
            (Minifloat::E5M2, 0x7d),
            (Minifloat::E4M3FNUZ, 0x80),
        ] {
            assert!(format.value(bits).is_nan(), "{bits:#x}");
        }
        assert!(Minifloat::F16.value(0x8000).is_sign_negative());
    }
}
