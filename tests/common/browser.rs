//! A browser without a window: Debian's chromium, driven over ChromeDriver's HTTP interface (W3C WebDriver).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

/// Whether chromium and its driver are there; where they are not, Debian's packages are installed if that can be done.
pub fn available() -> bool {
    let there = || Command::new("chromedriver").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if there() {
        return true;
    }
    let install =
        "test \"$(id -u)\" = 0 && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y chromium chromium-driver";
    println!("chromium is not there: trying apt-get install chromium chromium-driver");
    let _ = Command::new("sh").args(["-c", install]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    there()
}

/// A browser with one window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    profile: PathBuf,
}

impl Browser {
    /// Starts a browser with a new profile below `dir`.
    pub fn start(dir: &Path) -> Self {
        let profile = dir.join(format!("chromium-{}", std::process::id()));
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("a port").port();
        drop(free);
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut browser = Self { driver, port, session: String::new(), profile };
        let start = Instant::now();
        while browser.request("GET", "/status", None).is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "chromedriver does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut args: Vec<String> =
            "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
            --disable-component-update --disable-sync --window-size=1400,860"
                .split_whitespace()
                .map(str::to_owned)
                .collect();
        args.push(format!("--user-data-dir={}", browser.profile.display()));
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": args},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let answer = browser.request("POST", "/session", Some(wanted)).expect("a session");
        browser.session = answer["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}")).to_owned();
        browser
    }

    fn request(&self, method: &str, path: &str, body: Option<Json>) -> Option<Json> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(120))).ok()?;
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok()?;
        let mut answer = Vec::new();
        let mut chunk = [0; 65536];
        // As long as the head says: the driver may keep the connection.
        loop {
            let text = String::from_utf8_lossy(&answer);
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length =
                    head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
                if length.is_some_and(|length: usize| body.len() >= length) {
                    let value: Json = serde_json::from_str(body).ok()?;
                    return Some(value["value"].clone());
                }
            }
            match stream.read(&mut chunk).ok()? {
                0 => return None,
                count => answer.extend_from_slice(&chunk[..count]),
            }
        }
    }

    fn command(&self, path: &str, body: Json) -> Json {
        let path = format!("/session/{}{path}", self.session);
        let answer = self.request("POST", &path, Some(body)).unwrap_or_else(|| panic!("no answer to {path}"));
        assert!(answer.get("error").is_none(), "{path}: {answer}");
        answer
    }

    /// Opens a page.
    pub fn open(&self, url: &str) {
        self.command("/url", json!({"url": url}));
    }

    /// Runs a script in the page; gives what it returns.
    pub fn run(&self, script: &str) -> Json {
        self.command("/execute/sync", json!({"script": script, "args": []}))
    }

    /// Clicks on the element that a selector finds, as a mouse would.
    pub fn click(&self, selector: &str) {
        let found = self.command("/element", json!({"using": "css selector", "value": selector}));
        let id =
            found.as_object().and_then(|element| element.values().next()).and_then(Json::as_str).expect("an element").to_owned();
        self.command(&format!("/element/{id}/click"), json!({}));
    }

    /// What the console, or the network, has logged since it was last asked.
    pub fn log(&self, kind: &str) -> Vec<Json> {
        self.command("/se/log", json!({"type": kind})).as_array().cloned().unwrap_or_default()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.request("DELETE", &format!("/session/{}", self.session), None);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
