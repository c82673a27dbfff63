//! Texts of strings, bytes, ints and floats: what the crate makes of them is what CPython makes of them.
//!
//! `tests/python/text_judge.py` is asked with `python3`, or with the program named in the variable `PYTHON`.

use cloudpickle::int::{self, Base, Int, IntError, IntOrBool};
use cloudpickle::text::float::{FloatError, parse_float, write_float_repr};
use cloudpickle::text::{PyStr, UNICODE_VERSION, escape, repr};
use num_bigint::BigInt;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Numbers without pattern, the same in each run: splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Up to `max` of the parts, one after the other, sometimes with a byte changed.
    fn join(&mut self, parts: &[&[u8]], max: usize) -> Vec<u8> {
        let mut text: Vec<u8> = (0..self.below(max + 1)).flat_map(|_| self.pick(parts).to_vec()).collect();
        if !text.is_empty() && self.below(8) == 0 {
            let at = self.below(text.len());
            text[at] = self.byte();
        }
        text
    }

    /// As `join`, without a line feed.
    fn line(&mut self, parts: &[&[u8]], max: usize) -> Vec<u8> {
        let mut line = self.join(parts, max);
        line.retain(|&byte| byte != b'\n');
        line
    }

    /// A string of characters in which versions of Unicode agree.
    fn string(&mut self) -> Vec<u8> {
        const RANGES: [(u32, u32); 14] = [
            (0, 0x7f),
            (0x20, 0x7e),
            (0x20, 0x7e),
            (0x80, 0xff),
            (0x100, 0x24f),
            (0x2000, 0x206f),
            (0x3000, 0x303f),
            (0x4e00, 0x4eff),
            (0xd800, 0xdfff),
            (0xe000, 0xe0ff),
            (0xfe00, 0xfe0f),
            (0xfff0, 0xffff),
            (0x1f600, 0x1f64f),
            (0x10_ff00, 0x10_ffff),
        ];
        let mut bytes = Vec::new();
        for _ in 0..self.below(12) {
            if self.below(4) == 0 {
                bytes.push(self.pick(b"'\"\\\n\r\t\0\x1a"));
                continue;
            }
            let (first, last) = self.pick(&RANGES);
            let code_point = first + u32::try_from(self.below(usize::try_from(last - first + 1).unwrap())).unwrap();
            match char::from_u32(code_point) {
                Some(char) => bytes.extend(char.to_string().bytes()),
                None => bytes.extend([
                    0xed,
                    0x80 | u8::try_from((code_point >> 6) & 0x3f).unwrap(),
                    0x80 | u8::try_from(code_point & 0x3f).unwrap(),
                ]),
            }
        }
        bytes
    }

    fn float(&mut self) -> f64 {
        let sign = self.pick(&[1.0, -1.0]);
        let bits = self.next();
        sign * match self.below(8) {
            0 => f64::from_bits(bits),
            // A power of two and its neighbours.
            1 => f64::from_bits(((bits % 2047) << 52).wrapping_add(bits >> 60).saturating_sub(8)),
            // A short fraction under a large whole number: ties of the last decimal digit.
            2 | 3 => {
                let fraction = f64::from(self.byte()) / 2_f64.powi(i32::from(self.byte() % 40));
                2_f64.powi(i32::from(self.byte() % 54)) + fraction
            }
            // Few decimal digits, all sizes.
            4 | 5 => format!("{}e{}", bits % 100_000, i32::from(self.byte()) - 128).parse().unwrap(),
            // Around the change to exponents.
            6 => format!("{}e{}", bits % 10_000_000, i32::from(self.byte() % 24) - 12).parse().unwrap(),
            // Subnormal.
            _ => f64::from_bits(bits >> (12 + self.below(52))),
        }
    }
}

/// All texts of up to `len` bytes of the alphabet.
fn all_texts(alphabet: &[u8], len: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut begin = 0;
    for _ in 0..len {
        let end = all.len();
        for at in begin..end {
            for &byte in alphabet {
                let mut longer = all[at].clone();
                longer.push(byte);
                all.push(longer);
            }
        }
        begin = end;
    }
    all
}

