//! casebook: an investigation workbench for the terminal.
//!
//! The modules in reading order. `docs/architecture.md` says who may use whom, and a test holds it to that.

pub mod model;

pub mod action;
pub mod config;

pub mod analysis;

pub mod egress;

pub mod query;

pub mod operation;

pub mod export;

pub mod case;

pub mod engine;

pub mod lab;

pub mod ui;

pub mod panes;

pub mod app;

pub mod cli;
