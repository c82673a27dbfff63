//! The server: recodes pickle after pickle, from standard input to standard output.

use std::io::{self, Read, Write};

use cloudpickle::{Encoding, Pickler, Unpickler};

/// What is done to a pickle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    /// `cloudpickle recode`: read and written again.
    Recode,
    /// `cloudpickle recode --rebuild`: its functions, classes and the like are lifted and built anew.
    Rebuild,
}

/// Answers until standard input ends; the frames are told in `tests/python/conformance.py`.
pub(crate) fn serve(mode: Mode) -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::BufWriter::new(io::stdout().lock()));
    let mut length = [0; 4];
    loop {
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            result => result?,
        }
        let mut pickle = vec![0; usize::try_from(u32::from_le_bytes(length)).map_err(io::Error::other)?];
        input.read_exact(&mut pickle)?;
        let (status, answer) = match recode(&pickle, mode) {
            Ok(recoded) => (0, recoded),
            Err(error) => (1, error.into_bytes()),
        };
        output.write_all(&[status])?;
        output.write_all(&u32::try_from(answer.len()).map_err(io::Error::other)?.to_le_bytes())?;
        output.write_all(&answer)?;
        output.flush()?;
    }
}

/// As the program does it. What follows the pickle is kept.
fn recode(bytes: &[u8], mode: Mode) -> Result<Vec<u8>, String> {
    let unpickler = Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true).max_digits(0);
    let (mut pickle, length) = unpickler.loads_prefix(bytes).map_err(|error| error.to_string())?;
    if mode == Mode::Rebuild {
        pickle.rebuild();
    }
    let mut written = Pickler::like(&pickle).dump_pickle(&pickle).map_err(|error| error.to_string())?;
    written.extend_from_slice(&bytes[length..]);
    Ok(written)
}
