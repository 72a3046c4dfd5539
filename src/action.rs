//! The action table: everything a key can do, each said once.
//!
//! The palette, the help pane, the footer, the keymap check and `docs/generated/actions.md` are made from it.

mod condition;

use std::borrow::Cow;

use condition::{
    always, has_bookmarks, has_filters, has_hidden_columns, has_marks, has_notes, has_rows, has_search,
    has_something_to_search, has_table, has_views, in_lesson, job_runs, made_of_rows, on_a_cell, on_a_column,
    on_a_query, on_a_stack, online_column, two_marked, whole, whole_cell, whole_column,
};

use crate::model::{Focus, Snapshot};

/// Why an action cannot act now, as a sentence that says what to do about it.
pub type Reason = Cow<'static, str>;

/// The actions by name; [`ACTIONS`] has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    AddSortKey,
    AnswerQuestion,
    Back,
    Bookmark,
    CancelJob,
    Choose,
    ChooseTheme,
    ClearFilters,
    ClearMarks,
    CloseView,
    CompareRows,
    ConcatTables,
    ConvertColumn,
    CopyCell,
    CopyCellDefanged,
    CopyColumn,
    CopyMarked,
    CopyRow,
    DiffTables,
    DropFilter,
    EditFilters,
    ExcludeValue,
    Export,
    Filter,
    FocusBrowser,
    FocusDetail,
    FocusGrid,
    FocusJobs,
    FocusLab,
    FocusNext,
    FocusPrevious,
    Follow,
    FreezeColumns,
    GiveHint,
    GoBack,
    GoBottom,
    GoFirstColumn,
    GoForward,
    GoLastColumn,
    GoToEvidence,
    GoTop,
    GrowPane,
    HalfPageDown,
    HalfPageUp,
    Help,
    HexView,
    HideColumn,
    IncludeValue,
    InvertMarks,
    JoinBack,
    JoinTables,
    ListColumns,
    ListLessons,
    ListViews,
    Mark,
    MarkRange,
    MoveColumnLeft,
    MoveColumnRight,
    MoveDown,
    MoveLeft,
    MoveRight,
    MoveUp,
    NextStep,
    NextView,
    /// The operation of this id, on the column under the cursor.
    Operate(&'static str),
    OpenCase,
    OpenEvidence,
    PageDown,
    PageUp,
    Palette,
    ParentView,
    PreviousStep,
    PreviousView,
    ProfileColumn,
    ProfileTable,
    Quit,
    Redo,
    Redraw,
    Resample,
    ResetLesson,
    RunOperation,
    RunSql,
    RunWithParameters,
    Sample,
    Search,
    SearchNext,
    SearchPrevious,
    SetTime,
    ShowBookmarks,
    ShowChain,
    ShowColumns,
    ShowHistory,
    ShowMe,
    ShowNotedRows,
    ShowNotes,
    ShowSolution,
    ShrinkPane,
    SkipStep,
    Sort,
    Stack,
    StackSeveral,
    Suspend,
    SweepIocs,
    ToggleDetail,
    ToggleMouse,
    ToggleOnline,
    TurnStack,
    TurnTimeZone,
    Undo,
    WidenColumn,
    WrapRows,
    Zoom,
}

/// One thing that can be done.
#[derive(Debug)]
pub struct Action {
    pub act: Act,
    /// Kebab-case; what keymaps, the palette and the docs call it.
    pub id: &'static str,
    /// One line for help and palette.
    pub doc: &'static str,
    /// Other words a person might look for.
    pub also: &'static str,
    /// The panes it belongs to; empty means everywhere.
    pub panes: &'static [Focus],
    /// The word in the footer and how early it stands there; None keeps it out.
    pub hint: Option<(u8, &'static str)>,
    pub enabled: fn(&Snapshot) -> Result<(), Reason>,
}

impl Action {
    pub fn is_in(&self, focus: Focus) -> bool {
        self.panes.is_empty() || self.panes.contains(&focus)
    }
}

/// The row with this id.
pub fn find(id: &str) -> Option<&'static Action> {
    ACTIONS.binary_search_by(|action| action.id.cmp(id)).ok().map(|at| &ACTIONS[at])
}

const ALL: &[Focus] = &[];
const BROWSER: &[Focus] = &[Focus::Browser];
const GRID: &[Focus] = &[Focus::Grid, Focus::Detail];

