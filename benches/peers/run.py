#!/usr/bin/env python3
"""Opens one CSV in casebook and in its rivals, each in a terminal of its own, and prints a Markdown table.

See README.md beside this file for what the columns mean.
"""

import argparse
import csv
import dataclasses
import fcntl
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS, COLUMNS = 36, 132
# What terminals answer: a program that asks would otherwise wait, and be measured waiting.
ANSWERS = {b"\x1b[6n": b"\x1b[1;1R", b"\x1b[c": b"\x1b[?1;2c", b"\x1b[0c": b"\x1b[?1;2c", b"\x1b[>c": b"\x1b[>0;0;0c"}
# Control sequences, titles and other strings, character sets, and the short ones.
ESCAPES = re.compile(
    rb"\x1b\[[0-9;:?<>=!]*[ -/]*[@-~]"
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\"
    rb"|\x1b[()][0-9A-B]|\x1b[=>78MDE]"
)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Peer:
    """A program, how it opens FILE, and what tells that it is installed (its version)."""

    name: str
    command: list[str]
    version: list[str]
    # A program that prints and ends is not one that a person can walk in.
    walks: bool = True


@dataclasses.dataclass
class Run:
    """One start of a program: seconds to its first screen and until it rests, and the most memory it held, in MiB."""

    first: float | None
    rest: float | None
    peak: float


def peers(casebook: str) -> list[Peer]:
    whole = "import polars, sys; print(*polars.read_csv(sys.argv[1]).head(50).rows(), sep='\\n')"
    return [
        Peer("casebook", [casebook, "open", "FILE"], [casebook, "--version"]),
        Peer("VisiData", ["vd", "FILE"], ["vd", "--version"]),
        Peer("lnav", ["lnav", "FILE"], ["lnav", "-V"]),
        Peer("csvlens", ["csvlens", "FILE"], ["csvlens", "--version"]),
        Peer("qsv lens", ["qsv", "lens", "FILE"], ["qsv", "--version"]),
        Peer("xan view", ["xan", "view", "FILE"], ["xan", "--version"], walks=False),
        Peer(
            "polars in Python, whole",
            [sys.executable, "-c", whole, "FILE"],
            [sys.executable, "-c", "import polars; print(polars.__version__)"],
            walks=False,
        ),
    ]


