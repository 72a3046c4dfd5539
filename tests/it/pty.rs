//! The real binary in a real terminal.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::driver::{data, program};

/// Longer than any honest answer, so that a hang is a failure and not a stuck run.
const PATIENCE: Duration = Duration::from_secs(30);

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// While it is held the line takes no bytes.
    line: Arc<Mutex<()>>,
    parser: vt100::Parser,
    bytes: Vec<u8>,
    _home: Arc<tempfile::TempDir>,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    fn start(arguments: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap().into(), arguments)
    }

    /// Starts in a home that others use too.
    fn start_in(home: Arc<tempfile::TempDir>, arguments: &[&str]) -> Self {
        Self::run_in(home, &program(), arguments)
    }

    fn run_in(home: Arc<tempfile::TempDir>, program: &str, arguments: &[&str]) -> Self {
        let pair = native_pty_system().openpty(size(80, 24)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.args(arguments);
        command.cwd(home.path());
        for (name, value) in [("HOME", home.path().to_str().unwrap()), ("TERM", "xterm-256color"), ("LANG", "C.UTF-8")]
        {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        let line: Arc<Mutex<()>> = Arc::default();
        let of_reader = Arc::clone(&line);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 12];
            while let Ok(n) = reader.read(&mut buffer) {
                drop(of_reader.lock());
                if n == 0 || sender.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            master: pair.master,
            writer,
            output,
            line,
            parser: vt100::Parser::new(24, 80, 0),
            bytes: Vec::new(),
            _home: home,
        }
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.bytes.extend(bytes);
                }
                Err(RecvTimeoutError::Disconnected) if holds(self) => return,
                Err(error) => panic!("waiting for {what}: {error}\n{}", self.screen()),
            }
        }
    }

    fn shows(&mut self, text: &str) {
        self.until(text, |t| t.screen().contains(text));
    }

    fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        self.parser.screen_mut().set_size(rows, cols);
        self.master.resize(size(cols, rows)).unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Reads to the end; gives the exit code.
    fn ended(&mut self) -> u32 {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.bytes.extend(bytes);
        }
        status.exit_code()
    }

    /// Whether the terminal was given back: the main screen, the cursor, no bracketed paste.
    fn is_restored(&self) -> bool {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        ["\x1b[?1049l", "\x1b[?25h", "\x1b[?2004l"].iter().all(|sequence| text.contains(sequence))
    }
}

fn open_logons() -> Terminal {
    let path = data().join("tables/host_logons.csv").display().to_string();
    let mut terminal = Terminal::start(&["open", &path]);
    terminal.shows("60 rows, 9 cols");
    terminal
}

#[test]
fn a_resize_to_nothing_and_back_is_harmless() {
    let mut terminal = open_logons();
    for (cols, rows) in [(1, 1), (3, 40), (200, 2), (100, 30)] {
        terminal.resize(cols, rows);
    }
    terminal.shows("60 rows, 9 cols");
    terminal.shows("Queries");
    terminal.keys("q");
    terminal.shows("An investigation workbench");
    terminal.keys("q");
    assert_eq!(terminal.ended(), 0);
    assert!(terminal.is_restored());
}

#[test]
fn signals_give_the_terminal_back() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130), ("QUIT", 131)] {
        let mut terminal = open_logons();
        terminal.signal(name);
        assert_eq!(terminal.ended(), code, "{name}");
        assert!(terminal.is_restored(), "{name}");
    }
}

#[test]
fn the_program_can_be_suspended_and_comes_back() {
    let mut terminal = open_logons();
    terminal.signal("TSTP");
    terminal.until("the main screen", Terminal::is_restored);
    // It may only be told to go on once it has stopped.
    let stat = format!("/proc/{}/stat", terminal.child.process_id().unwrap());
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(&stat).unwrap().contains(") T ") {
        assert!(Instant::now() < deadline, "it does not stop");
        std::thread::yield_now();
    }
    terminal.signal("CONT");
    terminal.keys("l");
    terminal.shows("col 2");
    terminal.signal("TERM");
    terminal.ended();
}

