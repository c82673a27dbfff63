//! Rust types of other crates that mean the same as Python's, each behind the feature of its name.
//!
//! What is finer than a microsecond is dropped on the way to Python, and a year that Python does not have becomes the first or the last
//! that it has: [`ToPy`](crate::ToPy) has no errors. What Rust cannot hold is an error of [`FromPy`](super::FromPy).

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "num-complex")]
mod num_complex;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "uuid")]
mod uuid;

#[cfg(any(feature = "chrono", feature = "jiff"))]
mod calendar;

/// What `ToPy` builds for.
#[cfg(any(feature = "chrono", feature = "jiff"))]
fn target() -> crate::reflect::Target {
    crate::reflect::Target::cpython(3, 11)
}
