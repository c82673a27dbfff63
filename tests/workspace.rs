//! Memory that is kept from one pickle to the next holds nothing of an earlier one: what is read and written in it is what is read and written anew.

mod common;

use common::{corpus, default_python, python2};

use cloudpickle::{Encoding, Pickle, Pickler, Result, Unpickler, Workspace};

/// What can be seen of a pickle: its bytes, what it holds, how much memory its objects take.
fn seen(pickle: &Pickle<'_>) -> (Option<Vec<u8>>, u64, u64, u8) {
    (pickle.dumps().ok(), pickle.heap().count(), pickle.heap().memory(), pickle.protocol())
}

fn text<T>(result: &Result<T>) -> Option<String> {
    result.as_ref().err().map(ToString::to_string)
}

#[test]
fn nothing_of_an_earlier_pickle_is_left() {
    let unpickler = Unpickler::new().encoding(Encoding::Latin1).missing_buffers(true);
    let (mut workspace, mut out) = (Workspace::new(), Vec::new());
    let (mut read, mut refused) = (0, 0);
    let pythons = [Some(default_python()), python2()];
    for record in pythons.iter().flatten().flat_map(|python| corpus(python).into_iter().step_by(3)) {
        // The whole of it, and a part, which ends too early.
        for payload in [record.payload.as_slice(), &record.payload[..record.payload.len() / 2]] {
            let fresh = unpickler.loads(payload);
            let kept = unpickler.loads_in(&mut workspace, payload);
            assert_eq!(text(&fresh), text(&kept), "{}", record.name);
            let (Ok(fresh), Ok(kept)) = (fresh, kept) else {
                refused += 1;
                continue;
            };
            assert_eq!(seen(&fresh), seen(&kept), "{}", record.name);
            for pickler in [Pickler::like(&kept), Pickler::like(&kept).optimize(true), Pickler::like(&kept).protocol(2)] {
                out.truncate(3);
                let before = out.clone();
                let written = pickler.dump_pickle_in(&mut workspace, &kept, &mut out);
                let anew = pickler.dump_pickle(&fresh);
                assert_eq!(text(&written), text(&anew), "{}", record.name);
                assert_eq!(out, [before, anew.unwrap_or_default()].concat(), "{}", record.name);
            }
            read += 1;
            workspace.recycle(kept);
        }
    }
    println!("{read} pickles read and written in one workspace, {refused} refused");
    assert!(read > 1000 && refused > 1000);
}