#[test]
fn nothing_is_asked_of_the_terminal_and_nothing_active_reaches_it() {
    let mut terminal = open_logons();
    terminal.keys("$");
    terminal.shows("rtl⟨U+202E⟩txt.exe");
    terminal.keys("qq");
    terminal.ended();
    let text = String::from_utf8_lossy(&terminal.bytes).into_owned();
    // Cursor position, device attributes, keyboard flags, colours: a terminal that never answers would be waited for.
    for query in ["\x1b[6n", "\x1b[c", "\x1b[0c", "\x1b[?u", "\x1b]10;?", "\x1b]11;?", "\x1b[>c"] {
        assert!(!text.contains(query), "{query:?}");
    }
    for active in ["\u{202e}", "\u{200b}", "\x1b[31mred", "\u{9b}"] {
        assert!(!text.contains(active), "{active:?}");
    }
}

#[test]
fn nothing_is_sent_while_nothing_happens() {
    let mut terminal = open_logons();
    // Whatever is still on its way is taken in first.
    while terminal.output.recv_timeout(Duration::from_millis(300)).is_ok() {}
    assert!(terminal.output.recv_timeout(Duration::from_secs(2)).is_err());
    terminal.signal("TERM");
    terminal.ended();
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let (code, _, error) = crate::driver::run(&[]);
    assert!(code == 1 && error.contains("needs a terminal"), "{error}");
}

/// The number that the status line acknowledges.
fn acknowledged(screen: &str) -> u64 {
    let number = regex::Regex::new(r"saved #(\d+)").unwrap();
    number.captures(screen).and_then(|found| found[1].parse().ok()).unwrap_or(0)
}

