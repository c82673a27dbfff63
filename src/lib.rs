//! Python pickles in Rust.

pub mod int;
pub mod text;
