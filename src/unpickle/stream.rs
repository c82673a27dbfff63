//! Pickles out of readers, never a byte further than `STOP`.

use std::io::BufRead;

use crate::error::{ErrorKind, Result};
use crate::op::{Fault, Op, fault_at};

use super::{Pickle, Unpickler};

/// The bytes of the first pickle that a reader gives, up to and with its `STOP`.
///
/// The reader is asked for what the operation at hand needs, so nothing is taken that belongs to what follows, and memory grows only with
/// what was really there.
pub(crate) fn read_pickle(reader: &mut impl BufRead, limit: u64) -> Result<Vec<u8>> {
    let mut input = Vec::new();
    let mut done = 0;
    loop {
        match Op::parse(&input[done..]) {
            Ok((rest, op)) => {
                done = input.len() - rest.len();
                if let Op::Stop = op {
                    input.truncate(done);
                    return Ok(input);
                }
            }
            Err(error) => {
                let fault = Fault::from(error);
                let more = match fault {
                    Fault::Eof(needed) => fill(reader, &mut input, needed)?,
                    Fault::Line => fill_line(reader, &mut input, limit)?,
                    Fault::NegativeCount(_) | Fault::UnknownOpcode(_) => false,
                };
                if !more {
                    return Err(fault_at(fault, &input[done..], done));
                }
                if input.len() as u64 > limit {
                    return Err(ErrorKind::LimitExceeded { what: "bytes of input", limit }.at(done));
                }
            }
        }
    }
}

/// Takes at most `needed` bytes of what the reader has ready; false at its end.
fn fill(reader: &mut impl BufRead, input: &mut Vec<u8>, needed: usize) -> Result<bool> {
    let ready = reader.fill_buf()?;
    let count = ready.len().min(needed);
    input.extend_from_slice(&ready[..count]);
    reader.consume(count);
    Ok(count > 0)
}

/// Takes what the reader has up to the next newline, at most a piece more than the limit; false at its end.
fn fill_line(reader: &mut impl BufRead, input: &mut Vec<u8>, limit: u64) -> Result<bool> {
    loop {
        let ready = reader.fill_buf()?;
        let newline = memchr::memchr(b'\n', ready);
        let count = newline.map_or(ready.len(), |at| at + 1);
        input.extend_from_slice(&ready[..count]);
        reader.consume(count);
        if newline.is_some() || count == 0 || input.len() as u64 > limit {
            return Ok(count > 0);
        }
    }
}

/// One pickle after another out of a reader, made by [`Unpickler::iter`].
#[derive(Debug)]
pub struct Pickles<'o, R> {
    unpickler: &'o Unpickler,
    reader: R,
    done: bool,
}

impl<'o, R> Pickles<'o, R> {
    pub(crate) fn new(unpickler: &'o Unpickler, reader: R) -> Self {
        Self { unpickler, reader, done: false }
    }
}

impl<R: BufRead> Iterator for Pickles<'_, R> {
    type Item = Result<Pickle<'static>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.reader.fill_buf() {
            Ok([]) => {
                self.done = true;
                None
            }
            Ok(_) => {
                let result = self.unpickler.load(&mut self.reader);
                self.done = result.is_err();
                Some(result)
            }
            Err(error) => {
                self.done = true;
                Some(Err(error.into()))
            }
        }
    }
}
