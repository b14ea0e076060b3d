//! The load: wrk on a core of its own, which sends prepared requests in turn.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Done;
use super::contestant::LOAD_CORE;

/// Connections that ask at a time.
const CONNECTIONS: u32 = 32;

/// What one round showed.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub requests: f64,
    pub per_second: f64,
    pub p50: f64,
    pub p99: f64,
}

/// Sends each line of a file as `Authorization`. All requests are put together before the clock runs: what is sent
/// costs the same for every server.
const SCRIPT: &str = r#"
local requests, count, i = {}, 0, 0
function init(args)
  for line in io.lines(LINES) do
    count = count + 1
    requests[count] = HEAD .. "Authorization: " .. line .. "\r\n\r\n"
  end
  collectgarbage("stop")
end
function request()
  i = i % count + 1
  return requests[i]
end
function done(summary, latency)
  local e = summary.errors
  print(string.format("ROUND %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"#;

/// A prepared load.
#[derive(Debug)]
pub struct Load {
    script: PathBuf,
}

impl Load {
    /// `head` is the request line and all fields but the last.
    pub fn new(place: &Path, name: &str, head: &str, authorizations: &[String]) -> Done<Self> {
        let (script, lines) = (place.join(format!("{name}.lua")), place.join(format!("{name}.txt")));
        let mut file = std::io::BufWriter::new(fs::File::create(&lines)?);
        for value in authorizations {
            writeln!(file, "{value}")?;
        }
        file.flush()?;
        let mut text = String::new();
        // Rust's escapes of visible ASCII and line ends are Lua's.
        writeln!(text, "local HEAD, LINES = {head:?}, {:?}\n{SCRIPT}", lines.display().to_string())?;
        fs::write(&script, text)?;
        Ok(Self { script })
    }

    /// Asks for so many seconds. An answer that is not 200 is an error: a benchmark of refusals would be a fast one.
    pub fn run(&self, address: &str, seconds: u64) -> Done<Round> {
        let out = Command::new("taskset")
            .args([
                "-c",
                LOAD_CORE,
                "wrk",
                "-t1",
                "--timeout",
                "60s",
                &format!("-c{CONNECTIONS}"),
                &format!("-d{seconds}s"),
                "-s",
            ])
            .arg(&self.script)
            .arg(format!("http://{address}/"))
            .output()?;
        let text = String::from_utf8_lossy(&out.stdout);
        let line = text.lines().find_map(|line| line.strip_prefix("ROUND "));
        let line = line.ok_or_else(|| format!("wrk: {text}{}", String::from_utf8_lossy(&out.stderr)))?;
        let figures: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [requests, microseconds, p50, p99, errors] = figures[..] else { return Err(line.into()) };
        if errors > 0.0 {
            return Err(format!("{errors} of {requests} requests to {address} went wrong").into());
        }
        Ok(Round { requests, per_second: requests / microseconds * 1e6, p50, p99 })
    }
}
