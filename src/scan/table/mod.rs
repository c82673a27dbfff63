//! The table of rules: modules and names, how harmful a call of them is, and why.
//!
//! What is not listed is not safe: names of the standard library and of known packages that stand in no row are held for dangerous when they are called,
//! all other modules for suspicious. So the rows are mostly of what is known to be harmless. The first row that matches counts.

mod numpy;
mod packages;
mod plain;
mod standard;

use super::rules::{Row, Severity};

pub(crate) use self::packages::{PACKAGES, REACHING};
pub(crate) use self::standard::{POWERFUL, STANDARD};

/// All rows, in the order in which they count.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    plain::ROWS.iter().chain(written())
}

/// The rows that stand in no generated table.
pub(crate) fn written() -> impl Iterator<Item = &'static Row> {
    standard::ROWS.iter().chain(numpy::ROWS).chain(packages::ROWS)
}

const fn safe(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Safe, modules, names, reason, made: false }
}

/// Classes whose objects are harmless as long as they are made without their `__init__`, as the picklers do; a call of them is judged by other rows.
const fn plain(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Safe, modules, names, reason, made: true }
}

const fn suspicious(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Suspicious, modules, names, reason, made: false }
}

const fn dangerous(modules: &'static str, names: &'static str, reason: &'static str) -> Row {
    Row { severity: Severity::Dangerous, modules, names, reason, made: false }
}
