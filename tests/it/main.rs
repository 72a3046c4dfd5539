//! The integration tests: one binary, since each links all of polars.

mod driver;
mod generated;
mod headless;
mod layering;
mod pty;
mod reference;
mod replay;
mod screens;
mod workbench;
