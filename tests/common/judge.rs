//! An interpreter that stays, loads what it is given and says what it sees (`tests/python/judge.py`).

use super::{
    corpus::Buffer,
    python::{Python, scripts},
};
use std::{
    env, fmt,
    io::{self, Read, Write},
    path::PathBuf,
    process::{Child, ChildStdin, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Python raised: `TypeError: message`, and the traceback.
    Raised { message: String, traceback: String },
    /// The interpreter ended or gave no answer in time. The next question starts another one.
    Lost(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Raised { message, .. } => f.write_str(message),
            Trouble::Lost(why) => f.write_str(why),
        }
    }
}

/// How to load a payload and, for [`Judge::same`], what counts as the same.
#[derive(Clone, Debug)]
pub struct Loading<'a> {
    /// `encoding=` of `pickle.loads`, for Python 2 strings.
    pub encoding: Option<&'a str>,
    /// `errors=` of `pickle.loads`.
    pub errors: Option<&'a str>,
    pub fix_imports: bool,
    /// So many pickles from one `Unpickler`, as a list.
    pub pickles: Option<usize>,
    /// Out-of-band buffers.
    pub buffers: &'a [Buffer],
    /// Those of the second payload, when they are others.
    pub buffers_of_second: Option<&'a [Buffer]>,
    /// Sharing and cycles must be the same too.
    pub sharing: bool,
    /// Which `str` and `bytes` are one object must be the same too.
    pub strings: bool,
    /// Dicts must have the same order.
    pub order: bool,
}

impl Default for Loading<'_> {
    fn default() -> Self {
        Loading {
            encoding: None,
            errors: None,
            fix_imports: true,
            pickles: None,
            buffers: &[],
            buffers_of_second: None,
            sharing: true,
            strings: false,
            order: true,
        }
    }
}

impl Loading<'_> {
    fn options(&self) -> String {
        let digits = |buffers: &[Buffer]| -> String { buffers.iter().map(|b| if b.readonly { '1' } else { '0' }).collect() };
        let mut lines = format!(
            "readonly={}\nreadonly2={}\nsplit={}\n",
            digits(self.buffers),
            digits(self.buffers_of_second.unwrap_or(self.buffers)),
            self.buffers.len()
        );
        let mut line = |key: &str, value: &str| lines.push_str(&format!("{key}={value}\n"));
        if let Some(encoding) = self.encoding {
            line("encoding", encoding);
        }
        if let Some(errors) = self.errors {
            line("errors", errors);
        }
        if let Some(pickles) = self.pickles {
            line("pickles", &pickles.to_string());
        }
        for (key, on, value) in [
            ("fix_imports", self.fix_imports, "0"),
            ("sharing", self.sharing, "0"),
            ("order", self.order, "0"),
            ("strings", !self.strings, "1"),
        ] {
            if !on {
                line(key, value);
            }
        }
        lines
    }
}

/// A running interpreter. Started at the first question, and again after one that it did not survive.
pub struct Judge {
    python: Python,
    path: Vec<PathBuf>,
    script: &'static str,
    timeout: Duration,
    running: Option<Running>,
}

struct Running {
    child: Child,
    stdin: ChildStdin,
    answers: mpsc::Receiver<(u8, Vec<Vec<u8>>)>,
    stderr: Arc<Mutex<Vec<u8>>>,
}

impl Judge {
    pub fn new(python: &Python) -> Judge {
        let script = if python.version.0 == 2 { "judge2.py" } else { "judge.py" };
        Judge { python: python.clone(), path: Vec::new(), script, timeout: Duration::from_secs(120), running: None }
    }

    /// The judge of golden payloads, `tests/python/golden_judge.py`: it answers [`Judge::equal`] alone.
    pub fn golden(python: &Python) -> Judge {
        let mut judge = Judge::new(python);
        judge.script = "golden_judge.py";
        judge
    }

    /// Adds a directory to `PYTHONPATH`, such as one of [`venv`](super::venv).
    pub fn with_path(mut self, dir: impl Into<PathBuf>) -> Judge {
        self.path.push(dir.into());
        self
    }

    /// How long an answer may take; two minutes unless set.
    pub fn with_timeout(mut self, timeout: Duration) -> Judge {
        self.timeout = timeout;
        self
    }

