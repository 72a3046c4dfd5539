#!/usr/bin/env python3
"""Has casebook, MSTICPy and ripgrep find indicators, unpack Base64 and sort addresses, and prints Markdown tables.

The files are made anew from a fixed seed, and what was put into them is known, so that speed and findings are compared
in one run. See README.md beside this file for what the columns mean, and for what the three do not do alike.
"""

import argparse
import collections.abc
import csv
import dataclasses
import functools
import json
import os
import pathlib
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

from cells import Planted, address, command_line, message

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 20210503
# A run that takes longer than this many CPU seconds is not repeated.
LONG = 60.0
# A run that takes at most this many is done twice in each round.
SHORT = 5.0

# A finding: the row, the type and the value; what an operation does not say is empty.
Finding = tuple[str, str, str]

# The types that casebook looks for unless told otherwise, as a person would ask ripgrep for them. Of two that begin at
# the same place the first wins, and what was found is not looked into again, so that a URL gives no host.
RG_PATTERNS = {
    "url": r"\b(?:https?|ftps?|sftp|wss?|ldaps?|smb|ssh|tcp|udp|git|file|rtsp|ircs?)://[^\s\"'<>]+",
    "email": r"\b[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24}\b",
    "onion": r"\b[a-z2-7]{16}(?:[a-z2-7]{40})?\.onion\b",
    "mac_address": r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b",
    "ipv6": r"\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b|\b(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}\b",
    "ipv4": r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b",
    "ssdeep": r"\b\d{1,10}:[A-Za-z0-9/+]{6,64}:[A-Za-z0-9/+]{6,64}",
    "sha512_hash": r"\b[0-9A-Fa-f]{128}\b",
    "sha256_hash": r"\b[0-9A-Fa-f]{64}\b",
    "sha1_hash": r"\b[0-9A-Fa-f]{40}\b",
    "md5_hash": r"\b[0-9A-Fa-f]{32}\b",
    "cve": r"\b(?i:CVE)-\d{4}-\d{4,7}\b",
    "asn": r"\bAS\d{1,10}\b",
    "cryptocurrency": r"\b(?:bc1[02-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9A-Fa-f]{40})\b",
    "registry_key": r"\b(?:HKLM|HKCU|HKCR|HKU|HKCC|HKEY_[A-Z_]+):?\\[^\s\"']+",
    "dns": r"\b(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,24}\b",
}


@dataclasses.dataclass(frozen=True)
class Work:
    """What is asked of the programs, and where their findings stand in what they write; both use the same names."""

    operation: str
    title: str
    column: str
    n_cells: int
    cell: collections.abc.Callable[[random.Random], tuple[str, Planted]]
    row_column: str | None
    type_column: str | None
    value_column: str


@dataclasses.dataclass
class Run:
    """One run: CPU seconds of the process and how many of them were its start, and the most memory it held, in MiB."""

    cpu: float
    start: float
    peak: float


@dataclasses.dataclass
class Result:
    """The runs of a program at a work, and the file with its findings."""

    work: Work
    program: str
    runs: list[Run]
    output: pathlib.Path


class Refused(Exception):
    """A program that could not do what it was asked, with what it said."""


# --- the files -------------------------------------------------------------------------------------------------------


WORKS = [
    Work("extract-iocs", "messages", "SyslogMessage", 100_000, message, "SourceIndex", "IoCType", "Observable"),
    Work("unpack-base64", "command lines", "CommandLine", 10_000, command_line, "src_index", None, "decoded_string"),
    Work("ip-type", "addresses", "ip", 100_000, address, None, "ip_type", "ip"),
]


def make(work: Work, folder: pathlib.Path, n_cells: int) -> tuple[pathlib.Path, pathlib.Path]:
    """Writes the file of a work, and beside it what was put in; neither is held in memory (see README, most memory)."""
    rng = random.Random(SEED)
    cells, planted = folder / f"{work.operation}.csv", folder / f"{work.operation}-planted.csv"
    with cells.open("w", newline="") as cells_file, planted.open("w", newline="") as planted_file:
        cell_rows = csv.writer(cells_file, lineterminator="\n")
        planted_rows = csv.writer(planted_file, lineterminator="\n")
        cell_rows.writerow([work.column])
        for row in range(n_cells):
            text, inside = work.cell(rng)
            cell_rows.writerow([text])
            planted_rows.writerows((row if work.row_column else "", kind, value) for kind, value in inside)
    return cells, planted


