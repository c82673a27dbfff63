//! Which version a code object is of, as far as it shows.

use super::Version;
use super::argument::Argument;
use super::exceptions::Exceptions;
use super::fields::{CodeFields, Variables};
use super::instructions::exceptions;
use super::lines::LineRanges;
use super::walk::{Labels, Walk};
use crate::int::i64_from_usize;

impl Version {
    /// Whether a code object can be of this version: every opcode is one, every argument points at something, jumps go to instructions, inline
    /// caches are empty, and the line table ends where the code ends.
    ///
    /// A code object does not say which version it is of. Those with as many fields (3.8 to 3.10, and 3.11 on) are often told apart by this; what fits
    /// several versions mostly means the same in all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloudpickle::reflect::Function;
    /// use cloudpickle::bytecode::Version;
    ///
    /// let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/my_function.pkl"));
    /// let pickle = cloudpickle::loads(bytes)?;
    /// let code = Function::reflect(pickle.root())?.code();
    /// assert!(Version::Py312.fits(&code.fields()));
    /// assert!(!Version::Py311.fits(&code.fields()));
    /// assert_eq!(code.guess_version(), Some(Version::Py312));
    /// # Ok::<(), cloudpickle::Error>(())
    /// ```
    #[must_use]
    pub fn fits(self, code: &CodeFields<'_>) -> bool {
        let bytes = &code.bytecode;
        bytes.len().is_multiple_of(2) && self.table_fits(code) && self.instructions_fit(code)
    }

    /// The tables from 3.10 on stop where the code stops. `co_lnotab` stops before it, or goes on where code was optimized away.
    fn table_fits(self, code: &CodeFields<'_>) -> bool {
        let (table, length) = (&code.linetable, code.bytecode.len());
        if self < Self::Py310 {
            return table.len().is_multiple_of(2);
        }
        let mut ranges = LineRanges::new(table, self, code.firstlineno, length);
        ranges.by_ref().last().map_or(0, |range| range.end) == length
    }

    fn instructions_fit(self, code: &CodeFields<'_>) -> bool {
        let bytes = &code.bytecode;
        let variables = Variables::new(code, self);
        let labels = Labels::new(bytes, Exceptions::new(exceptions(code, self)), self);
        let (mut walk, mut passed, mut resumes) = (Walk::new(self), 0, self < Self::Py311);
        while let Some(raw) = walk.next(bytes) {
            let op = raw.opcode.op();
            let (from, to) = (raw.offset.saturating_add(2), raw.offset.saturating_add(2 + 2 * usize::from(op.caches)));
            let empty = bytes.get(from..to).is_some_and(|caches| caches.iter().all(|byte| *byte == 0));
            let known = raw.opcode.is_known() && !op.form && op.name != "CACHE";
            if !known || !empty || matches!(Argument::resolve(raw, code, &variables, &labels), Argument::Unknown) {
                return false;
            }
            resumes |= op.name == "RESUME";
            // Between two instructions there is no label, nor behind the last one.
            let offset = i64_from_usize(raw.offset);
            if labels.get(passed).is_some_and(|label| label < offset) {
                return false;
            }
            passed += usize::from(labels.get(passed) == Some(offset));
        }
        // Where a row of the exception table ends may be the end of the code.
        let beyond = labels.get(passed).is_some_and(|label| label != i64_from_usize(bytes.len()));
        resumes && !beyond && passed + 1 >= labels.len()
    }
}
