//! The `splitleak` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    splitleak::cli::run(std::env::args_os()).into()
}
