#!/usr/bin/env python3
"""Counts the bytes that terminal programs send for a key, as a slow SSH line has to carry them, and prints Markdown.

Each program opens the same large CSV in a terminal of 80 x 24 that knows 256 colours, and is left alone until it
rests. Then keys are pressed one after the other; the answer to a key is all that comes until 60 ms of silence.
less (as less -S) and lnav have no cursor: each line down scrolls. Idle bytes are those of ten seconds without a key.
Last, casebook's keys are timed while it stacks and sorts: 'j' every 50 ms, whether the one before was answered or not.

It needs Linux and Python 3.11. The part with the jobs also needs pyte (pip install pyte), which finds the row number
and the running job on the screen; without it that part is left out. Bytes hardly depend on the machine; times are
only worth keeping from a machine that does nothing else, since jobs, casebook and this script share its cores.
"""

import argparse
import dataclasses
import fcntl
import json
import math
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

try:
    import pyte
except ImportError:
    pyte = None

from run import ANSWERS, ROOT, cpu_seconds

ROWS, COLUMNS = 24, 80
# Colours first: who asks for them ends the question with one that every terminal answers.
COLOURS = {
    b"\x1b]%d;?%s" % (which, end): b"\x1b]%d;rgb:%s%s" % (which, colour, end)
    for which, colour in ((10, b"e5e5/e5e5/e5e5"), (11, b"0000/0000/0000"))
    for end in (b"\x07", b"\x1b\\")
}
QUESTIONS = {**COLOURS, **ANSWERS}
# Seconds: that end an answer, that a first byte may take, that an answer may take, and of rest before the first key.
SILENCE, FIRST, LONGEST, REST = 0.06, 1.0, 10.0, 2.0
# How many keys; the view certainly scrolls after SETTLE of them.
MOVES, SETTLE, LINES, PAGES, RIGHTS = 10, 40, 100, 10, 4
IDLE, PATIENCE = 10.0, 120.0
# While jobs run: seconds between keys, keys a round.
BEAT, KEYS = 0.05, 40
HEADER = (
    "| program | cursor moves, B | line scrolls, B mean / max | page down, B mean / max | column right, B "
    f"| idle {IDLE:.0f} s, B | key to last byte, ms median / p99 |\n|---|---|---|---|---|---|---|"
)


@dataclasses.dataclass
class Program:
    """A program, how it opens FILE, its keys, and whether it has a cursor that moves without scrolling."""

    name: str
    command: list[str]
    has_cursor: bool = True
    top: bytes = b"g"
    down: bytes = b"j"
    page: bytes = b"\x06"
    right: bytes = b"l"


class Ended(Exception):
    """The program is gone."""


def programs(asked: argparse.Namespace) -> list[Program]:
    return [
        Program("casebook", [os.path.abspath(asked.casebook), "open", "FILE"], top=b"gg"),
        # Terminals send this for the right arrow after less has asked for application keys.
        Program("less", ["less", "-S", "FILE"], has_cursor=False, right=b"\x1bOC"),
        # Without the option it looks for news on the net.
        Program("VisiData", [asked.vd, "--motd-url=", "FILE"], top=b"gg"),
        Program("lnav", [asked.lnav, "FILE"], has_cursor=False, page=b" "),
        Program("csvlens", [asked.csvlens, "FILE"]),
    ]


def version_of(program: Program, home: str) -> str | None:
    """The number in what the program says of itself; None where it is not there."""
    if shutil.which(program.command[0]) is None:
        return None
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60}
    said = subprocess.run([program.command[0], "--version"], env=environment(home), **quiet)
    number = re.search(r"\d+(\.\d+)*", said.stdout + said.stderr)
    return number.group() if said.returncode == 0 and number else None


def environment(home: str) -> dict[str, str]:
    return {"HOME": home, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}


