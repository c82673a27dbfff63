//! What is built for: the Python of the worker, the cloudpickle there, and the protocol.

use std::fmt;

use super::{Dialect, Release};

/// The worker that objects are built for.
///
/// # Examples
///
/// ```
/// use cloudpickle::reflect::{Dialect, Target};
///
/// let target = Target::cpython(3, 11).dialect(Dialect::PYSPARK);
/// assert_eq!(target.python(), (3, 11));
/// assert_eq!(target.protocol_number(), 5);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    python: (u8, u8),
    dialect: Dialect,
    protocol: u8,
}

impl Target {
    /// CPython of a version, with cloudpickle 3.1 (2.2 below Python 3.8, which is the last that runs there) and the highest protocol.
    #[must_use]
    pub fn cpython(major: u8, minor: u8) -> Self {
        let python = (major, minor);
        let dialect = if python < (3, 8) { Dialect::CLOUDPICKLE_2_2 } else { Dialect::CLOUDPICKLE_3_1 };
        Self { python, dialect, protocol: if python < (3, 8) { 4 } else { 5 } }
    }

    /// Takes another dialect.
    #[must_use]
    pub fn dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// Takes another protocol.
    #[must_use]
    pub fn protocol(self, protocol: u8) -> Self {
        Self { protocol, ..self }
    }

    /// The version of Python.
    #[must_use]
    pub fn python(&self) -> (u8, u8) {
        self.python
    }

    /// The dialect.
    #[must_use]
    pub fn dialect_of(&self) -> &Dialect {
        &self.dialect
    }

    /// The same for another Python.
    pub(super) fn with_python(&self, python: (u8, u8)) -> Self {
        Self { python, ..self.clone() }
    }

    /// Whether functions and classes are made in one step with what fills them: cloudpickle up to 1.4 on Python 3.6 and 3.7, and the copies
    /// of its first releases in PySpark.
    pub(super) fn is_slow(&self) -> bool {
        match self.dialect.release() {
            Release::V0_4 | Release::V1_1 => true,
            Release::V1_2 => self.python < (3, 8),
            _ => false,
        }
    }

    /// The protocol.
    #[must_use]
    pub fn protocol_number(&self) -> u8 {
        self.protocol
    }
}

impl fmt::Display for Target {
    /// The dialect and the Python: `cloudpickle 3.1 on Python 3.12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on Python {}.{}", self.dialect, self.python.0, self.python.1)
    }
}
