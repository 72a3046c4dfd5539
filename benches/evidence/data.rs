//! The evidence that is measured: process and logon events of Windows, drawn from a fixed seed and kept for later runs.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta};
use polars::prelude::*;

/// The columns in their order.
pub const COLUMNS: [&str; 10] = [
    "TimeGenerated",
    "EventID",
    "Computer",
    "Account",
    "LogonType",
    "IpAddress",
    "ProcessId",
    "CommandLine",
    "Bytes",
    "Level",
];

/// The names change with what is in the files, so that a file of an older generator is not taken for a new one.
const CSV: &str = "events-1.csv";
const PARQUET: &str = "events-1.parquet";

const N_ROWS: usize = 1_000_000;
/// The Parquet file has the CSV's rows so often, each time later.
const REPEATS: usize = 10;
const ROWS_IN_GROUP: usize = 256 * 1024;

/// Middle of the night of 2024-03-01, in milliseconds.
const START_MS: i64 = 1_709_251_200_000;

const COMMANDS: [&str; 10] = [
    r"C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule",
    r"C:\Windows\System32\wbem\wmiprvse.exe -secured -Embedding",
    r"C:\Windows\System32\taskhostw.exe /RegisterDevice",
    r"powershell.exe -NoProfile -File C:\Scripts\inventory.ps1",
    r"cmd.exe /c dir C:\Users, C:\Windows\Temp, C:\ProgramData",
    r"rundll32.exe shell32.dll,Control_RunDLL timedate.cpl,,0",
    r"msiexec.exe /i C:\Windows\Installer\agent.msi /qn",
    r"net.exe use \\fileserver\share /persistent:no",
    r#""C:\Program Files\Agent\agent.exe" --once --quiet"#,
    r"/usr/sbin/cron -f -L 15",
];

/// `SplitMix64`: small, without hidden state, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        // The upper half times the bound stays below 2^64, and its upper half below the bound.
        let scaled = (self.next() >> 32) * u64::from(bound);
        u32::try_from(scaled >> 32).unwrap_or(0)
    }

    fn pick<T: Copy, const N: usize>(&mut self, items: [T; N]) -> T {
        items[self.below(u32::try_from(N).unwrap_or(1)) as usize]
    }
}

/// A million rows of CSV, about 165 MB.
pub fn csv() -> anyhow::Result<PathBuf> {
    once(CSV, write_csv)
}

/// The same rows ten times over, as Parquet.
pub fn parquet() -> anyhow::Result<PathBuf> {
    let csv = csv()?;
    once(PARQUET, |path| write_parquet(&csv, path))
}

/// A file of the folder, made where it is not there yet; one that was not made to its end has another name.
fn once(name: &str, make: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<PathBuf> {
    let beside_build = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-data");
    let folder = std::env::var_os("CASEBOOK_BENCH_DIR").map_or_else(beside_build, PathBuf::from);
    let path = folder.join(name);
    if !path.exists() {
        fs::create_dir_all(&folder)?;
        let unfinished = folder.join(format!("{name}.unfinished"));
        make(&unfinished)?;
        fs::rename(&unfinished, &path)?;
    }
    Ok(path)
}

fn write_csv(path: &Path) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    writeln!(out, "{}", COLUMNS.join(","))?;
    let (mut chance, mut time_ms) = (Chance(0x0ca5_eb00), START_MS);
    for _ in 0..N_ROWS {
        time_ms += i64::from(chance.below(2_000));
        write_row(&mut out, &mut chance, time_ms)?;
    }
    out.flush()?;
    Ok(())
}

fn write_row(out: &mut impl Write, chance: &mut Chance, time_ms: i64) -> anyhow::Result<()> {
    let time = DateTime::from_timestamp_millis(time_ms).unwrap_or_default();
    let event = chance.pick([4624, 4624, 4625, 4688]);
    let (host, user) = (chance.below(400), chance.below(5_000));
    let logon = chance.pick([2, 3, 3, 5, 10]);
    let ip = [chance.below(256), chance.below(256), 1 + chance.below(254)];
    let process = 4 * (1 + chance.below(16_000));
    let command = chance.pick(COMMANDS).replace('"', "\"\"");
    let (job, bytes) = (chance.below(100_000), chance.below(1_000_000_000));
    let level = chance.pick(["Info", "Info", "Info", "Warning", "Error"]);
    writeln!(
        out,
        "{},{event},HOST-{host:03}.nord.example,NORD\\user-{user},{logon},10.{}.{}.{},0x{process:x},\
         \"{command} id={job}\",{bytes},{level}",
        time.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
        ip[0],
        ip[1],
        ip[2],
    )?;
    Ok(())
}

fn write_parquet(csv: &Path, path: &Path) -> anyhow::Result<()> {
    let df = CsvReadOptions::default().try_into_reader_with_file_path(Some(csv.to_owned()))?.finish()?;
    let format = StrptimeOptions { format: Some("%Y-%m-%dT%H:%M:%S%.3fZ".into()), ..StrptimeOptions::default() };
    let time = col(COLUMNS[0]).str().to_datetime(Some(TimeUnit::Microseconds), None, format, lit("raise"));
    let df = df.lazy().with_column(time).collect()?;
    let mut all = DataFrame::empty_with_schema(df.schema());
    for repeat in 0..REPEATS {
        // Rows are at most two seconds apart, so that each repetition begins where the one before it has ended.
        let later = TimeDelta::seconds(i64::try_from(2 * N_ROWS * repeat)?);
        all.vstack_mut(&df.clone().lazy().with_column(col(COLUMNS[0]) + lit(later)).collect()?)?;
    }
    let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let writer = ParquetWriter::new(out).with_compression(ParquetCompression::Zstd(None));
    let mut writer = writer.batched(all.schema())?;
    for start in (0..all.height()).step_by(ROWS_IN_GROUP) {
        // A row group is written for each chunk.
        let mut group = all.slice(i64::try_from(start)?, ROWS_IN_GROUP);
        writer.write_batch(group.rechunk_mut())?;
    }
    writer.finish()?;
    Ok(())
}
