//! Depth costs no recursion: what is nested three million times is read, written and dropped on an ordinary stack.

const DEPTH: usize = 3_000_000;

/// Writes back what was read, with `before` and `after` so many times around the inner object.
#[track_caller]
fn check(before: &[u8], inner: &[u8], after: &[u8]) {
    let input = [b"\x80\x02", before.repeat(DEPTH).as_slice(), inner, after.repeat(DEPTH).as_slice(), b"."].concat();
    let pickle = cloudpickle::loads(&input).unwrap();
    assert!(pickle.dumps().unwrap() == input);
}

#[test]
fn lists() {
    check(b"]", b"]", b"a");
}

#[test]
fn tuples() {
    check(b"", b")", b"\x85");
}

#[test]
fn dicts() {
    check(b"}K\x01", b"}", b"s");
}

#[test]
fn calls_as_arguments() {
    check(b"cm\nf\n", b")", b"\x85R");
}

#[test]
fn calls_that_are_called() {
    check(b"", b"cm\nf\n", b")R");
}

#[test]
fn states() {
    check(b"cm\nf\n)R", b"N", b"b");
}

#[test]
fn arguments_of_inst() {
    check(b"(", b"N", b"im\nf\n");
}
