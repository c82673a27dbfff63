//! The function around a call that turns whatever comes of it into bytes.

use std::sync::LazyLock;

use cloudpickle::Source;

/// `run(payload)`: calls what a pickle of `(function, args, kwargs)` says, and gives what came of it as a pickle, for [`Outcome::read`](crate::Outcome::read).
///
/// It needs nothing but the standard library; where cloudpickle is there, results may be functions and classes.
pub fn guard() -> &'static Source {
    static GUARD: LazyLock<Source> = LazyLock::new(|| Source::module("rust_guard", include_str!("guard.py")).function("run"));
    &GUARD
}
