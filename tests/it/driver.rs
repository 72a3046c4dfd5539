//! Keys in, screen out: the whole workbench without a terminal, and the binary without a shell.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use casebook::app::{Event, Flow, OpenCase, Session, Start};
use casebook::case::Case;
use casebook::config::{Config, Key, KeyCode, Paths};
use casebook::model::TextMode;
use casebook::query::{Layer, Library, LibraryConfig, Reach, Sources, Watch};
use casebook::ui::ColourDepth;
use chrono::{DateTime, TimeZone, Utc};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::runtime::Runtime;

/// The folder of the tests' own evidence.
pub fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data")
}

/// What a test wants of its workbench.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub size: (u16, u16),
    pub depth: ColourDepth,
    pub mode: TextMode,
    pub case: Option<PathBuf>,
    pub config: Option<Config>,
    pub gate: std::sync::Arc<casebook::egress::Gate>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            size: (80, 24),
            depth: ColourDepth::True,
            mode: TextMode::Unicode,
            case: None,
            config: None,
            gate: std::sync::Arc::default(),
        }
    }
}

/// A workbench over the tests' evidence.
pub struct Driver {
    pub session: Session,
    runtime: Runtime,
    terminal: Terminal<TestBackend>,
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 9, 8, 0, 0).unwrap()
}

/// The library of the tests: their tables, their queries.
pub fn library() -> Library {
    let config = config();
    let text = std::fs::read_to_string(data().join("queries.yaml")).unwrap();
    let sources = Sources::of_paths(&[data().join("tables")]).unwrap();
    let templates = vec![(Layer::BuiltIn, "queries.yaml".to_owned(), text)];
    Library::new(LibraryConfig { roles: config.roles, sources, templates, ..LibraryConfig::default() })
}

fn config() -> Config {
    Config::load(Paths { config: PathBuf::from("/none"), data: PathBuf::from("/none") }, &|_| None)
}

/// The case of a folder. A program that another test starts holds all files open for a moment, the lock among them.
fn opened(path: &Path) -> Case {
    const TRIES: usize = 100_000;
    let open = || Case::open(path.to_str().unwrap(), Path::new("/none"));
    let is_locked = |case: &casebook::case::Result<Case>| matches!(case, Err(casebook::case::Error::Locked { .. }));
    for _ in 0..TRIES {
        let case = open();
        if !is_locked(&case) {
            return case.unwrap();
        }
        std::thread::yield_now();
    }
    open().unwrap()
}

impl Driver {
    pub fn new() -> Self {
        Self::with(Wanted::default())
    }

    pub fn with(wanted: Wanted) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let case = wanted.case.map(|path| opened(&path));
        let open = case.as_ref().map(|case| OpenCase::of_case(case).unwrap());
        let start = Start {
            config: wanted.config.unwrap_or_else(config),
            library: library().into(),
            depth: wanted.depth,
            mode: wanted.mode,
            case: open,
            open: None,
            at_tables: false,
            follow: false,
            lesson: None,
            lessons: Vec::new(),
            between: casebook::app::Between::Nothing,
            cases: Vec::new(),
            gate: wanted.gate,
        };
        let session = Session::new(start, case, runtime.handle().clone(), now);
        let terminal = Terminal::new(TestBackend::new(wanted.size.0, wanted.size.1)).unwrap();
        let mut driver = Self { session, runtime, terminal };
        driver.event(Event::Resize(wanted.size.0, wanted.size.1));
        // What lay open in the case is there when the first key is pressed.
        driver.event(Event::Tick);
        driver
    }

    /// Presses keys by name, parted by spaces: `j j Enter g g`.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.event(Event::Key(Key::parse(key).unwrap_or_else(|| panic!("{key} is no key"))));
        }
        self
    }

    /// Types text as it is.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.event(Event::Key(Key::plain(KeyCode::Char(c))));
        }
        self
    }

    /// Takes one event and waits for the jobs that it started.
    pub fn event(&mut self, event: Event) -> Flow {
        let flow = self.session.handle(event);
        while !self.session.is_idle() {
            let event = self.runtime.block_on(self.session.next_event());
            self.session.handle(event.expect("the engine is alive"));
        }
        flow
    }

    /// Takes what comes in by itself until the screen shows a text.
    pub fn until(&mut self, text: &str) {
        while !self.screen().contains(text) {
            let event = self.runtime.block_on(self.session.next_event());
            self.session.handle(event.expect("the engine is alive"));
        }
    }

    /// Presses keys faster than any job answers.
    pub fn burst(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.session.handle(Event::Key(Key::parse(key).unwrap()));
        }
        self.event(Event::Tick);
        self
    }

    /// The terminal has another size already, and nobody has told the program.
    pub fn terminal_shrinks_unnoticed(&mut self, width: u16, height: u16) {
        self.terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    }

    /// The screen, line by line, once nothing has happened for a moment.
    pub fn screen(&mut self) -> String {
        self.event(Event::Rest);
        lines(self.buffer())
    }

    pub fn buffer(&mut self) -> &Buffer {
        self.event(Event::Rest);
        self.terminal.draw(|frame| self.session.app.draw(frame.buffer_mut())).unwrap();
        self.terminal.backend().buffer()
    }
}

/// Lines without trailing blanks.
pub fn lines(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content().chunks(width);
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The binary that is tested; `CASEBOOK_BIN` names another one, such as the one that is shipped.
pub fn program() -> String {
    std::env::var("CASEBOOK_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_casebook").to_owned())
}

/// The binary, in a home of its own, without colours, case or network.
pub fn binary(home: &Path) -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("HOME", home).env("LANG", "C.UTF-8").env("USER", "analyst").stdin(Stdio::null());
    command.current_dir(home);
    command
}

/// Runs the binary; gives exit code, standard output and standard error.
pub fn run(arguments: &[&str]) -> (i32, String, String) {
    let home = tempfile::tempdir().unwrap();
    run_in(home.path(), arguments)
}

pub fn run_in(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = binary(home).args(arguments).output().unwrap();
    texts(&output)
}

pub fn texts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// What reads to the end, with nobody who might stop it; leaked, since a test needs no more of it than that it is there.
pub fn watch() -> Watch<'static> {
    Watch { reach: Reach::All, cancel: Box::leak(Box::default()), progress: Box::leak(Box::default()) }
}