class Terminal:
    """A program in a terminal, and when it sent what."""

    def __init__(self, command: list[str], home: str):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment(home), cwd=home, preexec_fn=own_terminal
        )
        os.close(slave)
        self.chunks: list[tuple[float, bytes]] = []
        self.tail = b""

    def read(self, patience: float) -> int:
        """Takes what is sent within `patience` seconds, answers what is asked, and gives the number of bytes."""
        if not select.select([self.master], [], [], max(patience, 0.0))[0]:
            return 0
        try:
            sent = os.read(self.master, 1 << 16)
        except OSError:
            sent = b""
        if not sent:
            raise Ended
        self.chunks.append((time.monotonic(), sent))
        # A question that was cut in two is whole again with the end of what came before.
        seen = self.tail + sent
        for question, answer in QUESTIONS.items():
            if question in seen:
                os.write(self.master, answer * seen.count(question))
                seen = seen.replace(question, b"")
        self.tail = seen[-12:]
        return len(sent)

    def write(self, key: bytes) -> float:
        """Presses a key and says when."""
        pressed = time.monotonic()
        os.write(self.master, key)
        return pressed

    def press(self, key: bytes) -> tuple[int, float | None]:
        """Presses a key and waits for silence: the bytes of the answer, and milliseconds until the last of them.

        Bytes that came before the key do not count.
        """
        while self.read(0):
            pass
        pressed = self.write(key)
        size, last = 0, None
        while (now := time.monotonic()) < pressed + LONGEST:
            until = pressed + FIRST if last is None else last + SILENCE
            if now >= until:
                break
            if got := self.read(until - now):
                size, last = size + got, self.chunks[-1][0]
        return size, None if last is None else (last - pressed) * 1000

    def listen(self, seconds: float) -> int:
        """The number of bytes that come by themselves."""
        end, size = time.monotonic() + seconds, 0
        while (left := end - time.monotonic()) > 0:
            size += self.read(left)
        return size

    def until_rest(self, patience: float) -> bool:
        """Waits for REST seconds without a byte; a clock that is drawn at next to no CPU does not count as unrest."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            before = cpu_seconds(self.process.pid)
            if self.listen(REST) == 0 or cpu_seconds(self.process.pid) - before <= 0.05 * REST:
                return True
        return False

    def end(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)


def settle(terminal: Terminal, key: bytes) -> None:
    """Presses until the view scrolls: at least SETTLE times, then until the last five answers are of a size."""
    sizes: list[int] = []
    while len(sizes) < SETTLE or (len(sizes) < 2 * SETTLE and max(sizes[-5:]) > 2 * max(1, min(sizes[-5:]))):
        sizes.append(terminal.press(key)[0])


def measure(program: Program, terminal: Terminal, patience: float) -> dict:
    """All figures of one program, as lists of what was seen for each key."""
    rested = terminal.until_rest(patience)
    terminal.press(program.top)
    terminal.listen(SILENCE * 5)

    def sizes(key: bytes, times: int) -> list[int]:
        return [terminal.press(key)[0] for _ in range(times)]

    moves = sizes(program.down, MOVES) if program.has_cursor else []
    settle(terminal, program.down)
    lines = [terminal.press(program.down) for _ in range(LINES)]
    return {
        "rested": rested,
        "move_bytes": moves,
        "line_bytes": [size for size, _ in lines],
        "line_ms": [ms for _, ms in lines],
        "page_bytes": sizes(program.page, PAGES),
        "right_bytes": sizes(program.right, RIGHTS),
        "idle_bytes": terminal.listen(IDLE),
    }


class Watcher:
    """casebook's screen, replayed: which row the cursor was on, and whether a job ran, after each chunk.

    pyte passes over the scrolling that casebook does with 'CSI S' and 'CSI T': the two lines looked at never scroll.
    """

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.fed = 0

    def shown(self) -> tuple[str, bool]:
        """The view with its row number, and whether the last line tells of a job."""
        row = re.search(r"row [\d,]+", self.screen.display[1])
        title = self.screen.display[1].split("  ")[0]
        return (f"{title} {row.group() if row else ''}", " cancels" in self.screen.display[-1])

    def follow(self, chunks: list[tuple[float, bytes]]) -> list[tuple[float, str, bool]]:
        """Takes the chunks that came since the last call: for each its time, and what it leaves on the screen."""
        seen = []
        for at, chunk in chunks[self.fed :]:
            self.stream.feed(chunk)
            seen.append((at, *self.shown()))
        self.fed = len(chunks)
        return seen


def keys_in_jobs(terminal: Terminal, rounds: int, column: int) -> list[tuple[float | None, bool]]:
    """For each key its milliseconds to the first byte of a frame with another row, and whether a job ran then."""
    watcher = Watcher()
    terminal.press(b"gg")
    terminal.press(b"0")
    for _ in range(column):
        terminal.press(b"l")
    keys: list[tuple[float | None, bool]] = []
    for which in range(rounds):
        watcher.follow(terminal.chunks)
        before = watcher.shown()
        terminal.write(b"vs"[which % 2 :][:1])
        pressed = press_on_the_beat(terminal)
        # The time of a job is drawn twice a second, so rest is its end.
        terminal.until_rest(PATIENCE)
        keys += answers(pressed, watcher.follow(terminal.chunks), before)
        if "stack of" in watcher.screen.display[1]:
            terminal.press(b"q")
    return keys


def press_on_the_beat(terminal: Terminal) -> list[float]:
    """Presses KEYS times without waiting for answers; gives the moments."""
    pressed: list[float] = []
    beat = time.monotonic() + BEAT
    while len(pressed) < KEYS:
        terminal.read(beat - time.monotonic())
        if time.monotonic() >= beat:
            pressed.append(terminal.write(b"j"))
            beat += BEAT
    return pressed


def answers(pressed: list[float], seen: list, before: tuple[str, bool]) -> list[tuple[float | None, bool]]:
    """Gives every key the frame that answers it: one frame may answer several keys that waited.

    The cursor moves down a row a key, so a frame that is n rows further answers the n oldest keys. A frame of another
    view (a stack that is ready) or with the row set back answers all that wait, as no more can be known of them.
    """
    found: list[tuple[float | None, bool]] = []
    waiting: list[tuple[float, bool]] = []
    (place, in_job), at = before, 0
    for when, now_at, now_job in [*seen, (math.inf, before[0], False)]:
        while at < len(pressed) and pressed[at] < when:
            waiting.append((pressed[at], in_job))
            at += 1
        if when < math.inf and now_at != place:
            n = rows_further(place, now_at, len(waiting))
            found += [((when - key) * 1000, job) for key, job in waiting[:n]]
            waiting = waiting[n:]
        place, in_job = now_at, now_job
    return found + [(None, job) for _, job in waiting]


def rows_further(before: str, after: str, most: int) -> int:
    """How many keys lie between two places; `most` where the places are of two views."""
    (title, _, row), (new_title, _, new_row) = before.rpartition("row "), after.rpartition("row ")
    if title != new_title or not row or not new_row:
        return most
    further = int(new_row.replace(",", "")) - int(row.replace(",", ""))
    return further if 0 < further <= most else most


def percentile(values: list[float], part: float) -> float:
    """The smallest value that `part` of the values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def row_of(name: str, seen: dict) -> str:
    line, page = (f"{statistics.mean(seen[key]):,.0f} / {max(seen[key]):,}" for key in ("line_bytes", "page_bytes"))
    move = f"{statistics.median(seen['move_bytes']):,.0f}" if seen["move_bytes"] else "-"
    right = f"{statistics.mean(seen['right_bytes']):,.0f}"
    times = [ms for ms in seen["line_ms"] if ms is not None]
    ms = f"{statistics.median(times):.1f} / {percentile(times, 0.99):.1f}" if times else "-"
    return f"| {name} | {move} | {line} | {page} | {right} | {seen['idle_bytes']:,} | {ms} |"


