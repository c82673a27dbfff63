//! Real interpreters for the tests: which are there, what they wrote, and what they say about a payload.
//!
//! CPython is the judge of this crate. [`interpreters`] finds every CPython of the machine, [`corpus`] has it write its
//! payloads, [`Judge`] keeps it running and asks it questions, [`venv`] installs packages for it below `target`.
#![allow(dead_code)] // every test binary uses its own part
#![allow(unreachable_pub)]

mod browser;
mod corpus;
mod golden;
mod judge;
mod pycs;
mod pyodide;
mod python;
pub mod std;
mod suite;

#[allow(unused_imports)]
pub use self::{
    browser::{Browser, available as browser_available},
    corpus::{Buffer, Kind, Record, assembled, corpus, corpus_path, numpy_corpus},
    golden::{Golden, golden, version},
    judge::{Judge, Loading, Trouble},
    pycs::pycs,
    pyodide::{pyodide, run_pyodide},
    python::{Python, default_python, interpreters, not_run, python2, scripts, venv},
    suite::{Suite, suite},
};
