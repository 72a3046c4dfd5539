//! Pure algorithms over text and columns: no files, no sockets, no clocks, no screen.

pub mod column_typing;
pub mod command_line;
pub mod decode;
pub mod defang;
pub mod domain;
pub mod filter_text;
pub mod find;
pub mod ioc;
pub mod ip;
pub mod mask;
mod mask_text;
pub mod needle;
pub mod networks;
pub mod oddities;
pub mod profile;
pub mod rdap;
pub mod risky;
pub mod sql_functions;
pub mod sql_text;
pub mod syslog;
pub mod table_hash;
pub mod text_order;
pub mod timestamp;
pub mod url_parts;