def jobs_table(keys: list[tuple[float | None, bool]]) -> str:
    lines = ["| casebook's keys | number | unanswered | p50 ms | p99 ms | max ms |", "|---|---|---|---|---|---|"]
    for name, wanted in (("in running jobs", True), ("between them", False)):
        all_ms = [ms for ms, in_job in keys if in_job is wanted]
        times = [ms for ms in all_ms if ms is not None]
        figures = [f"{percentile(times, part):.1f}" if times else "-" for part in (0.5, 0.99, 1.0)]
        lines.append(f"| {name} | {len(all_ms)} | {len(all_ms) - len(times)} | {' | '.join(figures)} |")
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv", type=pathlib.Path, help="the file that all open; a million rows or so")
    parser.add_argument("--casebook", default=str(ROOT / "target/release/casebook"), help="our program (%(default)s)")
    for name in ("vd", "lnav", "csvlens"):
        parser.add_argument(f"--{name}", default=name, help="where it is (%(default)s)")
    parser.add_argument("--only", default="", help="programs whose name holds this text")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds that loading may take (%(default)s)")
    parser.add_argument("--rounds", type=int, default=8, help="jobs that keys are pressed into (%(default)s)")
    parser.add_argument("--job-column", type=int, default=7, help="columns to the right, the jobs' own (%(default)s)")
    parser.add_argument("--json", type=pathlib.Path, help="write each single figure there")
    return parser.parse_args()


