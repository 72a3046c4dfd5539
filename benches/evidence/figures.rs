//! The numbers of one process: how they are taken, and the line in which a child hands them on.

use std::fmt;
use std::str::FromStr;
use std::time::Instant;

use anyhow::Context as _;

/// What a piece of work cost.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    pub wall_ms: f64,
    /// User and system time of all threads, in steps of 10 ms.
    pub cpu_ms: f64,
    /// The most memory that the process ever held.
    pub peak_kib: f64,
    pub n_rows: usize,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.wall_ms, self.cpu_ms, self.peak_kib, self.n_rows)
    }
}

impl FromStr for Figures {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [wall_ms, cpu_ms, peak_kib, n_rows] = words.as_slice() else {
            anyhow::bail!("no line of figures: '{text}'");
        };
        Ok(Self {
            wall_ms: wall_ms.parse()?,
            cpu_ms: cpu_ms.parse()?,
            peak_kib: peak_kib.parse()?,
            n_rows: n_rows.parse()?,
        })
    }
}

/// Does `work` and gives what it cost with what it made, which is thus let go of only after the clock was read.
pub fn measured<T>(
    work: impl FnOnce() -> anyhow::Result<T>,
    n_rows: impl FnOnce(&T) -> usize,
) -> anyhow::Result<(Figures, T)> {
    let (start, cpu_before) = (Instant::now(), cpu_ms()?);
    let made = work()?;
    let wall_ms = start.elapsed().as_secs_f64() * 1000.0;
    let figures = Figures { wall_ms, cpu_ms: cpu_ms()? - cpu_before, peak_kib: peak_kib()?, n_rows: n_rows(&made) };
    Ok((figures, made))
}

/// The middle one of an odd number of figures.
pub fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_unstable_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

/// CPU time of this process so far. The kernel counts it for us in hundredths of a second.
fn cpu_ms() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("CPU time is known only where there is a /proc")?;
    // The second field is the program's name, which may hold blanks; user and system time are the 14th and 15th.
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = behind_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? * 10.0)
}

fn peak_kib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the kernel says no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim_end().parse()?)
}
