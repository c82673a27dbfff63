//! A Redis server for a test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use crate::server::{Server, free_port};
use crate::tools::program;

/// A `redis-server` without a file, on a free port.
#[derive(Debug)]
pub struct Redis {
    port: u16,
    _server: Server,
}

impl Redis {
    /// Starts one; where it is not installed, root installs Debian's package `redis-server`.
    ///
    /// # Errors
    ///
    /// What is missing, or what kept it from starting.
    pub fn start() -> Result<Self, String> {
        let path = program("redis-server", "redis-server")?;
        let mut last = String::new();
        // Somebody else may take a free port first.
        for _ in 0..3 {
            let port = free_port();
            let mut command = Command::new(&path);
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port"]).arg(port.to_string());
            match Server::start("redis", &command, |_| answers(port), Duration::from_secs(20)) {
                Ok(server) => return Ok(Self { port, _server: server }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The address of one of its databases: `redis://127.0.0.1:6390/1`.
    #[must_use]
    pub fn url(&self, database: u8) -> String {
        format!("redis://127.0.0.1:{}/{database}", self.port)
    }
}

fn answers(port: u16) -> bool {
    let ping = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(answer == *b"+PONG")
    };
    ping().unwrap_or(false)
}
