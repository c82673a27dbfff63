//! The Rust types of items.

use bytemuck::checked;

use super::{ByteOrder, Dtype, DtypeKind};

mod sealed {
    pub trait Sealed {}
}

/// A Rust type that items of an array are read as.
///
/// | Rust | dtype |
/// | --- | --- |
/// | `bool` | `?` |
/// | `i8` to `i64`, `u8` to `u64` | `i1` to `i8`, `u1` to `u8`; `i64` also `M8` and `m8`, in their unit |
/// | `f32`, `f64` | `f4`, `f8` |
/// | `[f32; 2]`, `[f64; 2]` | `c8`, `c16`: real and imaginary part |
/// | `Complex<f32>`, `Complex<f64>`, with the feature `num-complex` | `c8`, `c16` |
///
/// The items of other dtypes (`f2`, `f16`, `S`, `U`, structures) are bytes: see [`Array::item_bytes`](super::Array::item_bytes).
pub trait Element: sealed::Sealed + Copy + Send + Sync + 'static {
    /// The kind of the dtype that is made for it.
    const KIND: DtypeKind;

    /// How an array of it is named in errors.
    #[doc(hidden)]
    const WANTED: &'static str;

    /// The item in `bytes`, which are as many as it takes.
    #[doc(hidden)]
    fn read(bytes: &[u8], big: bool) -> Option<Self>;

    /// The bytes as a slice, where alignment allows.
    #[doc(hidden)]
    fn cast(bytes: &[u8]) -> Option<&[Self]>;

    /// A slice as its bytes.
    #[doc(hidden)]
    fn bytes(items: &[Self]) -> &[u8];

    /// Whether items of the dtype are of this type, whatever their byte order.
    fn fits(dtype: Dtype<'_>) -> bool {
        let kind = dtype.kind();
        let time = matches!(kind, DtypeKind::DateTime | DtypeKind::TimeDelta) && Self::KIND == DtypeKind::Int;
        (kind == Self::KIND || time) && dtype.item_size() == size_of::<Self>()
    }
}

macro_rules! elements {
    ($($type:ty: $kind:ident $wanted:literal |$bytes:ident, $big:ident| $read:expr;)*) => {
        $(impl sealed::Sealed for $type {}

        impl Element for $type {
            const KIND: DtypeKind = DtypeKind::$kind;
            const WANTED: &'static str = $wanted;

            fn read($bytes: &[u8], $big: bool) -> Option<Self> {
                $read
            }

            fn cast(bytes: &[u8]) -> Option<&[Self]> {
                checked::try_cast_slice(bytes).ok()
            }

            fn bytes(items: &[Self]) -> &[u8] {
                bytemuck::cast_slice(items)
            }
        })*
    };
}

macro_rules! number {
    ($type:ty, $bytes:ident, $big:ident) => {{
        let bytes = $bytes.try_into().ok()?;
        Some(if $big { <$type>::from_be_bytes(bytes) } else { <$type>::from_le_bytes(bytes) })
    }};
}

macro_rules! complex {
    ($type:ty, $bytes:ident, $big:ident) => {{
        let (real, imaginary) = $bytes.split_at_checked(size_of::<$type>())?;
        Some([<$type>::read(real, $big)?, <$type>::read(imaginary, $big)?])
    }};
}

elements! {
    bool: Bool "an array of bool" |bytes, _big| Some(bytes != [0]);
    i8: Int "an array of int8" |bytes, big| number!(i8, bytes, big);
    i16: Int "an array of int16" |bytes, big| number!(i16, bytes, big);
    i32: Int "an array of int32" |bytes, big| number!(i32, bytes, big);
    i64: Int "an array of int64" |bytes, big| number!(i64, bytes, big);
    u8: UInt "an array of uint8" |bytes, big| number!(u8, bytes, big);
    u16: UInt "an array of uint16" |bytes, big| number!(u16, bytes, big);
    u32: UInt "an array of uint32" |bytes, big| number!(u32, bytes, big);
    u64: UInt "an array of uint64" |bytes, big| number!(u64, bytes, big);
    f32: Float "an array of float32" |bytes, big| number!(f32, bytes, big);
    f64: Float "an array of float64" |bytes, big| number!(f64, bytes, big);
    [f32; 2]: Complex "an array of complex64" |bytes, big| complex!(f32, bytes, big);
    [f64; 2]: Complex "an array of complex128" |bytes, big| complex!(f64, bytes, big);
}

#[cfg(feature = "num-complex")]
elements! {
    num_complex::Complex<f32>: Complex "an array of complex64" |bytes, big| <[f32; 2]>::read(bytes, big).map(|[re, im]| Self { re, im });
    num_complex::Complex<f64>: Complex "an array of complex128" |bytes, big| <[f64; 2]>::read(bytes, big).map(|[re, im]| Self { re, im });
}

/// Whether items of the byte order are as this machine has them.
pub(super) fn is_native(order: ByteOrder) -> bool {
    match order {
        ByteOrder::None => true,
        ByteOrder::Little => cfg!(target_endian = "little"),
        ByteOrder::Big => cfg!(target_endian = "big"),
    }
}
