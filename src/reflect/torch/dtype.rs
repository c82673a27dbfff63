//! `torch.dtype`.

use std::fmt;

use super::minifloat::Minifloat;
use crate::reflect::numpy::{DtypeKind, Element};

/// How the items of a dtype are read as numbers.
#[derive(Clone, Copy)]
pub(super) enum Number {
    /// As a Rust type of this kind.
    Element(DtypeKind),
    /// As a float of fewer than 32 bits.
    Small(Minifloat),
    /// Two floats of 16 bits, a power of two, several in a byte: their bytes only.
    Opaque,
}

/// One row for each dtype: its name in `torch`, the storage class that has it, bytes of an item, how it is read.
macro_rules! dtypes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $class:expr, $size:literal, $number:expr;)*) => {
        /// `torch.float32` and its like: what the items of a tensor are.
        ///
        /// # Examples
        ///
        /// ```
        /// use cloudpickle::reflect::torch::Dtype;
        ///
        /// assert_eq!(Dtype::BF16.to_string(), "bfloat16");
        /// assert_eq!((Dtype::BF16.item_size(), Dtype::BF16.storage_class()), (2, Some("BFloat16Storage")));
        /// assert_eq!(Dtype::of::<f32>(), Some(Dtype::F32));
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[non_exhaustive]
        pub enum Dtype {
            $($(#[$doc])* $variant,)*
        }

        impl Dtype {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in `torch`, such as `float32`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The class in `torch` of typed storages of it; newer dtypes have none, their storages are `torch.storage.UntypedStorage`.
            #[must_use]
            pub fn storage_class(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $class,)*
                }
            }

            /// `dtype.itemsize`: the bytes of an item. Several items share a byte in some quantised dtypes.
            #[must_use]
            pub fn item_size(self) -> usize {
                match self {
                    $(Self::$variant => $size,)*
                }
            }

            pub(super) fn number(self) -> Number {
                match self {
                    $(Self::$variant => $number,)*
                }
            }
        }
    };
}

use DtypeKind::{Bool, Complex, Float, Int, UInt};
use Number::{Element as As, Opaque, Small};

dtypes! {
    /// `torch.float32`.
    F32 "float32" Some("FloatStorage"), 4, As(Float);
    /// `torch.float64`.
    F64 "float64" Some("DoubleStorage"), 8, As(Float);
    /// `torch.float16`.
    F16 "float16" Some("HalfStorage"), 2, Small(Minifloat::F16);
    /// `torch.bfloat16`.
    BF16 "bfloat16" Some("BFloat16Storage"), 2, Small(Minifloat::BF16);
    /// `torch.int64`.
    I64 "int64" Some("LongStorage"), 8, As(Int);
    /// `torch.int32`.
    I32 "int32" Some("IntStorage"), 4, As(Int);
    /// `torch.int16`.
    I16 "int16" Some("ShortStorage"), 2, As(Int);
    /// `torch.int8`.
    I8 "int8" Some("CharStorage"), 1, As(Int);
    /// `torch.uint8`.
    U8 "uint8" Some("ByteStorage"), 1, As(UInt);
    /// `torch.bool`.
    Bool "bool" Some("BoolStorage"), 1, As(Bool);
    /// `torch.complex64`.
    Complex64 "complex64" Some("ComplexFloatStorage"), 8, As(Complex);
    /// `torch.complex128`.
    Complex128 "complex128" Some("ComplexDoubleStorage"), 16, As(Complex);
    /// `torch.complex32`: two floats of 16 bits.
    Complex32 "complex32" None, 4, Opaque;
    /// `torch.uint16`.
    U16 "uint16" None, 2, As(UInt);
    /// `torch.uint32`.
    U32 "uint32" None, 4, As(UInt);
    /// `torch.uint64`.
    U64 "uint64" None, 8, As(UInt);
    /// `torch.float8_e4m3fn`.
    F8E4M3 "float8_e4m3fn" None, 1, Small(Minifloat::E4M3FN);
    /// `torch.float8_e5m2`.
    F8E5M2 "float8_e5m2" None, 1, Small(Minifloat::E5M2);
    /// `torch.float8_e4m3fnuz`.
    F8E4M3Fnuz "float8_e4m3fnuz" None, 1, Small(Minifloat::E4M3FNUZ);
    /// `torch.float8_e5m2fnuz`.
    F8E5M2Fnuz "float8_e5m2fnuz" None, 1, Small(Minifloat::E5M2FNUZ);
    /// `torch.float8_e8m0fnu`: a power of two.
    F8E8M0 "float8_e8m0fnu" None, 1, Opaque;
    /// `torch.float4_e2m1fn_x2`: two floats in a byte.
    F4E2M1X2 "float4_e2m1fn_x2" None, 1, Opaque;
    /// `torch.quint8`, quantised.
    QU8 "quint8" Some("QUInt8Storage"), 1, As(UInt);
    /// `torch.qint8`, quantised.
    QI8 "qint8" Some("QInt8Storage"), 1, As(Int);
    /// `torch.qint32`, quantised.
    QI32 "qint32" Some("QInt32Storage"), 4, As(Int);
    /// `torch.quint4x2`, quantised, two items in a byte.
    QU4X2 "quint4x2" Some("QUInt4x2Storage"), 1, Opaque;
    /// `torch.quint2x4`, quantised, four items in a byte.
    QU2X4 "quint2x4" Some("QUInt2x4Storage"), 1, Opaque;
    /// `torch.bits8`, without a meaning.
    Bits8 "bits8" None, 1, Opaque;
    /// `torch.bits16`, without a meaning.
    Bits16 "bits16" None, 2, Opaque;
}

impl Dtype {
    /// The dtype of a Rust type.
    #[must_use]
    pub fn of<T: Element>() -> Option<Self> {
        Self::ALL.iter().copied().find(|dtype| !dtype.is_quantized() && dtype.is_of::<T>())
    }

    /// Whether items are read as this Rust type; those of quantised dtypes as the ints that they are stored as.
    #[must_use]
    pub fn is_of<T: Element>(self) -> bool {
        matches!(self.number(), As(kind) if kind == T::KIND) && self.item_size() == size_of::<T>()
    }

    /// Whether numbers are stored as ints with a scale and a zero point.
    #[must_use]
    pub fn is_quantized(self) -> bool {
        self.name().starts_with('q')
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dtype| dtype.name() == name)
    }

    pub(super) fn of_storage_class(class: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dtype| dtype.storage_class() == Some(class))
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
