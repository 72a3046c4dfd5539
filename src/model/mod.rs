//! The nouns that every other room speaks of: tables, roles, lineage, steps, notes, display-safe text.
//!
//! Nothing here does I/O, waits, or knows of a screen.

mod budget;
mod cancel;
mod cell;
mod chip;
mod desk;
mod evidence;
mod history;
mod kind;
mod marks;
mod nested;
mod note;
mod role;
mod shown;
mod snapshot;
mod step;
mod table;
mod time_range;
mod timeline;
mod zone;

pub use budget::{Budget, Limits, Stop};
pub use cancel::{Cancel, Progress};
pub use cell::{Cell, CellKind, format_time, hex, json, parted_hex, plain_text, write_time};
pub use chip::Chip;
pub use desk::{Bookmark, Desk, DeskChange, Place, StackOf, ViewState};
pub use evidence::{Evidence, SourceId};
pub use history::{History, Moment};
pub use kind::Kind;
pub use marks::Marks;
pub use nested::{Notation, brief_nested, parse_nested};
pub use note::{Level, Note};
pub use role::Role;
pub use shown::{Piece, Shown, TextMode, Untrusted};
pub use snapshot::{ColumnUnderCursor, Focus, Snapshot};
pub use step::{Input, Params, SortKey, Step};
pub use table::{Column, FROM, LINEAGE, ROW, RowOrigin, SOURCE, Table, TableId, is_hidden};
pub use time_range::{TimeRange, TimeRangeError, parse_moment};
pub use timeline::Timeline;
pub use zone::Zone;