/// The parts between the bars.
fn split(parts: &[u8]) -> Vec<&[u8]> {
    parts.split(|&byte| byte == b'|').collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// The questions, each with the letter of its kind in `text_judge.py`.
fn questions() -> Vec<(char, Vec<u8>)> {
    let mut random = Random(2);
    let mut cases: Vec<(char, Vec<u8>)> = Vec::new();
    let mut random_cases = |kind: char, count: usize, make: &dyn Fn(&mut Random) -> Vec<u8>| {
        cases.extend((0..count).map(|_| (kind, make(&mut random))));
    };

    random_cases('r', 4000, &Random::string);
    random_cases('v', 4000, &Random::string);
    let bytes_parts = split(b"abc|'|\"|\\|\n\t\r|\0\x1f\x7f|\x80\xff| ~");
    random_cases('b', 2000, &|random| random.join(&bytes_parts, 10));
    random_cases('g', 20_000, &|random| random.float().to_be_bytes().to_vec());

    let float_parts = split(
        b"0|1|7|9|25|00000|.|.|e|E|+|-|inf|INF|inity|nan|_| |\0|0x|p|\
            999999999999999999999|308|324|400|\t|n|i",
    );
    random_cases('F', 6000, &|random| random.line(&float_parts, 6));
    random_cases('F', 3000, &|random| {
        let mut text = String::new();
        write_float_repr(&mut text, random.float()).unwrap();
        text.into_bytes()
    });
    // Halfway between two floats, and next to it.
    random_cases('F', 2000, &|random| {
        let whole = ((1 << 53) + (random.next() >> 12)) | 1;
        let zeros = random.below(60);
        format!("{whole}.{:0<zeros$}{}", "", random.pick(&["", "0", "1"])).into_bytes()
    });
    random_cases('F', 3000, &|random| {
        let (a, b) = (random.next(), random.next());
        let exponent = i32::try_from(random.below(740)).unwrap() - 380;
        format!("{}{a}.{b}{}{exponent}", random.pick(&["", "-", "+"]), random.pick(&["e", "E"])).into_bytes()
    });

    let int_parts = split(
        b"0|1|2|7|8|9|12|00|_|_|-|+| |\t|\x0b|\x0c|\r|\0|0x|0X|0o|0O|0b|0B|f|A|g|\
            L|L|l|.|e|\xa0|\x85|9223372036854775807|9223372036854775808|\
            7fffffffffffffff|777777777777777777777",
    );
    for kind in ['I', 'L'] {
        random_cases(kind, 8000, &|random| random.line(&int_parts, 5));
    }
    for kind in ['z', 't'] {
        random_cases(kind, 5000, &|random| {
            // `int` refuses a NUL before it asks PyLong_FromString.
            let mut text = random.join(&int_parts, 5);
            text.retain(|&byte| byte != 0);
            text
        });
    }
    for kind in ['I', 'L'] {
        random_cases(kind, 500, &|random| {
            let digits = random.pick(&[18, 19, 20, 25, 100, 639, 4299, 4300, 4301, 5000]);
            let mut line = random.pick(&[&b""[..], b"-", b"0", b"0x", b"0b", b"0o", b"1_", b" "]).to_vec();
            let set = random.pick(&[&b"0"[..], b"01", b"1234567", b"123456789", b"1234567890abcdef"]);
            line.extend((0..digits).map(|_| random.pick(set)));
            line.extend(random.pick(&[&b""[..], b"", b"L", b"_0", b"x", b"\0x", b" "]));
            line
        });
    }
    let integer = |random: &mut Random| {
        let len = random.below(24);
        let mut bytes: Vec<u8> = (0..len).map(|_| random.pick(&[0, 0, 0xff, 0xff, 0x7f, 0x80, 1])).collect();
        if random.below(2) == 0 {
            bytes.extend((0..random.below(4)).map(|_| random.byte()));
        }
        bytes
    };
    random_cases('l', 3000, &integer);
    for kind in ['d', 'e'] {
        random_cases(kind, 3000, &|random| int::from_le_bytes_signed(&integer(random)).to_string().into_bytes());
    }

    let unicode_parts = split(
        b"\\|\\|\\\\|u|U|\\u|\\U|\\U0001|\\U0010ffff|\\U0011|\\u00e9|\\ud83d|\
            \\ude00|0041|0000|ffff|FFFF|g|+|x41|n|\xe9|\xff\x80|abc|\0|\r| ",
    );
    random_cases('V', 8000, &|random| random.line(&unicode_parts, 7));
    let string_parts = split(
        b"\\|\\|'|\"|\\x|\\x4|x41|\\xfF|\\0|\\12|\\777|\\400|\\18|8|\\n|\\q|\
            \\a\\b\\t\\v\\f\\r|abc|\xe9|\0| |\r|\\u0041|\\N",
    );
    random_cases('S', 5000, &|random| {
        let quote = random.pick(b"'\"");
        [&[quote], &*random.line(&string_parts, 7), &[quote]].concat()
    });
    random_cases('S', 2000, &|random| random.line(&string_parts, 4));
    random_cases('X', 8000, &|random| {
        let mut bytes = random.string();
        if !bytes.is_empty() && random.below(2) == 0 {
            let at = random.below(bytes.len());
            match random.below(3) {
                0 => bytes[at] = random.pick(b"\x80\xbf\xc0\xc2\xe0\xed\xa0\xef\xf0\xf4\xf5\xff"),
                1 => bytes.truncate(at),
                _ => drop(bytes.remove(at)),
            }
        }
        bytes
    });

    cases.extend((0_u16..0x1100).map(|block| ('P', block.to_be_bytes().to_vec())));
    for kind in ['I', 'L'] {
        cases.extend(all_texts(b" +-01789_xXobaL\0\t.", 3).into_iter().map(|line| (kind, line)));
    }
    cases.extend(all_texts(b"+-01.eEin ", 4).into_iter().map(|line| ('F', line)));
    cases.extend(all_texts(b"'\"\\x09n", 5).into_iter().map(|line| ('S', line)));
    cases
}

/// What CPython should answer, as far as the crate knows: the same lines as `text_judge.py` prints.
fn answer(kind: char, bytes: &[u8], max_digits: usize) -> String {
    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        format!("ok {}", to_hex(&out))
    }
    fn int_answer(int: Result<Int, IntError>) -> String {
        match int {
            Ok(Int::Small(n)) => format!("ok {:#x}", BigInt::from(n)),
            Ok(Int::Big(n)) => format!("ok {n:#x}"),
            Err(IntError::Empty) => "UnpicklingError".into(),
            Err(_) => "ValueError".into(),
        }
    }
    fn decimal(text: &[u8]) -> Int {
        int::parse_int(text, Base::Ten, 0).unwrap()
    }
    let str = |bytes| PyStr::new(bytes).expect("the questions are valid");
    let mut text = String::new();
    match kind {
        'P' => {
            let block = u32::from(u16::from_be_bytes(bytes.try_into().unwrap()));
            let printable = (0..256).map(|low| char::from_u32(block * 256 + low).is_some_and(repr::is_printable));
            format!("ok {}", printable.map(|printable| if printable { '1' } else { '0' }).collect::<String>())
        }
        'r' => {
            repr::write_str_repr(&mut text, str(bytes)).unwrap();
            format!("ok {}", to_hex(text.as_bytes()))
        }
        'b' => {
            repr::write_bytes_repr(&mut text, bytes).unwrap();
            // Python 2's is the same, but for the letter.
            assert_eq!(written(|out| escape::encode_string_repr(bytes, out)), format!("ok {}", to_hex(&text.as_bytes()[1..])));
            format!("ok {}", to_hex(text.as_bytes()))
        }
        'g' => {
            write_float_repr(&mut text, f64::from_be_bytes(bytes.try_into().unwrap())).unwrap();
            format!("ok {text}")
        }
        'F' => match parse_float(bytes) {
            Ok(float) => format!("ok {}", to_hex(&float.to_be_bytes())),
            Err(FloatError::Empty) => "UnpicklingError".into(),
            Err(FloatError::Overflow) => "OverflowError".into(),
            Err(_) => "ValueError".into(),
        },
        'I' => match int::parse_int_opcode(bytes, max_digits) {
            Ok(IntOrBool::Bool(true)) => "ok True".into(),
            Ok(IntOrBool::Bool(false)) => "ok False".into(),
            Ok(IntOrBool::Int(int)) => int_answer(Ok(int)),
            Err(error) => int_answer(Err(error)),
        },
        'L' => int_answer(int::parse_long_opcode(bytes, max_digits)),
        'z' => int_answer(int::parse_int(bytes, Base::Literal, max_digits)),
        't' => int_answer(int::parse_int(bytes, Base::Ten, max_digits)),
        'l' => int_answer(Ok(int::from_le_bytes_signed(bytes))),
        'd' => {
            let int = decimal(bytes);
            let mut out = Vec::new();
            int::write_decimal(&int, &mut out);
            // CPython chooses between INT and LONG, and LONG has an L at its end.
            let long = matches!(int, Int::Small(n) if i32::try_from(n).is_ok());
            format!("ok {}{}", String::from_utf8(out).unwrap(), if long { "" } else { "L" })
        }
        'e' => format!("ok {}", to_hex(&int::to_le_bytes_minimal(&decimal(bytes)))),
        'V' => match escape::decode_raw_unicode(bytes) {
            Ok(bytes) => format!("ok {}", to_hex(str(&bytes).as_bytes())),
            Err(error) => format!("UnicodeDecodeError {}", error.offset),
        },
        'v' => written(|out| escape::encode_raw_unicode(str(bytes), out)),
        'S' => match escape::quoted_body(bytes).map(escape::decode_string_escape) {
            Some(Ok(bytes)) => format!("ok {}", to_hex(&bytes)),
            Some(Err(_)) => "ValueError".into(),
            None => "UnpicklingError".into(),
        },
        'X' => match PyStr::new(bytes) {
            Some(str) => format!("ok {}", to_hex(str.as_bytes())),
            None => "UnicodeDecodeError".into(),
        },
        _ => unreachable!("no such kind"),
    }
}

