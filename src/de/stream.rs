//! From opcodes straight to visitors.
use serde::de::Deserialize;

use super::options::Options;

pub(crate) fn read<'de, T: Deserialize<'de>>(_: &'de [u8], _: &Options) -> Option<(T, usize)> {
    None
}
