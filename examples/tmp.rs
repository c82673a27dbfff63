fn main() {
    let n = 2000;
    let args = |slot: u8| [b"(".to_vec(), b"N".repeat(n), b"tq".to_vec(), vec![slot], b"0".to_vec()].concat();
    let input =
        [b"cm\nn\nq\x000".to_vec(), args(1), args(2), b"h\0h\x02Rq\x030".to_vec(), b"h\0h\x01R0h\x030".repeat(n), b"N.".to_vec()]
            .concat();
    let p = cloudpickle::loads(&input).unwrap();
    eprintln!("loaded {}", p.heap().memory());
    let w = p.dumps().unwrap();
    eprintln!("{} -> {}", input.len(), w.len());
    let again = cloudpickle::loads(&w).unwrap();
    eprintln!("again {} {:?} {:?}", again.heap().memory(), again.style(), p.style());
    for protocol in [2, 5] {
        eprintln!("{:?}", cloudpickle::Pickler::new().protocol(protocol).optimize(true).dump_pickle(&p).map(|v| v.len()));
    }
}
