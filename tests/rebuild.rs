//! Every construct of the golden payloads, taken apart and built anew.

mod common;

use std::collections::BTreeMap;

use common::golden;

/// Writing back without rebuilding is exact, and so is rebuilding.
#[test]
fn rebuilt_payloads_are_the_same_bytes() {
    let (mut payloads, mut written, mut same, mut built, mut kept) = (0, 0, 0, 0, 0);
    let mut differ: BTreeMap<String, Vec<String>> = BTreeMap::new();
    golden(|payload| {
        payloads += 1;
        let label = payload.label();
        let mut pickle = cloudpickle::loads(&payload.bytes).expect(&label);
        let again = pickle.dumps().expect(&label);
        written += usize::from(again == payload.bytes);
        if again != payload.bytes {
            differ
                .entry(format!("written {}.{} {} {}", payload.python.0, payload.python.1, payload.package, payload.release))
                .or_default()
                .push(payload.case.clone());
            if let Ok(dir) = std::env::var("DIFFER") {
                std::fs::write(format!("{dir}/{}.pkl", label.replace(' ', "_")), &payload.bytes).unwrap();
                std::fs::write(format!("{dir}/{}.out", label.replace(' ', "_")), &again).unwrap();
            }
        }
        let rebuilt = pickle.rebuild();
        built += rebuilt.built;
        kept += rebuilt.kept.len();
        for kept in &rebuilt.kept {
            let object = pickle.heap().obj(kept.object);
            let what = object.as_call().map(|call| call.callable().to_string()).unwrap_or_default();
            differ.entry(format!("kept {what:.60}")).or_default().push(label.clone());
        }
        let bytes = pickle.dumps().expect(&label);
        same += usize::from(bytes == payload.bytes);
        if bytes != payload.bytes && again == payload.bytes {
            if let Ok(dir) = std::env::var("DIFFER") {
                std::fs::write(format!("{dir}/R{}.pkl", label.replace(' ', "_")), &payload.bytes).unwrap();
                std::fs::write(format!("{dir}/R{}.out", label.replace(' ', "_")), &bytes).unwrap();
            }
            differ
                .entry(format!("rebuilt {}.{} {} {}", payload.python.0, payload.python.1, payload.package, payload.release))
                .or_default()
                .push(label);
        }
    });
    println!(
        "{payloads} payloads: {written} written back the same, {same} the same after rebuilding, {built} constructs built anew, {kept} kept"
    );
    for (what, labels) in &differ {
        println!(
            "{what}: {} payloads, such as {:?}",
            labels.len(),
            labels.iter().step_by(labels.len() / 4 + 1).collect::<Vec<_>>()
        );
    }
    assert_eq!(written, payloads);
}
