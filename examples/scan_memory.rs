//! How much memory a scan takes beside what the objects of the pickle cost in the heap.
//!
//! ```text
//! cargo run --release --example scan_memory -- 1000      a pickle of 1000 MB of plain data
//! ```
//!
//! Prints the size of the pickle, the peak while it is loaded, the peak while it is scanned, and the two as a ratio; the input is in neither.

use cloudpickle::scan::{Rules, scan};
use cloudpickle::{Pickler, loads};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Records as a service logs them, as one list.
fn plain_data(bytes: usize) -> Vec<u8> {
    let record =
        cloudpickle::py!({"id": 70000, "name": "user seven", "tags": ["a", "b"], "score": 2.5, "nested": {"x": (1, true)}});
    let record = Pickler::new().protocol(4).optimize(true).dump_pickle(&record).expect("it can be written");
    // Behind PROTO and FRAME, before STOP.
    let one = &record[11..record.len() - 1];
    let mut pickle = b"\x80\x04]".to_vec();
    while pickle.len() < bytes {
        pickle.push(b'(');
        for _ in 0..1000 {
            pickle.extend_from_slice(one);
        }
        pickle.push(b'e');
    }
    pickle.push(b'.');
    pickle
}

fn main() {
    let megabytes: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100);
    let pickle = plain_data(megabytes * 1_000_000);
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let loaded = loads(&pickle).expect("it is a pickle");
    let objects = MEMORY.peak_usage() - before;
    let kept = MEMORY.current_usage() - before;
    drop(loaded);
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let report = scan(&pickle, &Rules::default());
    let scanned = MEMORY.peak_usage() - before;
    println!("pickle {} MB, verdict {}", pickle.len() / 1_000_000, report.verdict());
    println!("its objects in the heap: {} MB, {} MB at the peak of loading", kept / 1_000_000, objects / 1_000_000);
    println!("scan: {} MB at its peak, {:.2} times what the objects cost", scanned / 1_000_000, scanned as f64 / kept as f64);
}
