//! The command line: the only place that knows arguments, standard streams and exit statuses.
//!
//! Part of the library behind the feature `cli`, so that a module for another language can offer
//! the command, too.

mod advice;
mod args;
mod baseline;
mod cache;
mod check;
mod clean_list;
pub mod embedded;
mod environment;
mod event_files;
mod exit;
mod files;
mod gate_args;
mod init;
mod input;
mod interrupt;
mod memory;
mod output;
mod own;
mod owned;
mod plan;
mod plan_args;
mod progress;
mod reports;
mod resolve;
mod run_files;
mod shown;
mod split;
mod split_current;
mod steps;
mod steps_args;
mod written;

use std::error::Error as _;
use std::ffi::OsString;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Error;
use crate::faults;
use crate::render;
use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use exit::Outcome;

/// Runs the command that `arguments` name, the program's own name first, and returns its exit
/// status: 0, 1, 2 or 130, see the README.
///
/// Meant to be all that a process does: takes over the panic hook and Ctrl-C, sets the number of
/// threads, writes to the standard streams, and ends the process where Ctrl-C cannot wait.
#[must_use]
pub fn run<Argument>(arguments: impl IntoIterator<Item = Argument>) -> u8
where
    Argument: Into<OsString>,
{
    let words = arguments.into_iter().map(Into::into).collect();
    let cli = match command_line(words) {
        Ok(cli) => cli,
        Err(outcome) => return outcome.status(),
    };
    // Decoders may panic on hostile files. That is caught and becomes a finding;
    // the default hook would print a backtrace into the middle of the summary.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = match catch_unwind(AssertUnwindSafe(|| obey(&cli))) {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(Error::Interrupted)) => {
            say("interrupted");
            return interrupt::STATUS;
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
    outcome.status()
}

/// The command line with the arguments of the environment, or how the run ends: after help, or for
/// misuse.
fn command_line(words: Vec<OsString>) -> Result<Cli, Outcome> {
    let value = std::env::var_os(environment::VARIABLE);
    let words = environment::complete(words, value.clone()).map_err(|error| {
        complain(&error);
        Outcome::NotChecked
    })?;
    Cli::try_parse_from(words).map_err(|error| {
        // Bad usage goes to standard error, what `--help` and `--version` asked for to standard
        // output. There is nobody to tell if printing fails.
        let _ = error.print();
        if !error.use_stderr() {
            return Outcome::Passed;
        }
        let value = value.and_then(|value| value.into_string().ok());
        if let Some(hint) = value.as_deref().and_then(environment::hint) {
            say(&hint);
        }
        Outcome::NotChecked
    })
}

fn obey(cli: &Cli) -> Result<Outcome, Error> {
    match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Split(args) => split::run(args),
        Command::Plan(command) => plan::run(command),
        Command::Sign(args) => steps::sign(args),
        Command::Learn(args) => steps::learn(args),
        Command::Match(args) => steps::find(args),
        Command::Report(args) => steps::report(args),
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

/// Most threads that may be asked for: more take longer to start than they save.
const MOST_THREADS: usize = 1024;

/// # Errors
/// More threads than any machine has use for.
fn use_threads(threads: Option<usize>) -> Result<(), Error> {
    if let Some(threads) = threads {
        if threads > MOST_THREADS {
            return Err(Error::settings(format!(
                "`--threads {threads}`: at most {MOST_THREADS}; without the option there is one for each core"
            )));
        }
        // Fails only when a pool exists already, and none does this early.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
    Ok(())
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
    say(&faults::cut(&format!("error: {error}")));
    let mut cause = error.source();
    while let Some(error) = cause {
        say(&faults::cut(&format!("  caused by: {error}")));
        cause = error.source();
    }
}

/// Prints a line on standard error; there is nobody to tell if that fails.
fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
