//! What it costs to open evidence and to ask it: `cargo bench --bench evidence [-- WORD ...]`.
//!
//! Every figure is a row of a Markdown table, with the bound that it is held against beside it. Words choose the rows
//! whose name holds one of them. The evidence is made once, in `CASEBOOK_BENCH_DIR` or `target/bench-data`.

mod child;
mod data;
mod figures;

use std::io::{self, Write as _};
use std::path::Path;

use child::ask;
use figures::{Figures, median};

/// So often is each thing done; the figure is the median.
const TIMES: usize = 5;

/// One row of the table.
struct Measurement {
    what: &'static str,
    bound: &'static str,
    how: &'static str,
    take: fn() -> anyhow::Result<String>,
}

const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        what: "CSV, first rows",
        bound: "100 ms",
        how: "wall time from the step `open` to its first rows",
        take: || first_rows(&data::csv()?),
    },
    Measurement {
        what: "CSV, whole, CPU",
        bound: "1.2 x",
        how: "CPU time of the step `open` over that of polars' own reader with its defaults (types of 100 rows, times \
              stay text), in turns",
        take: cpu_against_polars,
    },
    Measurement {
        what: "CSV, whole, memory",
        bound: "3 x the file",
        how: "most memory that a process held which opened the file (VmHWM)",
        take: memory_against_file,
    },
    Measurement {
        what: "CSV, stack",
        bound: "300 ms",
        how: "wall time of `stack columns=Account` on the opened table",
        take: || step(&["stack", "columns=Account"]),
    },
    Measurement {
        what: "CSV, sort",
        bound: "1 s",
        how: "wall time of `sort by=CommandLine` on the opened table",
        take: || step(&["sort", "by=CommandLine"]),
    },
    Measurement {
        what: "CSV, filter",
        bound: "500 ms",
        how: "wall time of `filter` with a number and a text that have to be equal",
        take: || step(&["filter", r"where=EventID = 4625 AND Account = 'NORD\user-17'"]),
    },
    Measurement {
        what: "CSV, text filter",
        bound: "500 ms",
        how: "wall time of `filter` with `has_text` over all ten columns",
        take: || step(&["filter", &format!("where=has_text('4242', {})", data::COLUMNS.join(", "))]),
    },
    Measurement {
        what: "Parquet of 10 million rows, first rows",
        bound: "100 ms",
        how: "wall time from the step `open` to its first rows",
        take: || first_rows(&data::parquet()?),
    },
];

fn main() -> anyhow::Result<()> {
    // Cargo adds --bench to what a person gives.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    match words.split_first() {
        Some((first, rest)) if first == child::FLAG => child::run(rest),
        _ => print_table(&words),
    }
}

fn print_table(words: &[String]) -> anyhow::Result<()> {
    let is_wanted = |what: &str| {
        let what = what.to_lowercase();
        words.is_empty() || words.iter().any(|word| what.contains(&word.to_lowercase()))
    };
    let mut out = io::stdout().lock();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    let cores = std::thread::available_parallelism()?;
    writeln!(out, "{cores} cores, load {load} before the start; medians of {TIMES}, the files being in memory.")?;
    if cfg!(debug_assertions) {
        writeln!(out, "This is a debug build: its figures say nothing.")?;
    }
    writeln!(out, "\n| what | figure | bound | how |\n|---|---|---|---|")?;
    let mut failed = Vec::new();
    for Measurement { what, bound, how, take } in MEASUREMENTS.iter().filter(|m| is_wanted(m.what)) {
        // One that fails costs its own row only.
        let figure = take().unwrap_or_else(|error| {
            failed.push(format!("{what}: {error}"));
            "failed".to_owned()
        });
        writeln!(out, "| {what} | {figure} | {bound} | {how} |")?;
    }
    anyhow::ensure!(failed.is_empty(), "{}", failed.join("; "));
    Ok(())
}

/// What `TIMES` processes that do the same say.
fn repeated(words: &[&str]) -> anyhow::Result<Vec<Figures>> {
    (0..TIMES).map(|_| ask(words)).collect()
}

fn first_rows(path: &Path) -> anyhow::Result<String> {
    let all = repeated(&["first", &path.display().to_string()])?;
    Ok(format!("{:.0} ms", median(all.iter().map(|f| f.wall_ms))))
}

/// Ours and polars' own, in turns, so that a machine that grows slower does so for both.
fn cpu_against_polars() -> anyhow::Result<String> {
    let path = data::csv()?.display().to_string();
    let turn = |_| Ok((ask(&["open", &path])?, ask(&["polars", &path])?));
    let all = (0..TIMES).map(turn).collect::<anyhow::Result<Vec<_>>>()?;
    let both = |of: fn(&Figures) -> f64| {
        (median(all.iter().map(|(ours, _)| of(ours))), median(all.iter().map(|(_, polars)| of(polars))))
    };
    let (ours, polars) = both(|f| f.cpu_ms);
    let (our_wall, wall) = both(|f| f.wall_ms);
    Ok(format!("{:.2} x ({ours:.0} ms to {polars:.0} ms; wall {our_wall:.0} ms to {wall:.0} ms)", ours / polars))
}

fn memory_against_file() -> anyhow::Result<String> {
    let path = data::csv()?;
    let file_mib = path.metadata()?.len() as f64 / 1024.0 / 1024.0;
    let all = repeated(&["open", &path.display().to_string()])?;
    let peak_mib = median(all.iter().map(|f| f.peak_kib)) / 1024.0;
    Ok(format!("{:.2} x ({peak_mib:.0} MiB to {file_mib:.0} MiB)", peak_mib / file_mib))
}

/// One process opens the table and does the step several times: opening anew for each would cost much and say nothing.
fn step(step: &[&str]) -> anyhow::Result<String> {
    let path = data::csv()?.display().to_string();
    let figures = ask(&[&["step", path.as_str()], step].concat())?;
    Ok(format!("{:.0} ms ({} rows)", figures.wall_ms, figures.n_rows))
}
