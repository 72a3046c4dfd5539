//! Pure algorithms over text and columns: no files, no sockets, no clocks, no screen.

pub mod column_typing;
pub mod defang;
pub mod filter_text;
pub mod find;
pub mod needle;
pub mod oddities;
pub mod profile;
pub mod sql_functions;
pub mod sql_text;
pub mod syslog;
pub mod table_hash;
pub mod text_order;
pub mod timestamp;
