//! The opcodes of each version, made from the interpreters: `tests/python/make_opcodes.py`.

mod py310;
mod py311;
mod py312;
mod py313;
mod py314;
mod py38;
mod py39;

use super::Version;
use super::opcode::Table;

pub(super) fn of(version: Version) -> &'static Table {
    match version {
        Version::Py38 => &py38::TABLE,
        Version::Py39 => &py39::TABLE,
        Version::Py310 => &py310::TABLE,
        Version::Py311 => &py311::TABLE,
        Version::Py312 => &py312::TABLE,
        Version::Py313 => &py313::TABLE,
        Version::Py314 => &py314::TABLE,
    }
}
