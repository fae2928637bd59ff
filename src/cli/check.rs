//! `splitleak check`: audit, judge, and write what was asked for.

use std::path::{Path, PathBuf};

use crate::audit::{audit_dataset, audit_in_steps};
use crate::cache::Cache;
use crate::change::{self, Snapshot, Touched, Tree};
use crate::error::Error;
use crate::progress::{Progress, Silent};
use crate::report::Report;
use crate::sample::Dataset;
use crate::settings::Settings;
use crate::source::text;
use crate::steps::Steps;
use crate::{dataset, gate};

use super::args::{CheckArgs, CommonArgs};
use super::exit::Outcome;
use super::files::SettingFiles;
use super::gate_args::{Format, ScopeArgs, Written};
use super::interrupt::Interrupt;
use super::written::{self, Beside};
use super::{advice, cache, clean_list, output, owned, progress, resolve, say, use_threads};

/// Checks a dataset.
///
/// # Errors
/// What keeps it from being checked, or a report from being written.
pub(super) fn run(args: &CheckArgs) -> Result<Outcome, Error> {
    run_from(args, None)
}

/// As [`run`], from what steps have left, where there are any.
///
/// # Errors
/// As for [`run`].
pub(super) fn run_from(args: &CheckArgs, steps: Option<&Steps>) -> Result<Outcome, Error> {
    let snapshot = staged(args)?;
    let files = SettingFiles {
        staged: snapshot.as_ref(),
    };
    let resolved = resolve::resolve(args, files)?;
    if args.output.show_settings {
        output::to_stdout(resolved.shown.text().as_bytes())?;
        return Ok(Outcome::Passed);
    }
    let outputs = outputs(args)?;
    let files = outputs.iter().map(|output| output.to.as_path());
    owned::announce(files.chain(args.output.clean_list.as_deref()))?;
    let scope = Scope::of(&args.scope, &args.common, snapshot.as_ref()).signed_in(steps);
    let memory = resolved.settings.memory.clone();
    let (report, dataset) = audited(resolved.settings, &args.common, scope, args.output.quiet)?;
    let report = gate::judge(report, &resolved.policy);
    let next = advice::next_commands(&report, args);
    let prefix = prefix(&args.common);
    for output in &outputs {
        let beside = Beside {
            next: &next,
            prefix: &prefix,
            names: args.output.names,
            page: &args.output.page,
            memory: &memory,
            dataset: Some(&dataset),
        };
        written::write(&report, output, beside)?;
    }
    if let Some(directory) = &args.output.page.plots {
        written::plots(&report, directory)?;
    }
    if let Some(path) = &args.output.clean_list {
        clean_list::write(&report, &dataset, path, args.output.quiet)?;
    }
    Ok(Outcome::of(&report.gate))
}

/// What is staged, where that is to be judged.
pub(super) fn staged(args: &CheckArgs) -> Result<Option<Snapshot>, Error> {
    let root = args.common.dataset.as_deref();
    let root = root.filter(|_| args.scope.staged);
    root.map(|root| Snapshot::take(root, handed_index().as_deref()))
        .transpose()
}

/// The index that git told its hook to use: that of `git commit -a` is not yet the repository's
/// own.
fn handed_index() -> Option<PathBuf> {
    std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from)
}

/// The dataset as it was named, for formats that point at files: checks are run at the
/// top of a repository. Nothing where it was named from the root of the file system.
fn prefix(common: &CommonArgs) -> String {
    let named = common.dataset.as_deref().filter(|path| path.is_relative());
    let parts = named.into_iter().flat_map(|path| path.components());
    let parts = parts.filter(|part| *part != std::path::Component::CurDir);
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// What is to be written, and where: at most one thing goes to standard output.
fn outputs(args: &CheckArgs) -> Result<Vec<Written>, Error> {
    let mut outputs = args.output.format.clone();
    outputs.extend(args.output.json.iter().map(|path| Written {
        format: Format::Json,
        to: path.clone(),
    }));
    outputs.extend(args.output.html.iter().map(|path| Written {
        format: Format::Html,
        to: path.clone(),
    }));
    written::require_one_stream(&outputs)?;
    let clean_list = args.output.clean_list.iter();
    let beside = clean_list.filter(|path| *path == Path::new("-"));
    let formats = outputs.iter().filter(|output| output.to == Path::new("-"));
    let to_stdout = match beside.count() + formats.count() {
        0 => false,
        1 => true,
        _ => {
            return Err(Error::Settings {
                message: "only one thing can go to standard output; name a file for the others"
                    .to_owned(),
            });
        }
    };
    if !args.output.quiet && !to_stdout {
        outputs.push(Written {
            format: Format::Terminal,
            to: "-".into(),
        });
    }
    Ok(outputs)
}

/// Which part of a dataset is judged, and where its files are taken from.
#[derive(Clone, Copy, Default)]
pub(super) struct Scope<'a> {
    changed_since: Option<&'a str>,
    files_from: Option<&'a Path>,
    staged: Option<&'a Snapshot>,
    /// Where files of settings and baselines may lie.
    common: Option<&'a CommonArgs>,
    /// What its images were signed into.
    steps: Option<&'a Steps>,
}

