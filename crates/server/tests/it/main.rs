//! Tests of the whole program, through its command line and its sockets.

mod cli;
mod config;
mod program;
