//! The integration tests: one binary, since each links all of polars.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and one that is skipped says so"
)]

mod bad_input;
mod case;
mod decode;
mod derived;
mod driver;
mod evidence;
mod evtx_file;
mod follow;
mod generated;
mod grid;
mod headless;
mod lab;
mod layering;
mod lessons;
mod line;
mod lineage;
mod oddities;
mod opening;
mod operations;
mod outside;
mod places;
mod pty;
mod reading;
mod reference;
mod replay;
mod screens;
mod story;
mod workbench;
