//! What mostly comes next is done at once.
//!
//! To find out what the next operation is takes longer than most operations, so these look one or a few bytes ahead where an opcode has a usual successor:
//!
//! ```text
//! str, list, dict, tuple   94              MEMOIZE
//! list, dict               94 28           MEMOIZE, MARK for the items
//! tuple of arguments       94 52 94        MEMOIZE, REDUCE (or NEWOBJ), MEMOIZE
//! 29                       81 94 7d 94 28  EMPTY_TUPLE, NEWOBJ, MEMOIZE: an instance; EMPTY_DICT, MEMOIZE, MARK: its attributes
//! SETITEMS                 62              BUILD
//! ```
//!
//! Only what cannot fail is done ahead, so errors stand where they belong; where somebody counts or watches (`fused` is false), each operation is done by itself.

use super::machine::Machine;
use crate::heap::{CallKind, EffectKind, Value};
use crate::opcode::Opcode;

const MEMOIZE: u8 = Opcode::Memoize.byte();
const MARK: u8 = Opcode::Mark.byte();
const REDUCE: u8 = Opcode::Reduce.byte();
const NEWOBJ: u8 = Opcode::NewObj.byte();
const EMPTY_DICT: u8 = Opcode::EmptyDict.byte();
const BUILD: u8 = Opcode::Build.byte();

impl Machine<'_, '_> {
    /// An object that was just pushed goes to the memo, if that comes next.
    #[inline(always)]
    pub(super) fn memoized<'i>(&mut self, fused: bool, value: Value, after: &'i [u8]) -> &'i [u8] {
        match after {
            [MEMOIZE, rest @ ..] if fused => {
                self.memo.memoize(value);
                rest
            }
            _ => after,
        }
    }

    /// The same for a container, with the mark for its items.
    #[inline(always)]
    pub(super) fn opened<'i>(&mut self, fused: bool, value: Value, after: &'i [u8]) -> &'i [u8] {
        match after {
            [MEMOIZE, MARK, rest @ ..] if fused => {
                self.memo.memoize(value);
                self.mark();
                rest
            }
            _ => self.memoized(fused, value, after),
        }
    }

    /// The same for a tuple, with the call that it is the arguments of.
    #[inline(always)]
    pub(super) fn arguments<'i>(&mut self, fused: bool, tuple: Value, after: &'i [u8]) -> &'i [u8] {
        match after {
            [MEMOIZE, call @ (REDUCE | NEWOBJ), MEMOIZE, rest @ ..] if fused && self.is_callable(2) => {
                self.memo.memoize(tuple);
                self.call_and_memoize(if *call == REDUCE { CallKind::Reduce } else { CallKind::NewObj }, tuple);
                rest
            }
            _ => self.memoized(fused, tuple, after),
        }
    }

    /// A call of the global below the tuple on top, and `MEMOIZE`.
    #[inline(always)]
    fn call_and_memoize(&mut self, kind: CallKind, tuple: Value) {
        let callable = self.stack[self.stack.len() - 2];
        let call = self.call(kind, callable, tuple, 2);
        self.memo.memoize(call);
    }

    /// Whether a global lies so deep.
    #[inline(always)]
    fn is_callable(&self, depth: usize) -> bool {
        let length = self.stack.len();
        length - self.fence >= depth && matches!(self.stack[length - depth], Value::Global(_))
    }

    /// The same for the empty tuple, which has no memo slot; an instance gets the dict of its attributes too.
    #[inline(always)]
    pub(super) fn no_arguments<'i>(&mut self, fused: bool, after: &'i [u8]) -> &'i [u8] {
        match after {
            [REDUCE, MEMOIZE, rest @ ..] if fused && self.is_callable(2) => {
                self.call_and_memoize(CallKind::Reduce, Value::EMPTY_TUPLE);
                rest
            }
            [NEWOBJ, MEMOIZE, EMPTY_DICT, MEMOIZE, MARK, rest @ ..] if fused && self.is_callable(2) => {
                self.call_and_memoize(CallKind::NewObj, Value::EMPTY_TUPLE);
                let dict = Value::Dict(self.heap.push_dict());
                self.push(dict);
                self.memo.memoize(dict);
                self.mark();
                rest
            }
            _ => after,
        }
    }

    /// `BUILD` of a call with the state on top, if that comes next: the result of a call takes any state.
    #[inline(always)]
    pub(super) fn built<'i>(&mut self, fused: bool, after: &'i [u8]) -> &'i [u8] {
        let length = self.stack.len();
        let ([BUILD, rest @ ..], true) = (after, fused && length - self.fence >= 2) else { return after };
        let [target @ Value::Call(_), state] = self.stack[length - 2..] else { return after };
        self.stack.truncate(length - 1);
        self.heap.push_effect(EffectKind::Build, target, state);
        rest
    }
}

#[cfg(test)]
mod tests {
    use crate::Unpickler;

    /// Looking ahead changes nothing: the same objects and the same bytes written back, or the same error at the same place, for streams with every usual
    /// successor in them, cut and with every byte changed to every other.
    #[test]
    fn as_one_by_one() {
        let streams: [&[u8]; 4] = [
            b"\x80\x05]\x94(}\x94(\x8c\x01a\x94K\x01u\x85\x94\x86\x94h\x02e.",
            b"\x80\x04\x8c\x01m\x94\x8c\x01C\x94\x93\x94)\x81\x94}\x94(h\x00K\x01ub.",
            b"\x80\x04\x8c\x01m\x94\x8c\x01f\x94\x93\x94(K\x01K\x02K\x03K\x04t\x94R\x94h\x02)R\x94b.",
            b"\x80\x04(\x8c\x01m\x94h\x00\x93\x94K\x01\x85\x94\x81\x94}\x94(h\x00N]\x94Kau(lb.",
        ];
        let (ahead, counted) = (Unpickler::new(), Unpickler::new().max_objects(1 << 20));
        let mut same = [0, 0];
        let mut compare = |stream: &[u8]| match (ahead.loads(stream), counted.loads(stream)) {
            (Ok(a), Ok(b)) => {
                same[0] += 1;
                assert_eq!(a.root().to_string(), b.root().to_string(), "{}", stream.escape_ascii());
                assert_eq!(a.dumps().ok(), b.dumps().ok(), "{}", stream.escape_ascii());
            }
            (a, b) => {
                same[1] += 1;
                let [a, b] = [a, b].map(|result| result.map(|_| ()).map_err(|error| error.to_string()));
                assert_eq!(a, b, "{}", stream.escape_ascii());
            }
        };
        for stream in streams {
            (0..=stream.len()).for_each(|end| compare(&stream[..end]));
            let mut changed = stream.to_vec();
            for at in 0..stream.len() {
                for byte in 0..=255 {
                    changed[at] = byte;
                    compare(&changed);
                }
                changed[at] = stream[at];
            }
        }
        assert!(same.iter().all(|count| *count > 1_000), "{same:?}");
    }
}
