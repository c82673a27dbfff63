//! Python pickles in Rust.