# --- the programs ----------------------------------------------------------------------------------------------------


class Measured:
    """Runs programs one after the other in an empty home folder."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        home = folder / "home"
        home.mkdir(exist_ok=True)
        config = home / "msticpyconfig.yaml"
        config.write_text("{}\n")
        self.environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        self.environment |= {"MSTICPYCONFIG": str(config)}

    def run(self, command: list[str], stdout: pathlib.Path | None = None) -> Run:
        """Runs a program to its end. What it prints goes to a file, so that nobody has to read along."""
        said = self.folder / "stderr.txt"
        with (stdout or pathlib.Path(os.devnull)).open("wb") as out, said.open("wb") as err:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=self.environment, cwd=self.folder
            )
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            lines = said.read_text(errors="replace").strip().splitlines()
            # A traceback ends with what went wrong; a usage message begins with it.
            why = [line for line in lines if line.startswith("error")] or lines[-1:] or ["without a word"]
            raise Refused(f"exit {process.returncode}, {why[0][:200]}")
        return Run(usage.ru_utime + usage.ru_stime, 0.0, usage.ru_maxrss / 1024)


def casebook(measured: Measured, program: str, work: Work, cells: pathlib.Path, output: pathlib.Path) -> Run:
    return measured.run([program, "do", work.operation, "--column", work.column, str(cells), "-o", str(output)])


def msticpy(measured: Measured, python: str, work: Work, cells: pathlib.Path, output: pathlib.Path) -> Run:
    start = measured.folder / "start.json"
    this = str(pathlib.Path(__file__).resolve())
    run = measured.run([python, this, "--inside-msticpy", work.operation, str(cells), str(output), str(start)])
    run.start = json.loads(start.read_text())["start"]
    return run


def ripgrep(measured: Measured, program: str, cells: pathlib.Path, output: pathlib.Path) -> Run:
    patterns = [word for pattern in RG_PATTERNS.values() for word in ("-e", pattern)]
    # The patterns are ASCII, and so is the file: without Unicode ripgrep is at its fastest.
    flags = ["--no-config", "--only-matching", "--no-filename", "--no-line-number", "--no-unicode", "--color=never"]
    return measured.run([program, *flags, *patterns, str(cells)], stdout=output)


def afresh(run: collections.abc.Callable[..., Run], measured: Measured, work: Work, cells: pathlib.Path, output: pathlib.Path) -> Run:
    """A run that finds no file of an earlier one: to take that away is work of the kernel that no one asked for."""
    output.unlink(missing_ok=True)
    return run(measured, work, cells, output)


def version_of(command: list[str]) -> str | None:
    """The number in what the program says of itself; None where it is not installed."""
    if shutil.which(command[0]) is None:
        return None
    said = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    number = re.search(r"\d+(\.\d+)+", said.stdout)
    return number.group() if said.returncode == 0 and number else None


def in_turns(times: int, programs: dict[str, collections.abc.Callable[[], Run]]) -> tuple[dict, dict]:
    """The runs of each program, and why one would not. They take turns, since a machine that others use changes its
    speed by the minute; a short one goes again after each round, so that it is measured on both sides of a long one."""
    runs, refused = {program: [] for program in programs}, {}

    def go(program: str) -> None:
        try:
            runs[program].append(programs[program]())
        except Refused as why:
            refused[program] = why

    for turn in range(times):
        for program in programs:
            if program not in refused and (turn == 0 or runs[program][0].cpu <= LONG):
                go(program)
        for program in programs:
            if program not in refused and runs[program][0].cpu <= SHORT:
                go(program)
    return runs, refused


# --- within MSTICPy's Python -----------------------------------------------------------------------------------------


def inside_msticpy(operation: str, cells: str, output: str, start: str) -> None:
    """Does a work with MSTICPy, and writes how many CPU seconds were gone before it began."""
    sys.addaudithook(forbid_network)
    import logging

    import pandas
    import tldextract.tldextract

    # Without addresses to fetch from, and without a cache, it reads the list that it brings.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
    tldextract.extract("example.com")
    do = {"extract-iocs": msticpy_extract, "unpack-base64": msticpy_unpack, "ip-type": msticpy_ip_type}[operation]()
    # It logs an exception for each value that is no address; nobody reads them here.
    logging.disable(logging.CRITICAL)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    pathlib.Path(start).write_text(json.dumps({"start": usage.ru_utime + usage.ru_stime}))
    data = pandas.read_csv(cells, dtype=str, keep_default_na=False)
    do(data).to_csv(output, index=False)


def forbid_network(event: str, arguments: tuple) -> None:
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        # Libraries catch errors of sockets and go on without; they do not catch this.
        raise SystemExit(f"error: nothing may go to the network, but {event} was called with {arguments}")


def msticpy_extract():
    from msticpy.transform.iocextract import IoCExtract

    extractor = IoCExtract()
    return lambda data: extractor.extract(data=data, columns=["SyslogMessage"])


def msticpy_unpack():
    from msticpy.transform import base64unpack

    return lambda data: base64unpack.unpack_df(data=data, column="CommandLine")


def msticpy_ip_type():
    # What its users call on a column of a table; the bare function on each value is some twenty times as fast, but has no
    # way to go over a table.
    from msticpy.datamodel import entities
    from msticpy.init.pivot import Pivot

    Pivot().reload_pivots()
    return lambda data: entities.IpAddress.util.ip_type(data=data, column="ip").rename(columns={"result": "ip_type"})


# --- the tables ------------------------------------------------------------------------------------------------------


def findings_of(work: Work, path: pathlib.Path) -> set[Finding]:
    """The different findings in what a program wrote; a row without a type found nothing."""
    with path.open(newline="", errors="replace") as file:
        found = set()
        for row in csv.DictReader(line.replace("\0", "\ufffd") for line in file):
            where = row[work.row_column] if work.row_column else ""
            what = row[work.type_column] if work.type_column else "script"
            if what:
                found.add((where, what, row[work.value_column]))
        return found


def planted_in(path: pathlib.Path) -> set[Finding]:
    with path.open(newline="") as file:
        return {(row, kind, value) for row, kind, value in csv.reader(file)}


def cost_row(result: Result, ours: Result | None) -> str:
    cpu, start = (statistics.median(values) for values in zip(*((run.cpu, run.start) for run in result.runs)))
    peak = statistics.median(run.peak for run in result.runs)
    times = "-"
    if ours is not None and ours is not result:
        base = statistics.median(run.cpu for run in ours.runs)
        times = f"{(cpu - start) / base:.1f} x" + (f" ({cpu / base:.1f} x with its start)" if start else "")
    begun = f"{start:.2f} s" if start else "-"
    memory = f"{peak:.0f} MiB"
    cells = [result.work.operation, result.program, f"{cpu:.2f} s", begun, f"{cpu - start:.2f} s", times, memory]
    return f"| {' | '.join(cells)} |"


def cost_table(results: list[Result]) -> str:
    lines = ["| work | program | CPU in all | start | CPU of the work | to casebook's | most memory |"]
    lines.append("|---|---|---|---|---|---|---|")
    for result in results:
        same_work = (other for other in results if other.work is result.work and other.program.startswith("casebook"))
        lines.append(cost_row(result, next(same_work, None)))
    return "\n".join(lines)


def found_table(work: Work, planted: set[Finding], results: list[Result]) -> str:
    """For each type what was put in, and of each program how much of that it found and what it found besides."""
    found = {result.program: findings_of(work, result.output) for result in results}
    lines = [f"| {work.operation} | put in | {' | '.join(found)} |", "|---|---|" + "---|" * len(found)]
    kinds = {kind for finding in (planted, *found.values()) for _, kind, _ in finding}
    for kind in sorted(kinds):
        asked = {finding for finding in planted if finding[1] == kind}
        cells = []
        for theirs in found.values():
            of_kind = {finding for finding in theirs if finding[1] == kind}
            cells.append(f"{len(of_kind & asked):,} and {len(of_kind - asked):,} others")
        lines.append(f"| {kind} | {len(asked):,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def matches_remark(result: Result) -> str:
    with result.output.open("rb") as file:
        n_matches = sum(1 for _ in file)
    return f"{result.program}: {n_matches:,} matches of {len(RG_PATTERNS)} patterns, of no known type."


# --- the run ---------------------------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--casebook", default=str(ROOT / "target/release/casebook"), help="our program (%(default)s)")
    parser.add_argument("--msticpy", metavar="PYTHON", help="the Python of a virtual environment that has MSTICPy")
    parser.add_argument("--rg", default="rg", help="ripgrep (%(default)s)")
    parser.add_argument("--first", type=int, metavar="N", help="at most N cells of each work")
    parser.add_argument("--times", type=int, default=3, help="rounds, in each of which every program runs, short ones twice (%(default)s)")
    parser.add_argument("--only", default="", help="works whose name holds this text")
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER", help="leave the files and the findings here")
    parser.add_argument("--inside-msticpy", nargs=4, help=argparse.SUPPRESS)
    return parser.parse_args()


def programs(asked: argparse.Namespace, remarks: list[str]) -> dict[str, collections.abc.Callable[..., Run]]:
    """The programs that are there, by name and version, and how each is run."""
    ask_msticpy = "import importlib.metadata as m; print(m.version('msticpy'))"
    # The virtual environment is known by the path as it was given: a resolved link would leave it.
    ours, python = os.path.abspath(asked.casebook), asked.msticpy and os.path.abspath(asked.msticpy)
    there = {}
    if version := version_of([ours, "--version"]):
        there[f"casebook {version}"] = lambda m, work, cells, out: casebook(m, ours, work, cells, out)
    if python and (version := version_of([python, "-c", ask_msticpy])):
        there[f"MSTICPy {version}"] = lambda m, work, cells, out: msticpy(m, python, work, cells, out)
    if version := version_of([asked.rg, "--version"]):
        there[f"ripgrep {version}"] = lambda m, work, cells, out: ripgrep(m, asked.rg, cells, out)
    for name, how in [("casebook", "--casebook"), ("MSTICPy", "--msticpy PYTHON"), ("ripgrep", "--rg")]:
        if not any(program.startswith(name) for program in there):
            remarks.append(f"{name} is not there and was left out: say where it is with {how}.")
    return there


def measure(asked: argparse.Namespace, folder: pathlib.Path, remarks: list[str]) -> tuple[list[Result], dict]:
    measured, there, results, planted = Measured(folder), programs(asked, remarks), [], {}
    for work in (work for work in WORKS if asked.only in work.operation):
        n_cells = min(work.n_cells, asked.first or work.n_cells)
        cells, planted[work.operation] = make(work, folder, n_cells)
        print(f"- {work.operation}: {n_cells:,} {work.title}, {cells.stat().st_size / 2**20:.1f} MiB", flush=True)
        turns, outputs = {}, {}
        for program, run in there.items():
            if program.startswith("ripgrep") and work.operation != "extract-iocs":
                continue
            output = outputs[program] = folder / f"{work.operation}-{program.split()[0].lower()}-found.csv"
            turns[program] = functools.partial(afresh, run, measured, work, cells, output)
        runs, refused = in_turns(asked.times, turns)
        results += [Result(work, program, runs[program], outputs[program]) for program in turns if runs[program]]
        remarks += [f"{program} did not do {work.operation}: {why}" for program, why in refused.items()]
    return results, planted


def report(results: list[Result], planted: dict, remarks: list[str]) -> None:
    print(f"\n{cost_table(results)}")
    # Only now is anything large held in memory.
    for work in WORKS:
        tables = [result for result in results if result.work is work and not result.program.startswith("ripgrep")]
        if tables:
            print(f"\n{found_table(work, planted_in(planted[work.operation]), tables)}")
    remarks += [matches_remark(result) for result in results if result.program.startswith("ripgrep")]
    for remark in remarks:
        print(f"\n{remark}")


def main() -> None:
    asked = arguments()
    if asked.inside_msticpy:
        inside_msticpy(*asked.inside_msticpy)
        return
    csv.field_size_limit(2**30)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} before; medians of {asked.times} rounds.\n", flush=True)
    remarks: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep.resolve() if asked.keep else pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report(*measure(asked, folder, remarks), remarks)


if __name__ == "__main__":
    main()
