//! Queries and the evidence they read: the only room that opens evidence.

mod error;
mod follow;
mod format;
mod library;
mod opening;
mod parameter;
mod range;
mod reader;
mod render;
mod side_file;
mod source;
mod sql;
mod template;
mod template_file;

pub use error::{Error, Result, plain_polars};
pub use follow::{can_grow, grown};
pub use format::Format;
pub use library::{Layer, Library, LibraryConfig, template_files};
pub use opening::Opened;
pub use parameter::{Parameter, ParameterType, Value};
pub use reader::{Reach, Watch};
pub use source::{Part, Source, Sources};
pub use template::{Body, Template};