def run_program(program: Program, asked: argparse.Namespace, home: str) -> tuple[dict, list]:
    """The figures of one program, and casebook's keys in jobs."""
    terminal = Terminal([str(asked.csv.resolve()) if word == "FILE" else word for word in program.command], home)
    try:
        seen = measure(program, terminal, asked.patience)
        with_jobs = program.name == "casebook" and pyte and asked.rounds
        return seen, keys_in_jobs(terminal, asked.rounds, asked.job_column) if with_jobs else []
    finally:
        terminal.end()


def measure_all(asked: argparse.Namespace) -> tuple[dict, list, list[str]]:
    """Prints a row for each program; gives the figures, casebook's keys in jobs, and what has to be said."""
    measured, keys, remarks = {}, [], []
    for program in [each for each in programs(asked) if asked.only.lower() in each.name.lower()]:
        with tempfile.TemporaryDirectory() as home:
            version = version_of(program, home)
            if version is None:
                remarks.append(f"{program.name} is not there: left out.")
                continue
            try:
                seen, in_jobs = run_program(program, asked, home)
            except Ended:
                remarks.append(f"{program.name} {version} ended while it was measured: left out.")
                continue
        keys += in_jobs
        measured[program.name] = {"version": version, **seen}
        if not seen["rested"]:
            remarks.append(f"{program.name} was not at rest after {asked.patience:.0f} s.")
        print(row_of(f"{program.name} {version}", seen), flush=True)
    if "casebook" in measured and not pyte:
        remarks.append("pyte is not there: the keys in running jobs are left out.")
    return measured, keys, remarks


def main() -> None:
    asked = arguments()
    if not asked.csv.exists():
        sys.exit(f"{asked.csv} is not there")
    load = os.getloadavg()[0]
    print(f"{asked.csv.name}, {ROWS} x {COLUMNS}; {os.cpu_count()} cores, load {load:.2f} before.\n\n{HEADER}")
    measured, keys, remarks = measure_all(asked)
    if keys:
        print(f"\n{jobs_table(keys)}")
    for remark in remarks:
        print(f"\n{remark}")
    if asked.json:
        figures = {"file": asked.csv.name, "cores": os.cpu_count(), "load": load, "programs": measured}
        figures["keys_in_jobs"] = [{"ms": ms, "in_job": in_job} for ms, in_job in keys]
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
