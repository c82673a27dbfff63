use std::io::Read;
fn take<'a>(d: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (n, rest) = d.split_at_checked(4)?;
    let n = u32::from_le_bytes(n.try_into().unwrap()) as usize;
    let (x, rest) = rest.split_at(n);
    *d = rest;
    Some(x)
}
fn main() {
    let mut data = Vec::new();
    std::fs::File::open(std::env::args().nth(1).unwrap()).unwrap().read_to_end(&mut data).unwrap();
    let show = std::env::args().nth(2);
    let mut d = &data[8..];
    let (mut ok, mut bad) = (0, 0);
    while let Some(name) = take(&mut d) {
        let name = String::from_utf8_lossy(name).into_owned();
        let info = String::from_utf8_lossy(take(&mut d).unwrap()).into_owned();
        let payload = take(&mut d).unwrap();
        let nb = u32::from_le_bytes(d[..4].try_into().unwrap());
        d = &d[4..];
        for _ in 0..nb {
            d = &d[1..];
            take(&mut d);
        }
        if let Some(s) = &show {
            if *s != name {
                continue;
            }
        }
        let u = cloudpickle::Unpickler::new().missing_buffers(true).encoding(cloudpickle::Encoding::Latin1);
        let mut rest = payload;
        let mut out = Vec::new();
        let mut err = None;
        while !rest.is_empty() {
            match u.loads_prefix(rest).and_then(|(p, n)| Ok((p.dumps()?, n))) {
                Ok((x, n)) => {
                    out.extend(x);
                    rest = &rest[n..];
                }
                Err(e) => {
                    err = Some(e);
                    break;
                }
            }
        }
        if err.is_none() && out == payload {
            ok += 1;
        } else {
            bad += 1;
            println!("{name} [{info}] {} {:?}", payload.len(), err.map(|e| e.to_string()));
            if show.is_some() {
                std::fs::write("/tmp/a.pkl", payload).unwrap();
                std::fs::write("/tmp/b.pkl", &out).unwrap();
            }
        }
    }
    println!("ok {ok} bad {bad}");
}
