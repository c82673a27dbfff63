//! Python pickles in Rust.

pub mod int;
