//! The tests' own footing: interpreters are there, the judge answers and tells differences, the corpus is large enough.

mod common;

use common::{
    Judge, Kind, Loading, Python, Trouble, assembled, corpus, default_python, interpreters, not_run, numpy_corpus, python2,
};
use std::{collections::HashSet, thread, time::Duration};

#[test]
fn answers() -> Result<(), Trouble> {
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        let plain = Loading::default();
        let (major, minor, patch) = python.version;
        assert_eq!(judge.version()?, format!("{major}.{minor}.{patch}"));
        assert_eq!(judge.repr(b"\x80\x02K\x07.", &plain)?, b"7");
        assert_eq!(judge.repr(b"\x80\x02X\x03\x00\x00\x00\xed\xa0\x80.", &plain)?, b"'\\ud800'");
        assert_eq!(judge.dumps(b"I7\n.", 2, &plain)?, b"\x80\x02K\x07.");
        assert_eq!(judge.eval(b"]K\x01a.", "x * 2")?, "[1, 1]");
        assert_eq!(judge.run(b"", "import corpus_types\nr = b'\\xff'", &plain)?, b"\xff");
        assert!(matches!(judge.loads(b"K", &plain), Err(Trouble::Raised { .. })), "{python}");
        assert!(judge.loads(b"N.", &plain).is_ok());
        let (text, why) = judge.dis(b"\x80\x02K\x07.", 0, 4)?;
        assert!(text.ends_with("highest protocol among opcodes = 2\n"), "{python}: {text}");
        assert_eq!(why, None);
        let (text, why) = judge.dis(b"K\x07ZZ.", 0, 4)?;
        assert_eq!(text.lines().count(), 1, "{python}: {text}");
        assert!(why.is_some());
    }
    Ok(())
}

#[test]
fn tells_differences() {
    let shared: &[u8] = b"]q\x00(]q\x01h\x01e.";
    let apart: &[u8] = b"]q\x00(]q\x01]q\x02e.";
    let pairs: &[(&[u8], &[u8])] = &[
        (b"K\x01.", b"K\x02."),
        (b"K\x01.", b"\x80\x02\x88."),
        (b"G\x00\x00\x00\x00\x00\x00\x00\x00.", b"G\x80\x00\x00\x00\x00\x00\x00\x00."),
        (b"G\x7f\xf8\x00\x00\x00\x00\x00\x00.", b"G\xff\xf8\x00\x00\x00\x00\x00\x00."),
        (b"].", b")."),
        (shared, apart),
        (b"}(K\x01NK\x02Nu.", b"}(K\x02NK\x01Nu."),
        (b"\x80\x04\x8f(K\x01\x90.", b"\x80\x04\x8f(K\x02\x90."),
        (b"(dq\x00K\x01h\x00s.", b"(dq\x00K\x01}s."),
        (b"ccorpus_types\nPoint\n)\x81}X\x01\x00\x00\x00xK\x01sb.", b"ccorpus_types\nPoint\n)\x81."),
        (b"ccorpus_types\nPoint\n.", b"ccorpus_types\nEmpty\n."),
        (b"cfunctools\npartial\n(cbuiltins\nint\ntR.", b"cfunctools\npartial\n(cbuiltins\nlen\ntR."),
    ];
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        for (a, b) in pairs {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(judge.same(a, a, &Loading::default()), Ok(()), "{python}");
                let difference = judge.same(a, b, &Loading::default());
                assert!(difference.is_err(), "{python}: {} {}", a.escape_ascii(), b.escape_ascii());
            }
        }
        assert_eq!(judge.same(shared, apart, &Loading { sharing: false, ..Loading::default() }), Ok(()));
        let other_order = Loading { order: false, ..Loading::default() };
        assert_eq!(judge.same(b"}(K\x01NK\x02Nu.", b"}(K\x02NK\x01Nu.", &other_order), Ok(()));
    }
}

#[test]
fn survives() {
    let mut judge = Judge::new(&default_python()).with_timeout(Duration::from_secs(2));
    let plain = Loading::default();
    assert!(matches!(judge.loads(b"cos\n_exit\n(K\x03tR.", &plain), Err(Trouble::Lost(_))));
    assert_eq!(judge.eval(b"", "1 + 1").as_deref(), Ok("2"));
    assert!(matches!(judge.loads(b"ctime\nsleep\n(K\x1etR.", &plain), Err(Trouble::Lost(_))));
    assert_eq!(judge.eval(b"", "1 + 1").as_deref(), Ok("2"));
}

#[test]
fn corpus_is_large() {
    let interpreters = interpreters();
    let distinct: HashSet<Vec<u8>> = thread::scope(|scope| {
        let threads: Vec<_> = interpreters.iter().map(|python| scope.spawn(|| written_by_c(python))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("the thread's own panic")).collect()
    });
    if interpreters.iter().any(|python| python.is_at_least(3, 8)) {
        assert!(distinct.len() >= 3000, "{} payloads of the C picklers", distinct.len());
    }
}

/// The payloads of the Identity corpus, after a look at everything this interpreter wrote: it loads, and the judge
/// finds it equal to itself.
fn written_by_c(python: &Python) -> Vec<Vec<u8>> {
    let mut judge = Judge::new(python);
    let mut payloads = Vec::new();
    for record in corpus(python) {
        let same = judge.same(&record.payload, &record.payload, &record.loading());
        assert_eq!(same, Ok(()), "{python} {}", record.name);
        if record.kind == Kind::Identity {
            payloads.push(record.payload);
        }
    }
    payloads
}

#[test]
fn assembled_streams_load_as_marked() {
    for python in interpreters() {
        let mut judge = Judge::new(&python);
        let (mut loaded, mut rejected) = (0, 0);
        for record in assembled(&python) {
            match (record.kind, judge.same(&record.payload, &record.payload, &record.loading())) {
                (Kind::Rejected, Err(_)) => rejected += 1,
                (Kind::Graph, Ok(())) => loaded += 1,
                (kind, answer) => panic!("{python} {} is {kind:?} and gives {answer:?}", record.name),
            }
        }
        assert!(loaded > 1000 && rejected > 1000, "{python}: {loaded} load, {rejected} are rejected");
    }
}

#[test]
fn python2_corpus_loads() {
    let Some(python2) = python2() else { return };
    let mut judge2 = Judge::new(&python2);
    let mut judge = Judge::new(&default_python());
    let records = corpus(&python2);
    assert!(records.len() > 2000, "{}", records.len());
    for record in records {
        for judge in [&mut judge2, &mut judge] {
            let same = judge.same(&record.payload, &record.payload, &record.loading());
            assert_eq!(same, Ok(()), "{} {}", judge.python(), record.name);
        }
    }
}

#[test]
fn numpy_corpus_loads() {
    match numpy_corpus() {
        Ok((python, libs, records)) => {
            let mut judge = Judge::new(&python).with_path(libs);
            assert!(records.len() > 500, "{}", records.len());
            for record in records {
                let same = judge.same(&record.payload, &record.payload, &record.loading());
                assert_eq!(same, Ok(()), "{}", record.name);
            }
        }
        Err(why) => not_run(&format!("numpy and pandas: {why}")),
    }
}