    pub fn python(&self) -> &Python {
        &self.python
    }

    /// `3.11.7`.
    pub fn version(&mut self) -> Result<String, Trouble> {
        self.text(b'V', "", &[])
    }

    /// Nothing when both payloads load as the same graph, else one line that says where they differ or why the first
    /// or the second cannot be loaded.
    pub fn same(&mut self, a: &[u8], b: &[u8], loading: &Loading<'_>) -> Result<(), String> {
        let second = loading.buffers_of_second.unwrap_or(loading.buffers);
        let mut fields = vec![a, b];
        fields.extend(loading.buffers.iter().chain(second).map(|buffer| buffer.data.as_slice()));
        match self.text(b'E', &loading.options(), &fields) {
            Ok(line) if line.is_empty() => Ok(()),
            Ok(line) => Err(line),
            Err(trouble) => Err(trouble.to_string()),
        }
    }

    /// Nothing when two payloads of cloudpickle load as the same functions, classes and objects, and each of the calls, expressions
    /// of `x`, gives the same with both; else one line that says where they differ. `options` are those of `golden_judge.py`.
    pub fn equal(&mut self, a: &[u8], b: &[u8], options: &str, calls: &[String]) -> Result<(), String> {
        let calls = serde_json::to_vec(calls).expect("texts");
        match self.text(b'E', options, &[a, b, &calls]) {
            Ok(line) if line.is_empty() => Ok(()),
            Ok(line) => Err(line),
            Err(trouble) => Err(trouble.to_string()),
        }
    }

    /// `pickle.loads(payload)`, only to see whether it works.
    pub fn loads(&mut self, payload: &[u8], loading: &Loading<'_>) -> Result<(), Trouble> {
        self.ask_about(b'L', "", payload, loading).map(drop)
    }

    /// `pickle.dumps(pickle.loads(payload), protocol)`.
    pub fn dumps(&mut self, payload: &[u8], protocol: u8, loading: &Loading<'_>) -> Result<Vec<u8>, Trouble> {
        self.ask_about(b'D', &format!("protocol={protocol}\n"), payload, loading)
    }

    /// `repr(pickle.loads(payload))`, in UTF-8 with `surrogatepass`.
    pub fn repr(&mut self, payload: &[u8], loading: &Loading<'_>) -> Result<Vec<u8>, Trouble> {
        self.ask_about(b'R', "", payload, loading)
    }

    /// The text of `pickletools.dis`, as far as it came, and the message of the exception that stopped it.
    pub fn dis(&mut self, payload: &[u8], annotate: usize, indent: usize) -> Result<(String, Option<String>), Trouble> {
        let options = format!("annotate={annotate}\nindentlevel={indent}\n");
        let mut answer = self.ask(b'T', &options, &[payload])?.into_iter();
        let mut text = || String::from_utf8_lossy(&answer.next().unwrap_or_default()).into_owned();
        let (listing, why) = (text(), text());
        Ok((listing, Some(why).filter(|why| !why.is_empty())))
    }

    /// Runs Python source with the loaded payload as `x` and answers what it left in `r`: bytes as they are, text in
    /// UTF-8, anything else as its `repr`. Without a payload (`b""`) `x` is `None`.
    pub fn run(&mut self, payload: &[u8], source: &str, loading: &Loading<'_>) -> Result<Vec<u8>, Trouble> {
        let answer = self.ask(b'X', &loading.options(), &[payload, source.as_bytes()])?;
        Ok(answer.into_iter().next().unwrap_or_default())
    }

