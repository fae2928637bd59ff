//! The only place that knows the command line, standard streams and exit statuses.

mod advice;
mod args;
mod baseline;
mod cache;
mod check;
mod correlation;
mod environment;
mod exit;
mod files;
mod gate_args;
mod init;
mod interrupt;
mod output;
mod progress;
mod reports;
mod resolve;
mod run_files;
mod shown;
mod split;
mod written;

use std::error::Error as _;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use splitleak::error::Error;
use splitleak::render;

use args::{Cli, Command, CommonArgs};
use exit::Outcome;

/// Runs the command that the process was started with.
pub(super) fn main() -> ExitCode {
    // Decoders may panic on hostile files. That is caught and becomes a finding;
    // the default hook would print a backtrace into the middle of the summary.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = match command_line() {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    let outcome = match catch_unwind(AssertUnwindSafe(|| run(&cli))) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(Error::Interrupted)) => {
            say("interrupted");
            return interrupt::Interrupt::status();
        }
        Ok(Err(error)) => {
            complain(&error);
            Outcome::NotChecked
        }
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("unknown");
            say(&format!("error: internal error, please report it: {text}"));
            Outcome::NotChecked
        }
    };
    outcome.into()
}

/// The command line with the arguments of the environment, or how the process ends: help, or misuse.
fn command_line() -> Result<Cli, ExitCode> {
    let value = std::env::var_os(environment::VARIABLE);
    let words = environment::complete(std::env::args_os().collect(), value.clone());
    let words = words.map_err(|error| {
        complain(&error);
        ExitCode::from(Outcome::NotChecked)
    })?;
    Cli::try_parse_from(words).map_err(|error| {
        // There is nobody to tell if that fails.
        let _ = error.print();
        if !error.use_stderr() {
            return ExitCode::SUCCESS;
        }
        let value = value.and_then(|value| value.into_string().ok());
        if let Some(hint) = value.as_deref().and_then(environment::hint) {
            say(&hint);
        }
        Outcome::NotChecked.into()
    })
}

fn run(cli: &Cli) -> Result<Outcome, Error> {
    match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Split(args) => split::run(args),
        Command::Schema => {
            let mut schema = render::json::schema();
            schema.push('\n');
            output::to_stdout(schema.as_bytes())?;
            Ok(Outcome::Passed)
        }
        Command::Baseline(command) => baseline::run(command),
        Command::Diff(args) => reports::diff(args),
        Command::Render(args) => reports::render(args),
        Command::Init(args) => init::run(args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "splitleak", &mut script);
            output::to_stdout(&script)?;
            Ok(Outcome::Passed)
        }
        Command::Man => {
            output::to_stdout(&manual()?)?;
            Ok(Outcome::Passed)
        }
        Command::Cache(command) => {
            output::to_stdout(cache::run(command)?.as_bytes())?;
            Ok(Outcome::Passed)
        }
    }
}

/// One page for the command and every command below it.
fn manual() -> Result<Vec<u8>, Error> {
    let mut page = Vec::new();
    let failed = |source| Error::Io {
        action: "write",
        path: "standard output".into(),
        source,
    };
    let command = Cli::command();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(failed)?;
    for below in command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
    {
        let name = format!("splitleak {}", below.get_name());
        let below = clap_mangen::Man::new(below.clone().display_name(&name).bin_name(&name));
        page.extend_from_slice(format!(".SH {}\n", name.to_uppercase()).as_bytes());
        below
            .render_description_section(&mut page)
            .map_err(failed)?;
        below.render_options_section(&mut page).map_err(failed)?;
        below.render_extra_section(&mut page).map_err(failed)?;
    }
    Ok(page)
}

fn use_threads(args: &CommonArgs) {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already, and none does this early.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
}

/// The day by which expiry is told: `$SOURCE_DATE_EPOCH` where it is set, as
/// reproducible builds have it, else that of the clock, in UTC.
fn today() -> Result<chrono::NaiveDate, Error> {
    let Some(seconds) = std::env::var_os("SOURCE_DATE_EPOCH") else {
        return Ok(chrono::Utc::now().date_naive());
    };
    let seconds = seconds.to_str().and_then(|text| text.parse().ok());
    let time = seconds.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    let day = time.map(|time| time.date_naive());
    day.ok_or_else(|| Error::Settings {
        message: "`$SOURCE_DATE_EPOCH` is no number of seconds since 1970; unset it".to_owned(),
    })
}

/// Prints an error and its causes.
fn complain(error: &Error) {
    say(&format!("error: {error}"));
    let mut cause = error.source();
    while let Some(error) = cause {
        say(&format!("  caused by: {error}"));
        cause = error.source();
    }
}

/// Prints a line on standard error; there is nobody to tell if that fails.
fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