def version_of(peer: Peer) -> str | None:
    """The number in what the program says of itself; None where it is not installed."""
    if shutil.which(peer.version[0]) is None:
        return None
    said = subprocess.run(peer.version, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    number = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return number.group() if said.returncode == 0 and number else None


def marks_of(path: pathlib.Path) -> set[bytes]:
    """Cells of the first and last rows by which a screen is known to show the data: some programs begin at the end."""
    with path.open("rb") as file:
        head = [file.readline() for _ in range(6)][1:]
        file.seek(max(0, path.stat().st_size - 4096))
        tail = file.read().splitlines()[1:][-ROWS:]
    cells = csv.reader(line.decode("utf-8", "replace") for line in head + tail)
    # Long cells may be cut on the screen, and short ones may be there by chance.
    return {cell.encode() for row in cells for cell in row if 10 <= len(cell) <= 24 and " " not in cell}


def cpu_seconds(pid: int) -> float:
    stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / TICKS


class Terminal:
    """A program in a terminal, and what it has drawn so far."""

    def __init__(self, command: list[str], home: str):
        self.start = time.monotonic()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {"HOME": home, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=home, preexec_fn=own_terminal
        )
        os.close(slave)
        self.drawn = b""
        self.is_open = True

    def seconds(self) -> float:
        return time.monotonic() - self.start

    def read(self, patience: float) -> None:
        """Takes what was drawn, and answers what was asked."""
        if not select.select([self.master], [], [], patience)[0]:
            return
        try:
            drawn = os.read(self.master, 1 << 16)
        except OSError:
            drawn = b""
        self.is_open = bool(drawn)
        # An escape that was cut in two is whole again with the end of what came before.
        self.drawn = self.drawn[-(1 << 16) :] + drawn
        for question, answer in ANSWERS.items():
            if question in drawn:
                os.write(self.master, answer * drawn.count(question))

    def shows(self, marks: set[bytes]) -> bool:
        plain = ESCAPES.sub(b"", self.drawn)
        return any(mark in plain for mark in marks)

    def end(self) -> float:
        """Ends the program; gives the most memory that it held, in MiB."""
        if self.is_open:
            os.killpg(self.process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        os.close(self.master)
        return usage.ru_maxrss / 1024


def run(peer: Peer, path: pathlib.Path, marks: set[bytes], patience: float) -> Run:
    with tempfile.TemporaryDirectory() as home:
        terminal = Terminal([str(path) if word == "FILE" else word for word in peer.command], home)
        first = None
        while first is None and terminal.is_open and terminal.seconds() < patience:
            terminal.read(0.2)
            first = terminal.seconds() if terminal.shows(marks) else None
        rest = None if first is None else until_rest(terminal, patience)
        return Run(first, rest, terminal.end())


def until_rest(terminal: Terminal, patience: float) -> float | None:
    """Seconds until the program ended, or began a second in which it used next to no CPU; None if it never did."""
    looks = [(terminal.seconds(), cpu_seconds(terminal.process.pid))]
    while terminal.seconds() < patience:
        terminal.read(0.05)
        if not terminal.is_open:
            return terminal.seconds()
        looks.append((terminal.seconds(), cpu_seconds(terminal.process.pid)))
        since = [look for look in looks if look[0] <= looks[-1][0] - 1.0]
        if since and looks[-1][1] - since[-1][1] <= 0.05:
            return since[-1][0]
    return None


def row_of(peer: Peer, version: str, runs: list[Run], file_mib: float) -> str:
    def middle(values: list[float | None], unit: str) -> str:
        known = [value for value in values if value is not None]
        return f"{statistics.median(known):.2f} {unit}" if len(known) == len(values) else "not seen"

    peak = statistics.median(run.peak for run in runs)
    first, rest = middle([run.first for run in runs], "s"), middle([run.rest for run in runs], "s")
    walks = "yes" if peer.walks else "no"
    return f"| {peer.name} {version} | {walks} | {first} | {rest} | {peak:.0f} MiB ({peak / file_mib:.1f} x the file) |"


def arguments() -> argparse.Namespace:
    folder = pathlib.Path(os.environ.get("CASEBOOK_BENCH_DIR", ROOT / "target/bench-data"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--csv", type=pathlib.Path, default=folder / "events-1.csv", help="the file (%(default)s)")
    parser.add_argument("--casebook", default=str(ROOT / "target/release/casebook"), help="our program (%(default)s)")
    parser.add_argument("--times", type=int, default=3, help="starts of each program (%(default)s)")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds after which one is ended (%(default)s)")
    parser.add_argument("--only", default="", help="programs whose name holds this text")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    path = asked.csv.resolve()
    if not path.exists():
        sys.exit(f"{path} is not there: give --csv, or make it with 'cargo bench --bench evidence -- \"csv, first\"'")
    marks = marks_of(path)
    if not marks:
        sys.exit(f"{path} has no cell by which its rows could be known on a screen: 10 to 24 characters, no blank")
    # Everybody finds the file in memory, the first one too.
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass
    chosen = [peer for peer in peers(os.path.abspath(asked.casebook)) if asked.only.lower() in peer.name.lower()]
    versions = {peer.name: version_of(peer) for peer in chosen}
    file_mib = path.stat().st_size / 2**20
    load = os.getloadavg()[0]
    machine = f"{os.cpu_count()} cores, load {load:.2f} before"
    print(f"{path.name}, {file_mib:.0f} MiB; {machine}; medians of {asked.times}.\n")
    print("| program | walks | first screen | at rest | most memory |\n|---|---|---|---|---|")
    for peer in chosen:
        if version := versions[peer.name]:
            runs = [run(peer, path, marks, asked.patience) for _ in range(asked.times)]
            print(row_of(peer, version, runs, file_mib), flush=True)
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        print(f"\nNot installed: {', '.join(missing)}.")


if __name__ == "__main__":
    main()