    /// [`run`](Judge::run) for sources whose result is text.
    pub fn eval(&mut self, payload: &[u8], expression: &str) -> Result<String, Trouble> {
        let answer = self.run(payload, &format!("r = ({expression})"), &Loading::default())?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    fn ask_about(&mut self, command: u8, more: &str, payload: &[u8], loading: &Loading<'_>) -> Result<Vec<u8>, Trouble> {
        let mut fields = vec![payload];
        fields.extend(loading.buffers.iter().map(|buffer| buffer.data.as_slice()));
        let answer = self.ask(command, &(loading.options() + more), &fields)?;
        Ok(answer.into_iter().next().unwrap_or_default())
    }

    fn text(&mut self, command: u8, options: &str, fields: &[&[u8]]) -> Result<String, Trouble> {
        let answer = self.ask(command, options, fields)?;
        Ok(answer.first().map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default())
    }

    fn ask(&mut self, command: u8, options: &str, fields: &[&[u8]]) -> Result<Vec<Vec<u8>>, Trouble> {
        let running = match &mut self.running {
            Some(running) => running,
            none => none.insert(
                start(&self.python, &self.path, self.script).map_err(|e| Trouble::Lost(format!("{}: {e}", self.python)))?,
            ),
        };
        let sent = send(&mut running.stdin, command, options, fields);
        match sent.map_err(|_| mpsc::RecvTimeoutError::Disconnected).and_then(|()| running.answers.recv_timeout(self.timeout)) {
            Ok((b'+', answer)) => Ok(answer),
            Ok((_, answer)) => {
                let mut texts = answer.iter().map(|text| String::from_utf8_lossy(text).into_owned());
                let message = texts.next().unwrap_or_default();
                Err(Trouble::Raised { message, traceback: texts.next().unwrap_or_default() })
            }
            Err(why) => Err(Trouble::Lost(self.lost(why))),
        }
    }

    /// Ends it, and says what became of it.
    fn lost(&mut self, why: mpsc::RecvTimeoutError) -> String {
        let Some(mut running) = self.running.take() else {
            return String::new();
        };
        if why == mpsc::RecvTimeoutError::Timeout {
            let _ = running.child.kill();
            let _ = running.child.wait();
            return format!("{}: no answer in {:?}", self.python, self.timeout);
        }
        let status = running.child.wait().map(|status| status.to_string()).unwrap_or_default();
        let text = running.stderr.lock().map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default();
        format!("{} ended: {status}\n{text}", self.python)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.stdin);
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

fn start(python: &Python, path: &[PathBuf], script: &str) -> io::Result<Running> {
    let mut command = python.command();
    if !path.is_empty() {
        command.env("PYTHONPATH", env::join_paths(path).map_err(io::Error::other)?);
    }
    let mut child =
        command.arg(scripts().join(script)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let missing = || io::Error::other("a pipe is missing");
    let stdin = child.stdin.take().ok_or_else(missing)?;
    let mut stdout = io::BufReader::new(child.stdout.take().ok_or_else(missing)?);
    let mut pipe = child.stderr.take().ok_or_else(missing)?;
    let (sender, answers) = mpsc::channel();
    thread::spawn(move || while receive(&mut stdout).is_ok_and(|answer| sender.send(answer).is_ok()) {});
    let stderr = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&stderr);
    thread::spawn(move || {
        let mut part = [0; 4096];
        while let Ok(n @ 1..) = pipe.read(&mut part) {
            let Ok(mut kept) = kept.lock() else { return };
            kept.extend_from_slice(&part[..n]);
            let surplus = kept.len().saturating_sub(8192);
            kept.drain(..surplus);
        }
    });
    Ok(Running { child, stdin, answers, stderr })
}

fn send(stdin: &mut ChildStdin, command: u8, options: &str, fields: &[&[u8]]) -> io::Result<()> {
    let len = |n: usize| u32::try_from(n).map(u32::to_le_bytes).map_err(io::Error::other);
    let mut request = vec![command];
    request.extend(len(fields.len() + 1)?);
    for field in [options.as_bytes()].iter().chain(fields) {
        request.extend(len(field.len())?);
        request.extend_from_slice(field);
    }
    stdin.write_all(&request)?;
    stdin.flush()
}

fn receive(stdout: &mut impl Read) -> io::Result<(u8, Vec<Vec<u8>>)> {
    fn number(stdout: &mut impl Read) -> io::Result<usize> {
        let mut bytes = [0; 4];
        stdout.read_exact(&mut bytes)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(io::Error::other)
    }
    let mut status = [0];
    stdout.read_exact(&mut status)?;
    let count = number(stdout)?;
    let mut fields = Vec::new();
    for _ in 0..count {
        let mut field = vec![0; number(stdout)?];
        stdout.read_exact(&mut field)?;
        fields.push(field);
    }
    Ok((status[0], fields))
}