/// Asks Python; the first line of the answer is about itself.
fn ask(python: &str, questions: String) -> String {
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/text_judge.py");
    let child = Command::new(python).arg(judge).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child
        .unwrap_or_else(|error| panic!("cannot run {python} ({error}): install Python 3, or name one in the variable PYTHON"));
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{python} failed: {}", output.status);
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The major version of Unicode, and the minor.
fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap()).collect()
}

/// Whether two answers are one, where Python's Unicode may be another than the table's.
fn agree(kind: char, ours: &str, theirs: &str, newer_unicode: bool) -> bool {
    match kind {
        'P' => {
            ours.len() == theirs.len()
                && ours.bytes().zip(theirs.bytes()).all(|pair| match pair {
                    (_, b'?') => true,
                    (b'0', b'1') => newer_unicode,
                    (ours, theirs) => ours == theirs,
                })
        }
        // CPython does not look at what follows a number which is too large.
        'F' if theirs == "OverflowError" => ours == theirs || ours == "ValueError",
        // The offset is not told to those who use `PyStr::new`.
        'X' => ours == theirs.split_once(' ').filter(|(error, _)| *error != "ok").map_or(theirs, |(error, _)| error),
        _ => ours == theirs,
    }
}

#[test]
fn texts_are_what_cpython_makes_of_them() {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let questions = questions();
    let mut input = String::from("\n");
    for (kind, bytes) in &questions {
        writeln!(input, "{kind} {}", to_hex(bytes)).unwrap();
    }
    let output = ask(&python, input);
    let mut answers = output.lines();
    let (unicode, max_digits) = answers.next().unwrap().split_once(' ').unwrap();
    let newer_unicode = version(unicode) > version(UNICODE_VERSION);
    let max_digits = max_digits.parse().unwrap();

    let mut accepted = 0;
    let mut differences = Vec::new();
    let mut asked = 0;
    let mut not_asked = 0;
    for ((kind, bytes), theirs) in questions.iter().zip(answers) {
        let ours = answer(*kind, bytes, max_digits);
        asked += 1;
        if theirs == "not asked" {
            not_asked += 1;
            continue;
        }
        accepted += usize::from(theirs.starts_with("ok"));
        if !agree(*kind, &ours, theirs, newer_unicode) {
            differences.push(format!("{kind} {}\n  crate  {ours}\n  python {theirs}", bytes.escape_ascii()));
        }
    }
    assert_eq!(asked, questions.len(), "answers are missing");
    println!("{python}: {asked} asked, {accepted} accepted, {not_asked} not compared; Unicode {unicode}, ours {UNICODE_VERSION}");
    let shown = differences.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} differences:\n{shown}", differences.len());
}
