//! The only place that knows the command line, standard streams and exit statuses.

mod advice;
mod args;
mod cache;
mod exit;
mod output;
mod progress;
mod resolve;
mod run_files;
mod split;

use std::error::Error as _;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use splitleak::error::Error;
use splitleak::progress::{Progress, Silent};
use splitleak::report::Report;
use splitleak::{audit, gate, render};

use args::{CheckArgs, Cli, Command, CommonArgs};
use exit::Outcome;

/// Runs the command that the process was started with.
pub(super) fn main() -> ExitCode {
    // Decoders may panic on hostile files. That is caught and becomes a finding;
    // the default hook would print a backtrace into the middle of the summary.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = match catch_unwind(AssertUnwindSafe(|| run(&Cli::parse()))) {
        Ok(Ok(outcome)) => outcome,
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

fn run(cli: &Cli) -> Result<Outcome, Error> {
    match &cli.command {
        Command::Check(args) => check(args),
        Command::Split(args) => split::run(args),
        Command::Schema => {
            let mut schema = render::json::schema();
            schema.push('\n');
            output::to_stdout(schema.as_bytes())?;
            Ok(Outcome::Passed)
        }
        Command::Cache(command) => {
            output::to_stdout(cache::run(command)?.as_bytes())?;
            Ok(Outcome::Passed)
        }
    }
}

fn check(args: &CheckArgs) -> Result<Outcome, Error> {
    let (settings, policy) = resolve::resolve(args)?;
    use_threads(&args.common);
    let line = progress::Line::default();
    let progress: &dyn Progress = if args.output.quiet { &Silent } else { &line };
    let cache = cache::open(&args.common.cache);
    let audited = audit(&settings, &cache, progress);
    if let Some(warning) = cache.warning() {
        say(&format!("warning: {warning}"));
    }
    let mut report = audited?;
    report.gate = gate::judge(&report, &policy);
    let dash = Some(Path::new("-"));
    let to_stdout = [&args.output.json, &args.explain.correlation]
        .iter()
        .any(|path| path.as_deref() == dash);
    if let Some(path) = &args.output.json {
        write_json(&report, path)?;
    }
    if let Some(path) = &args.explain.correlation {
        draw(&report, path)?;
    }
    if !args.output.quiet && !to_stdout {
        summarise(&report, args)?;
    }
    Ok(Outcome::of(&report.gate))
}

fn use_threads(args: &CommonArgs) {
    if let Some(threads) = args.threads {
        // Fails only when a pool exists already, and none does this early.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
}

fn write_json(report: &Report, path: &Path) -> Result<(), Error> {
    let mut text = Vec::new();
    let failed = |source| Error::Io {
        action: "write",
        path: path.to_path_buf(),
        source,
    };
    render::json::render(report, &mut text).map_err(failed)?;
    if path == Path::new("-") {
        output::to_stdout(&text)
    } else {
        output::to_file(path, &text)
    }
}

fn draw(report: &Report, path: &Path) -> Result<(), Error> {
    let predictions = report.explanation.as_ref().and_then(|all| all.t3.as_ref());
    let Some(correlation) = predictions.and_then(|t3| t3.correlation.as_ref()) else {
        return Err(Error::Settings {
            message: "`--correlation` draws numbers: it needs numeric targets and a column `y_pred` in the predictions".to_owned(),
        });
    };
    let picture = render::correlation::svg(correlation);
    if path == Path::new("-") {
        output::to_stdout(picture.as_bytes())
    } else {
        output::to_file(path, picture.as_bytes())
    }
}

fn summarise(report: &Report, args: &CheckArgs) -> Result<(), Error> {
    let mut text = Vec::new();
    let next = advice::next_commands(report, args);
    let failed = |source| Error::Io {
        action: "write",
        path: "standard output".into(),
        source,
    };
    render::terminal::render(report, &next, &mut text).map_err(failed)?;
    output::to_stdout(&text)
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