const fn row(
    act: Act,
    id: &'static str,
    doc: &'static str,
    panes: &'static [Focus],
    enabled: fn(&Snapshot) -> Result<(), Reason>,
) -> Action {
    Action { act, id, doc, also: "", panes, hint: None, enabled }
}

impl Action {
    const fn hint(mut self, order: u8, word: &'static str) -> Self {
        self.hint = Some((order, word));
        self
    }

    const fn also(mut self, words: &'static str) -> Self {
        self.also = words;
        self
    }
}

/// Sorted by id.
#[rustfmt::skip]
pub const ACTIONS: &[Action] = &[
    row(Act::AddSortKey, "add-sort-key", "Add the column to the sort order, or turn its direction", GRID, whole_column).also("order multi"),
    row(Act::AnswerQuestion, "answer-question", "Answer the question of the step", ALL, in_lesson).also("lab"),
    row(Act::Back, "back", "One level out: close the popup, clear the search, return to the grid", ALL, always).also("escape close"),
    row(Act::Bookmark, "bookmark", "Bookmark this row with a note and tags", GRID, has_rows).also("note tag flag").hint(57, "bookmark"),
    row(Act::CancelJob, "cancel-job", "Cancel the job that runs", ALL, job_runs).also("stop abort interrupt"),
    row(Act::Choose, "choose", "Run the query under the cursor, or open the family", BROWSER, always).also("run open enter").hint(10, "run"),
    row(Act::ChooseTheme, "choose-theme", "Choose other colours", ALL, always).also("dark light colour"),
    row(Act::ClearFilters, "clear-filters", "Drop all filters of this view", GRID, has_filters).also("reset"),
    row(Act::ClearMarks, "clear-marks", "Take the marks off all rows", GRID, has_marks).also("unmark deselect"),
    row(Act::CloseView, "close-view", "Close this view; with none left, quit", ALL, always).also("quit exit"),
    row(Act::Operate("cmdline-features"), "cmdline-features", "Numbers that tell command lines apart", GRID, whole_column).also("cluster process"),
    row(Act::CompareRows, "compare-rows", "Put two marked rows beside each other", GRID, two_marked).also("difference side"),
    row(Act::ConcatTables, "concat-tables", "Put another open table's rows into this one, by time", GRID, whole).also("union append merge timeline"),
    row(Act::ConvertColumn, "convert-column", "Give the column another type: number, time, text", GRID, whole_column).also("type cast parse"),
    row(Act::CopyCell, "copy-cell", "Copy the value under the cursor to the terminal", GRID, on_a_cell).also("yank clipboard osc52"),
    row(Act::CopyCellDefanged, "copy-cell-defanged", "Copy the value defanged: 192[.]0[.]2[.]1", GRID, on_a_cell).also("yank clipboard"),
    row(Act::CopyColumn, "copy-column", "Copy the values of this column", GRID, on_a_cell).also("yank clipboard"),
    row(Act::CopyMarked, "copy-marked", "Copy the marked rows with their heading", GRID, has_marks).also("yank clipboard"),
    row(Act::CopyRow, "copy-row", "Copy the row, cells parted by tabs", GRID, has_rows).also("yank clipboard"),
    row(Act::Operate("defang"), "defang", "Write this column's indicators so that nobody follows them", GRID, whole_column).also("hxxp"),
    row(Act::DiffTables, "diff-tables", "What is new or gone: against a table, or since a moment", GRID, whole_column).also("compare new baseline"),
    row(Act::Operate("domain-parts"), "domain-parts", "Take this column's names apart: suffix, registered domain", GRID, whole_column).also("tld punycode idn"),
    row(Act::DropFilter, "drop-filter", "Drop the newest filter", GRID, has_filters).also("undo remove"),
    row(Act::EditFilters, "edit-filters", "Edit the filters: as one SQL expression", GRID, whole).also("where expression sql"),
    row(Act::ExcludeValue, "exclude-value", "Hide the rows that hold the value under the cursor", GRID, whole_cell).also("not filter out").hint(41, "exclude"),
    row(Act::Operate("explode"), "explode", "A row for each member of this column's lists", GRID, whole_column).also("list unnest"),
    row(Act::Export, "export", "Write the shown, marked or all rows to a file", GRID, whole).also("save csv jsonl parquet write").hint(60, "export"),
    row(Act::Operate("extract-iocs"), "extract-iocs", "Find the indicators in this column", GRID, whole_column).also("ioc url ip hash domain"),
    row(Act::Filter, "filter", "Keep only rows that match, as you type: text, or an SQL expression", GRID, whole).also("where grep live").hint(30, "filter"),
    row(Act::FocusBrowser, "focus-browser", "Go to the query browser", ALL, always).also("queries"),
    row(Act::FocusDetail, "focus-detail", "Go to the row detail", ALL, has_rows).also("row record"),
    row(Act::FocusGrid, "focus-grid", "Go to the grid", ALL, has_table).also("table rows"),
    row(Act::FocusJobs, "focus-jobs", "See the jobs: what runs, how far, what it took", ALL, always).also("tasks progress threads"),
    row(Act::FocusLab, "focus-lab", "Go to the lesson", ALL, in_lesson).also("lab"),
    row(Act::FocusNext, "focus-next", "Go to the next pane", ALL, always).also("tab"),
    row(Act::FocusPrevious, "focus-previous", "Go to the previous pane", ALL, always).also("tab"),
    row(Act::Follow, "follow", "Show new rows as the file grows, or stop that", GRID, whole).also("tail watch live"),
    row(Act::FreezeColumns, "freeze-columns", "Keep the columns up to here on screen, or let them go", GRID, on_a_column).also("pin lock"),
    row(Act::GiveHint, "give-hint", "A hint for the exercise", ALL, in_lesson).also("lab help"),
    row(Act::GoBack, "go-back", "Back to the view where you were, as it was", ALL, always).also("history previous"),
    row(Act::GoBottom, "go-bottom", "Go to the last row", ALL, always).also("end last"),
    row(Act::GoFirstColumn, "go-first-column", "Go to the first column", GRID, on_a_column).also("home"),
    row(Act::GoForward, "go-forward", "Forward to the view you came back from", ALL, always).also("history next"),
    row(Act::GoLastColumn, "go-last-column", "Go to the last column", GRID, on_a_column).also("end"),
    row(Act::GoToEvidence, "go-to-evidence", "To the evidence's row that this row comes from; of a count, to the rows it counts", GRID, has_rows).also("source origin lineage"),
    row(Act::GoTop, "go-top", "Go to the first row", ALL, always).also("home first"),
    row(Act::GrowPane, "grow-pane", "Make this pane larger", ALL, has_table).also("resize split"),
    row(Act::HalfPageDown, "half-page-down", "Half a page down", ALL, always).also("scroll"),
    row(Act::HalfPageUp, "half-page-up", "Half a page up", ALL, always).also("scroll"),
    row(Act::Help, "help", "What every key does here", ALL, always).also("keys manual").hint(91, "help"),
    row(Act::HexView, "hex-view", "The value under the cursor as bytes", GRID, on_a_cell).also("dump binary"),
    row(Act::HideColumn, "hide-column", "Hide this column", GRID, on_a_column).also("remove"),
    row(Act::IncludeValue, "include-value", "Keep only rows that hold the value under the cursor", GRID, whole_cell).also("filter in only equal").hint(40, "include"),
    row(Act::InvertMarks, "invert-marks", "Mark what is not marked, and the other way round", GRID, has_rows).also("select all"),
    row(Act::Operate("ip-type"), "ip-type", "What kind of addresses these are", GRID, whole_column).also("public private"),
    row(Act::JoinBack, "join-back", "Put this result's columns beside the rows it was made from", GRID, made_of_rows).also("merge").hint(27, "join back"),
    row(Act::JoinTables, "join-tables", "Put another open table's columns beside these rows, by key", GRID, whole_column).also("merge lookup"),
    row(Act::ListColumns, "list-columns", "Find a column by name; show, hide, hide all that are empty", GRID, has_table).also("find goto empty"),
    row(Act::ListLessons, "list-lessons", "List the lessons and begin one", ALL, always).also("lab tutorial learn guide"),
    row(Act::ListViews, "list-views", "List the open views and go to one", ALL, has_table).also("windows tables buffers"),
    row(Act::Mark, "mark", "Mark this row, or take its mark off", GRID, has_rows).also("select tag").hint(55, "mark"),
    row(Act::MarkRange, "mark-range", "Mark from the last mark to here", GRID, has_marks).also("select"),
    row(Act::Operate("mask"), "mask", "Mask addresses, accounts and SIDs of this column, to share it", GRID, whole_column).also("anonymise redact hash"),
    row(Act::MoveColumnLeft, "move-column-left", "Move this column to the left", GRID, on_a_column).also("order"),
    row(Act::MoveColumnRight, "move-column-right", "Move this column to the right", GRID, on_a_column).also("order"),
    row(Act::MoveDown, "move-down", "Down", ALL, always),
    row(Act::MoveLeft, "move-left", "Left; in a tree, close", ALL, always).also("collapse"),
    row(Act::MoveRight, "move-right", "Right; in a tree, open", ALL, always).also("expand"),
    row(Act::MoveUp, "move-up", "Up", ALL, always),
    row(Act::NextStep, "next-step", "The next step of the lesson", ALL, in_lesson).also("lab tutorial"),
    row(Act::NextView, "next-view", "The next of the open views", ALL, has_views).also("table tab"),
    row(Act::OpenCase, "open-case", "Go on with another case", ALL, always).also("continue recent"),
    row(Act::OpenEvidence, "open-evidence", "Open a file or folder", ALL, always).also("load csv parquet path").hint(75, "open"),
    row(Act::PageDown, "page-down", "A page down", ALL, always).also("scroll"),
    row(Act::PageUp, "page-up", "A page up", ALL, always).also("scroll"),
    row(Act::Palette, "palette", "Find an action by name", ALL, always).also("command menu").hint(90, "palette"),
    row(Act::ParentView, "parent-view", "To the view that this one was made of", GRID, has_table).also("up"),
    row(Act::Operate("parse-json"), "parse-json", "Columns of the members of this column's maps", GRID, whole_column).also("nested fields"),
    row(Act::Operate("parse-syslog"), "parse-syslog", "Take this column's syslog lines apart", GRID, whole_column),
    row(Act::PreviousStep, "previous-step", "The step before", ALL, in_lesson).also("lab"),
    row(Act::PreviousView, "previous-view", "The previous of the open views", ALL, has_views).also("table tab"),
    row(Act::ProfileColumn, "profile-column", "What this column is like: nulls, distinct, extremes, quantiles", GRID, whole_column).also("statistics describe summary"),
    row(Act::ProfileTable, "profile-table", "What every column is like, a row a column", GRID, whole).also("statistics describe summary"),
    row(Act::Quit, "quit", "Leave casebook", ALL, always).also("exit"),
    row(Act::Redo, "redo", "Do again what was undone", ALL, always).also("repeat"),
    row(Act::Redraw, "redraw", "Draw the whole screen anew", ALL, always).also("refresh"),
    row(Act::Operate("refang"), "refang", "Write this column's defanged indicators as they are", GRID, whole_column).also("hxxp"),
    row(Act::Resample, "resample", "Count the rows of each minute, hour, day ...", GRID, whole).also("time series histogram bin"),
    row(Act::ResetLesson, "reset-lesson", "Begin the lesson anew", ALL, in_lesson).also("lab restart"),
    row(Act::Operate("resolve-dns"), "resolve-dns", "Ask name servers about this column's names; their owner can see it", GRID, online_column).also("dns lookup"),
    row(Act::Operate("reverse-dns"), "reverse-dns", "Ask for the names of these addresses; their owner can see it", GRID, online_column).also("dns ptr"),
    row(Act::Operate("risky-cmdline"), "risky-cmdline", "Which command lines are suspicious, and why", GRID, whole_column).also("attack mitre lolbas"),
    row(Act::RunOperation, "run-operation", "Choose any operation and do it on this table", GRID, whole).also("do transform").hint(43, "operations"),
    row(Act::RunSql, "run-sql", "Ask the loaded tables with SQL", ALL, always).also("query select").hint(70, "sql"),
    row(Act::RunWithParameters, "run-with-parameters", "Fill in the query's parameters and time range, then run it", BROWSER, on_a_query).also("arguments form").hint(20, "parameters"),
    row(Act::Sample, "sample", "Some rows by chance", GRID, whole).also("random"),
    row(Act::Search, "search", "Find text in the rows, or a query in the browser", ALL, has_something_to_search).also("find grep").hint(35, "search"),
    row(Act::SearchNext, "search-next", "The next match", GRID, has_search).also("find"),
    row(Act::SearchPrevious, "search-previous", "The match before", GRID, has_search).also("find"),
    row(Act::SetTime, "set-time", "Make this column the table's time, and set its clock right", GRID, whole_column).also("clock skew drift"),
    row(Act::ShowBookmarks, "show-bookmarks", "List the bookmarks and go to one", ALL, has_bookmarks).also("flags notes tags"),
    row(Act::ShowChain, "show-chain", "What this row was made of, step by step, down to the evidence", GRID, made_of_rows).also("lineage provenance origin").hint(26, "chain"),
    row(Act::ShowColumns, "show-columns", "Show the hidden columns again", GRID, has_hidden_columns).also("unhide"),
    row(Act::ShowHistory, "show-history", "List the steps and go back to any of them", ALL, always).also("log journal timeline"),
    row(Act::ShowMe, "show-me", "Have the step done before your eyes", ALL, in_lesson).also("lab demonstration"),
    row(Act::ShowNotedRows, "show-noted-rows", "The rows that the notes are about", GRID, has_notes).also("failed cells problems"),
    row(Act::ShowNotes, "show-notes", "What had to be said about this table's evidence", GRID, has_notes).also("warnings problems"),
    row(Act::ShowSolution, "show-solution", "Have the exercise solved before your eyes", ALL, in_lesson).also("lab answer"),
    row(Act::ShrinkPane, "shrink-pane", "Make this pane smaller", ALL, has_table).also("resize split"),
    row(Act::SkipStep, "skip-step", "Pass the step over", ALL, in_lesson).also("lab"),
    row(Act::Sort, "sort", "Sort by this column: up, down, off", GRID, whole_column).also("order").hint(50, "sort"),
    row(Act::Stack, "stack", "Count this column's values: how often, when, on how many hosts; rare first", GRID, whole_column).also("value counts frequency group histogram").hint(45, "stack"),
    row(Act::StackSeveral, "stack-several", "Count the values of several columns together", GRID, whole_column).also("value counts group"),
    row(Act::Suspend, "suspend", "Give the terminal back to the shell; fg returns", ALL, always).also("background"),
    row(Act::SweepIocs, "sweep-iocs", "Paste a report: where do its indicators stand in the open tables", GRID, whole).also("ioc intel search"),
    row(Act::ToggleDetail, "toggle-detail", "Open or close the row detail", GRID, has_rows).also("record enter").hint(25, "detail"),
    row(Act::ToggleMouse, "toggle-mouse", "Let the mouse move the cursor, or leave it to the terminal", ALL, always).also("click select"),
    row(Act::ToggleOnline, "toggle-online", "Let things be asked of the outside, or nothing", ALL, always).also("network offline internet"),
    row(Act::TurnStack, "turn-stack", "In a stack: common values first, or rare ones again", GRID, on_a_stack).also("order"),
    row(Act::TurnTimeZone, "turn-time-zone", "Show times in UTC, in the host's zone, in this machine's", ALL, always).also("local utc"),
    row(Act::Undo, "undo", "Undo the last step; nothing is lost", ALL, always).also("revert").hint(65, "undo"),
    row(Act::Operate("unpack-base64"), "unpack-base64", "Decode what is hidden in this column, layer by layer", GRID, whole_column).also("decode gzip zip hex powershell"),
    row(Act::Operate("url-parts"), "url-parts", "Take this column's URLs apart", GRID, whole_column).also("host path query"),
    row(Act::Operate("validate-tld"), "validate-tld", "Whether this column's names end in a suffix that is known", GRID, whole_column),
    row(Act::Operate("whois"), "whois", "Ask the registries who holds this column's names or addresses", GRID, online_column).also("rdap registrar"),
    row(Act::WidenColumn, "widen-column", "Show the column in full width, or fit it again", GRID, on_a_column).also("width"),
    row(Act::WrapRows, "wrap-rows", "Give each row several lines for long text, or one again", GRID, on_a_column).also("multiline"),
    row(Act::Zoom, "zoom", "Give the whole screen to this pane, or give it back", ALL, always).also("full maximise"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_row_can_be_found() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.id < b.id));
        for action in ACTIONS {
            assert_eq!(find(action.id).map(|a| a.act), Some(action.act));
        }
    }

    #[test]
    fn an_action_that_cannot_act_says_why() {
        let empty = Snapshot::default();
        let sort = find("sort").unwrap();
        assert!((sort.enabled)(&empty).unwrap_err().contains("run a query"));
        let filtered = Snapshot { n_rows: Some(0), n_filters: 1, ..Snapshot::default() };
        assert!((find("mark").unwrap().enabled)(&filtered).unwrap_err().contains("drop a filter"));
        let empty = Snapshot { n_rows: Some(0), ..Snapshot::default() };
        assert!((find("mark").unwrap().enabled)(&empty).unwrap_err().contains("has no rows"));
    }
}
