fn main() {
    for input in
        [&b"\x82\x01}b."[..], b"\x82\x01N\x85b.", b"]\x82\x01Na0\x82\x01a.", b"\x96\x02\0\0\0\0\0\0\0abK\x01aK\x02K\x05s."]
    {
        let p = cloudpickle::loads(input).unwrap();
        eprintln!("{} -> {}", input.escape_ascii(), p.dumps().unwrap().escape_ascii());
    }
}
