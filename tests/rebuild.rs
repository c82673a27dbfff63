//! Every construct of the golden payloads, taken apart and built anew: the same bytes.

mod common;

use std::collections::BTreeMap;

use cloudpickle::reflect::{Dialect, Release};
use common::{Golden, golden};

/// Payloads that are not written back byte for byte, and why. They are read and written as objects that Python takes to be equal.
fn written_otherwise(payload: &Golden) -> Option<&'static str> {
    let case = payload.case.as_str();
    match payload.package.as_str() {
        "dill" => Some("dill's pickler fills objects in places of its own: behind others, and by calls that it drops"),
        "cloudpickle" | "pyspark"
            if payload.python < (3, 8) && matches!(payload.release.as_str(), "1.2.2" | "1.1.1" | "0.4.3") =>
        {
            match case {
                "file_empty" | "file_reading" | "everything" => Some("a file is remembered twice"),
                "enum_members_in_containers" | "enum_flag_member" | "enum_int_flag_member" | "property_class_registry" => {
                    Some("a class that is made twice, once within itself, without a memo slot")
                }
                _ if case.contains("submodule") => {
                    Some("modules that are imported in the midst of a call, by the pickler's hand")
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Constructs that stay as they are, and why.
fn kept(payload: &Golden) -> Option<&'static str> {
    (matches!(payload.case.as_str(), "property_class_registry" | "everything") && payload.python < (3, 8))
        .then_some("the Python pickler gives a class its state twice when it meets it again within itself")
}

#[test]
fn rebuilt_payloads_are_the_same_bytes() {
    let (mut payloads, mut written, mut same, mut built) = (0, 0, 0, 0);
    let (mut cloudpickles, mut exact) = (0, 0);
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    golden(|payload| {
        payloads += 1;
        let label = payload.label();
        let mut pickle = cloudpickle::loads(&payload.bytes).expect(&label);
        let again = pickle.dumps().expect(&label);
        written += usize::from(again == payload.bytes);
        if again != payload.bytes {
            match written_otherwise(&payload) {
                Some(why) => *explained.entry(why).or_default() += 1,
                None => wrong.push(format!("{label}: not written back")),
            }
        }
        let rebuilt = pickle.rebuild();
        built += rebuilt.built;
        if !rebuilt.kept.is_empty() {
            match kept(&payload) {
                Some(why) => *explained.entry(why).or_default() += 1,
                None => wrong.push(format!("{label}: {} constructs kept", rebuilt.kept.len())),
            }
        }
        let bytes = pickle.dumps().expect(&label);
        same += usize::from(bytes == payload.bytes);
        if payload.package != "dill" {
            cloudpickles += 1;
            exact += usize::from(bytes == payload.bytes);
        }
        if bytes != again && kept(&payload).is_none() {
            wrong.push(format!("{label}: rebuilt otherwise"));
        }
    });
    println!("{payloads} payloads: {written} written back byte for byte, {same} after rebuilding, {built} constructs built anew");
    for (why, count) in explained {
        println!("{count} payloads: {why}");
    }
    wrong.iter().take(40).for_each(|line| println!("{line}"));
    assert!(wrong.is_empty(), "{} payloads", wrong.len());
    assert!(exact * 100 >= cloudpickles * 98, "{exact} of {cloudpickles} of cloudpickle");
}

/// From each release to each: there and back is the same where both can say it.
#[test]
fn payloads_move_from_dialect_to_dialect() {
    let ours = Dialect::CLOUDPICKLE_3_1.in_package("ours.vendor.cloudpickle");
    let (mut moved, mut back) = (0, 0);
    let mut unsayable: BTreeMap<&str, usize> = BTreeMap::new();
    golden(|payload| {
        if payload.package == "dill" || payload.python < (3, 8) {
            return;
        }
        let label = payload.label();
        let mut pickle = cloudpickle::loads(&payload.bytes).expect(&label);
        let Some(from) = Dialect::detect(pickle.root()) else { return };
        for to in [&Dialect::PYSPARK, &Dialect::CLOUDPICKLE_2_2, &Dialect::CLOUDPICKLE_1_6, &ours] {
            let rebuilt = pickle.redialect(to);
            // What a release has no way to say is told, and nothing else is kept.
            for one in &rebuilt.kept {
                match one.error.as_ref().map(cloudpickle::Error::kind) {
                    Some(cloudpickle::ErrorKind::NotInDialect { what, .. }) => *unsayable.entry(*what).or_default() += 1,
                    _ => panic!("{label}: {one:?}"),
                }
            }
            // The type of `None` needs cloudpickle in 1.2 alone.
            let found = Dialect::detect(pickle.root());
            assert!(found.is_some() || from.release() == Release::V1_2, "{label}");
            assert!(found.is_none_or(|found| found.package() == to.package()), "{label}");
            moved += 1;
        }
        if from.release() == Release::V3_1 {
            pickle.redialect(&from);
            back += usize::from(pickle.dumps().expect(&label) == payload.bytes);
        }
    });
    println!("{moved} payloads moved to another dialect, {back} came back the same, cannot be said: {unsayable:?}");
    assert!(moved > 10_000, "{moved}");
    assert!(unsayable.keys().all(|what| matches!(*what, "a view of an OrderedDict")), "{unsayable:?}");
}