/// How many kills: twenty here, more where somebody asks for them.
fn n_kills() -> u64 {
    std::env::var("CASEBOOK_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

#[test]
fn killed_at_any_moment_a_case_reopens_and_nothing_acknowledged_is_lost() {
    let home: Arc<tempfile::TempDir> = tempfile::tempdir().unwrap().into();
    let journal = home.path().join("case/journal.jsonl");
    let arguments = ["--case", "./case"];
    let mut random = 88_172_645_463_325_252_u64;
    let mut seen = 0;
    for round in 0..n_kills() {
        let mut terminal = Terminal::start_in(Arc::clone(&home), &arguments);
        // All of what was acknowledged before is there again.
        terminal.until("what was saved", |t| acknowledged(&t.screen()) >= seen && t.screen().contains("offline"));
        // The steps of the round before may have closed everything again.
        terminal.keys("1/list_host_logons\r\r");
        terminal.shows(" rows, ");
        // Steps that follow each other without end, in any order.
        for _ in 0..40 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let keys = ["s", "l", "m", "j", "u", "ch", "cu", "\x12", "+", "\x7f"];
            terminal.keys(keys[usize::try_from(random % 10).unwrap()]);
        }
        let moment = Instant::now() + Duration::from_millis(random % 400);
        while let Ok(bytes) = terminal.output.recv_timeout(moment.saturating_duration_since(Instant::now())) {
            terminal.parser.process(&bytes);
        }
        seen = acknowledged(&terminal.screen()).max(seen);
        terminal.signal("KILL");
        terminal.child.wait().unwrap();
        let lines = std::fs::read_to_string(&journal).unwrap();
        let whole = lines.matches('\n').count() as u64;
        assert!(whole >= seen, "round {round}: #{seen} was acknowledged, the journal has {whole} records");
    }
    let (code, out, error) = crate::driver::run_in(home.path(), &["verify", "--case", "./case"]);
    // The last kill may have left half a line, which the next opening takes away.
    assert!(code == 0 || error.contains("is no record"), "{out}{error}");
    let mut terminal = Terminal::start_in(Arc::clone(&home), &arguments);
    terminal.until("what was saved", |t| acknowledged(&t.screen()) >= seen && t.screen().contains("offline"));
    terminal.signal("TERM");
    terminal.ended();
    assert_eq!(crate::driver::run_in(home.path(), &["verify", "--case", "./case"]).0, 0);
    assert_eq!(crate::driver::run_in(home.path(), &["replay", "--case", "./case"]).0, 0);
}

#[test]
fn a_second_program_opens_the_case_to_read() {
    let home: Arc<tempfile::TempDir> = tempfile::tempdir().unwrap().into();
    let mut first = Terminal::start_in(Arc::clone(&home), &["--case", "./case"]);
    first.shows("An investigation workbench");
    first.keys("/list_host_logons\r\r");
    first.shows("saved #1");
    let mut second = Terminal::start_in(Arc::clone(&home), &["--case", "./case"]);
    second.shows("READ-ONLY");
    second.shows("list_host_logons");
    second.keys("s");
    second.shows("▲1");
    second.keys("ZZ");
    assert_eq!(second.ended(), 0);
    first.keys("ZZ");
    assert_eq!(first.ended(), 0);
    assert_eq!(std::fs::read_to_string(home.path().join("case/journal.jsonl")).unwrap().lines().count(), 1);
}

#[test]
fn the_lab_leads_a_newcomer_to_the_first_exercise_and_keeps_the_place() {
    let home: Arc<tempfile::TempDir> = tempfile::tempdir().unwrap().into();
    let mut terminal = Terminal::start_in(Arc::clone(&home), &["lab"]);
    terminal.shows("Lesson 0");
    terminal.keys("\x0e");
    terminal.shows("2 of ");
    terminal.keys("q");
    assert_eq!(terminal.ended(), 0);
    let mut terminal = Terminal::start_in(Arc::clone(&home), &["lab"]);
    terminal.shows("2 of ");
    terminal.keys("Ll");
    terminal.shows("Lessons");
    terminal.keys("get-data\r");
    terminal.shows("Lesson 2");
    let mut step = 1;
    while !terminal.screen().contains("Exercise 1: the alerts") {
        step += 1;
        terminal.keys("Lk");
        terminal.shows(&format!("{step} of "));
    }
    terminal.keys("\x0e");
    terminal.shows("still to do: ");
    terminal.keys("1/list_alerts\r\r");
    terminal.shows("☑ all of them");
    terminal.keys("\x0e");
    terminal.shows(&format!("{} of ", step + 1));
    // Killed here, the lesson goes on here.
    let place = home.path().join(".local/share/casebook/lab/get-data/place.json");
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(&place).unwrap_or_default().contains(&format!("\"step\":{step},")) {
        assert!(Instant::now() < deadline, "the place is not kept");
        std::thread::yield_now();
    }
    terminal.signal("KILL");
    terminal.child.wait().unwrap();
    let mut terminal = Terminal::start_in(home, &["lab", "get-data"]);
    terminal.shows(&format!("{} of ", step + 1));
    terminal.shows("53 rows");
    terminal.signal("TERM");
    terminal.ended();
}

#[test]
fn standard_input_is_followed_as_it_goes_on() {
    let home: Arc<tempfile::TempDir> = tempfile::tempdir().unwrap().into();
    let feed = home.path().join("feed");
    assert!(std::process::Command::new("mkfifo").arg(&feed).status().unwrap().success());
    // The terminal is the program's; what it reads comes through a pipe, as from another command.
    let command = format!("exec {} open - --follow < feed", program());
    let mut terminal = Terminal::run_in(home, "/bin/sh", &["-c", &command]);
    let mut writer = std::fs::OpenOptions::new().write(true).open(&feed).unwrap();
    writer.write_all(b"n,who\n1,SYSTEM\n").unwrap();
    terminal.shows("1 row");
    writer.write_all(b"2,svc-backup\n3,SYSTEM\n").unwrap();
    terminal.shows("3 rows");
    terminal.keys("ZZ");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_line_that_stands_still_loses_no_key_and_gets_no_stale_frame() {
    let mut terminal = Terminal::start(&["lab", "get-data"]);
    terminal.shows("Lesson 2");
    terminal.keys("1/list_host_events\r\r");
    terminal.shows("39,456 rows");
    while let Ok(bytes) = terminal.output.recv_timeout(Duration::from_millis(300)) {
        terminal.parser.process(&bytes);
    }
    let line = Arc::clone(&terminal.line);
    let held = line.lock().unwrap();
    for _ in 0..30 {
        terminal.keys(&"j".repeat(100));
        // Time for many frames, if anybody made them.
        let until = Instant::now() + Duration::from_millis(20);
        while Instant::now() < until {
            std::thread::yield_now();
        }
    }
    drop(held);
    let before = terminal.bytes.len();
    terminal.shows("row 3,001");
    let n_sent = terminal.bytes.len() - before;
    assert!(n_sent < 40_000, "{n_sent} bytes were sent for the last of 3,000 rows");
    terminal.signal("TERM");
    terminal.ended();
}
