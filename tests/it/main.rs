//! The integration tests: one binary, since each links all of polars.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and one that is skipped says so"
)]

mod driver;
mod generated;
mod headless;
mod lab;
mod layering;
mod pty;
mod reference;
mod replay;
mod screens;
mod workbench;