impl<'a> Scope<'a> {
    /// As the arguments say.
    pub(super) fn of(
        args: &'a ScopeArgs,
        common: &'a CommonArgs,
        staged: Option<&'a Snapshot>,
    ) -> Self {
        Self {
            common: Some(common),
            changed_since: args.changed_since.as_deref(),
            files_from: args.files_from.as_deref(),
            staged,
            steps: None,
        }
    }

    /// The same of what steps have signed, where there are any.
    pub(super) fn signed_in(self, steps: Option<&'a Steps>) -> Self {
        Self { steps, ..self }
    }
}

/// The report on a dataset, not judged yet, and the dataset. Shows progress and says what a person
/// should know.
///
/// # Errors
/// What keeps it from being checked.
pub(super) fn audited(
    settings: Settings,
    common: &CommonArgs,
    scope: Scope<'_>,
    quiet: bool,
) -> Result<(Report, Dataset), Error> {
    use_threads(common.threads)?;
    let line = progress::Line::default();
    let shown: &dyn Progress = if quiet { &Silent } else { &line };
    let progress = Interrupt::new(shown);
    let mut tell = |told: Told| match told {
        Told::Note(_) if quiet => {}
        Told::Note(text) => say(&format!("note: {text}")),
        Told::Warning(text) => say(&format!("warning: {text}")),
    };
    let dataset = loaded(&settings, scope, &progress)?;
    owned::protect_dataset(&settings.input, &dataset)?;
    let cache = cache::open(&common.cache);
    let report = audited_of(settings, &dataset, scope, &cache, &progress, &mut tell)?;
    Ok((report, dataset))
}

/// Something that a person should know beside the report.
pub(super) enum Told {
    /// What was done, and why.
    Note(String),
    /// What did not work and keeps nothing from being checked.
    Warning(String),
}

/// The dataset, as it lies there or as it is staged.
///
/// # Errors
/// What keeps it from being read.
pub(super) fn loaded(
    settings: &Settings,
    scope: Scope<'_>,
    progress: &dyn Progress,
) -> Result<Dataset, Error> {
    let Settings {
        input,
        columns,
        files,
        ..
    } = settings;
    match scope.staged {
        Some(snapshot) => snapshot.load(input, columns, files, progress),
        None => dataset::load(input, columns, files, progress),
    }
}

/// The report on a dataset, not judged yet, without a word but to `tell`.
///
/// # Errors
/// What keeps it from being checked.
pub(super) fn audited_of(
    settings: Settings,
    dataset: &Dataset,
    scope: Scope<'_>,
    cache: &Cache,
    progress: &dyn Progress,
    tell: &mut dyn FnMut(Told),
) -> Result<Report, Error> {
    let touched = touched(&settings, scope, dataset)?;
    let notes = touched.notes.into_iter();
    notes.for_each(|note| tell(Told::Note(note)));
    let settings = Settings {
        focus: touched.paths,
        ..settings
    };
    let audited = match scope.steps {
        Some(steps) => audit_in_steps(&settings, dataset, steps, cache, progress),
        None => audit_dataset(&settings, dataset, cache, progress),
    };
    if let Some(warning) = cache.warning() {
        tell(Told::Warning(warning));
    }
    audited
}

fn touched(settings: &Settings, scope: Scope<'_>, dataset: &Dataset) -> Result<Touched, Error> {
    if let Some(revision) = scope.changed_since {
        let handed = handed_index();
        let tree = match scope.staged {
            Some(snapshot) => Tree::Staged(snapshot),
            None => Tree::Working(handed.as_deref()),
        };
        let said = scope
            .common
            .map(resolve::files_that_say)
            .unwrap_or_default();
        return change::since(revision, tree, dataset, (settings, &said));
    }
    let Some(path) = scope.files_from else {
        return Ok(Touched {
            paths: None,
            notes: Vec::new(),
        });
    };
    let failed = |source| Error::Io {
        action: "read",
        path: path.to_path_buf(),
        source,
    };
    let list = match path == Path::new("-") {
        true => text::read_stdin(),
        false => text::read(path, text::TABLE),
    };
    let list = list.map_err(failed)?;
    let here = std::env::current_dir().map_err(failed)?;
    change::listed(&list, &here, dataset)
}
