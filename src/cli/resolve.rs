//! Command line and configuration file to [`Settings`] and [`Policy`].
//!
//! The command line comes first, then the file, then the defaults.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use splitleak::config::{self, Config, GroupsWritten};
use splitleak::error::Error;
use splitleak::finding::Code;
use splitleak::gate::Policy;
use splitleak::gate::baseline::{self, Baseline};
use splitleak::gate::limit::{self, Limit};
use splitleak::gate::policy::day;
use splitleak::gate::suppression::{PathPattern, Suppression};
use splitleak::sample::SplitRole;
use splitleak::sequence::examine::LeakKind;
use splitleak::sequence::pattern::{GroupPattern, PatternError, SequencePattern};
use splitleak::settings::{
    Columns, Detail, Input, LayoutChoice, Matching, Recorded, Settings, SplitDirectory,
};

use super::args::{CheckArgs, CommonArgs, GateArgs, InputArgs, LayoutArg, RecordedArgs};
use super::shown::Shown;

/// What is in force for a check.
pub(super) struct Resolved {
    /// How to audit.
    pub(super) settings: Settings,
    /// How to judge.
    pub(super) policy: Policy,
    /// Where the baseline lies, or would.
    pub(super) baseline: PathBuf,
    /// Both, for people.
    pub(super) shown: Shown,
}

/// A settings file, and what has been taken from it.
pub(super) struct Source {
    config: Config,
    /// Where it lies, if there is one.
    file: Option<PathBuf>,
    shown: Shown,
}

/// Settings and policy in force for a check.
///
/// # Errors
/// A configuration file that cannot be read, or a value that means nothing.
pub(super) fn resolve(args: &CheckArgs) -> Result<Resolved, Error> {
    let (mut settings, mut source) = common(&args.common)?;
    let default = Detail::default();
    let (shown, config) = (&mut source.shown, &source.config);
    settings.detail = Detail {
        pairs_per_sample: shown.choose_or(
            "pairs-per-sample",
            args.output.pairs_per_sample,
            config.pairs_per_sample,
            default.pairs_per_sample,
        ),
        findings_per_code: shown.choose_or(
            "findings-per-code",
            args.output.findings_per_code,
            config.findings_per_code,
            default.findings_per_code,
        ),
    };
    settings.names_only = args.names_only;
    settings.simulate = args.simulate.splits.clone();
    settings.explain = super::run_files::explain(&args.explain)?;
    judged_by(settings, source, &args.common, &args.gate, Missing::Refused)
}

/// What to do about a baseline that was named and does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is an error.
    Refused,
    /// It is to be made.
    Empty,
}

/// Completes settings by a policy.
///
/// # Errors
/// As for [`resolve`].
pub(super) fn judged_by(
    mut settings: Settings,
    mut source: Source,
    common: &CommonArgs,
    args: &GateArgs,
    missing: Missing,
) -> Result<Resolved, Error> {
    let mut policy = policy(args, &source.config, &mut source.shown)?;
    let (baseline, is_named) = baseline_file(common, args, &mut source);
    if baseline.is_file() && !args.no_baseline || is_named && missing == Missing::Refused {
        policy.baseline = read_baseline(&baseline)?;
    }
    // What is accepted one by one has to be listed one by one, unless the user says otherwise.
    let default = Detail::default().findings_per_code;
    if policy.accepts_findings() && settings.detail.findings_per_code == default {
        settings.detail.findings_per_code = usize::MAX;
    }
    Ok(Resolved {
        settings,
        policy,
        baseline,
        shown: source.shown,
    })
}

/// Settings of every command that reads a dataset, and the file they were completed from.
///
/// # Errors
/// As for [`resolve`].
pub(super) fn common(args: &CommonArgs) -> Result<(Settings, Source), Error> {
    let (config, file) = read_config(args)?;
    let mut shown = Shown::new(file.as_deref());
    let mut settings = Settings::new(input(args, &config, &mut shown)?);
    settings.columns = columns(&args.input, &config, &mut shown);
    settings.matching = Matching {
        similarity: shown.choose("similarity", args.matching.similarity, config.similarity),
    };
    settings.recorded = recorded(&args.recorded, &config, &mut shown)?;
    Ok((
        settings,
        Source {
            config,
            file,
            shown,
        },
    ))
}

fn wrong(message: String) -> Error {
    Error::Settings { message }
}

fn read_config(args: &CommonArgs) -> Result<(Config, Option<PathBuf>), Error> {
    if let Some(path) = &args.config {
        return Ok((config::read(path)?, Some(path.clone())));
    }
    match beside(args, config::FILE_NAME) {
        Some(path) => Ok((config::read(&path)?, Some(path))),
        None => Ok((Config::default(), None)),
    }
}

/// A file of this name in the dataset directory, else in the current one.
fn beside(args: &CommonArgs, name: &str) -> Option<PathBuf> {
    let places = args
        .dataset
        .iter()
        .map(PathBuf::as_path)
        .chain([Path::new(".")]);
    // `./x` would be shown for `x`.
    let paths = places.map(|place| match place == Path::new(".") {
        true => PathBuf::from(name),
        false => place.join(name),
    });
    paths.into_iter().find(|path| path.is_file())
}

/// Where the baseline lies or would lie, and whether the user named it.
fn baseline_file(common: &CommonArgs, args: &GateArgs, source: &mut Source) -> (PathBuf, bool) {
    let settings_file = source.file.clone().unwrap_or_default();
    let written = source
        .config
        .baseline
        .as_ref()
        .map(|path| settings_file.with_file_name(path));
    let key = "baseline";
    if args.no_baseline {
        source
            .shown
            .line(key, None::<&String>, "command line".to_owned());
        return (PathBuf::from(baseline::FILE_NAME), false);
    }
    if args.baseline.is_some() || written.is_some() {
        let file = source.shown.choose(key, args.baseline.clone(), written);
        return (file.unwrap_or_default(), true);
    }
    let found = beside(common, baseline::FILE_NAME);
    let origin = if found.is_some() { "found" } else { "default" };
    source.shown.line(key, found.as_ref(), origin.to_owned());
    (found.unwrap_or_else(|| baseline::FILE_NAME.into()), false)
}

fn read_baseline(path: &Path) -> Result<Baseline, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        action: "read",
        path: path.to_path_buf(),
        source,
    })?;
    Baseline::parse(&text).map_err(|message| Error::Baseline {
        path: path.to_path_buf(),
        message,
    })
}

fn input(args: &CommonArgs, config: &Config, shown: &mut Shown) -> Result<Input, Error> {
    let given = &args.input;
    let Some(root) = args.dataset.clone() else {
        return directories(args);
    };
    // A layout on the command line sets a manifest of the file aside.
    let written = config.manifest.as_ref().filter(|_| given.layout.is_none());
    let written = written.map(|manifest| root.join(manifest));
    if let Some(manifest) = shown.choose("manifest", given.manifest.clone(), written) {
        return Ok(Input::Manifest { root, manifest });
    }
    let name = given.layout.as_ref().and_then(ValueEnum::to_possible_value);
    let name = name.map(|value| value.get_name().to_owned());
    let name = shown.choose_or("layout", name, config.layout.clone(), "auto".to_owned());
    let layout = LayoutArg::from_str(&name, true).map_err(|_| {
        wrong(format!(
            "layout `{name}` does not exist: use auto, image-folder or unsplit"
        ))
    })?;
    Ok(Input::Tree {
        root,
        layout: choice(layout),
    })
}

fn choice(layout: LayoutArg) -> LayoutChoice {
    match layout {
        LayoutArg::Auto => LayoutChoice::Auto,
        LayoutArg::ImageFolder => LayoutChoice::ImageFolder,
        LayoutArg::Unsplit => LayoutChoice::Unsplit,
    }
}

/// Splits from `--train`, `--val` and `--test`; a repeated option numbers its splits.
fn directories(args: &CommonArgs) -> Result<Input, Error> {
    let given = &args.input;
    if given.val.is_empty() && given.test.is_empty() {
        let message = "`--train` needs `--val DIR` or `--test DIR` to compare with";
        return Err(wrong(message.to_owned()));
    }
    let roles = [
        ("train", SplitRole::Training, &given.train),
        ("val", SplitRole::Validation, &given.val),
        ("test", SplitRole::Test, &given.test),
    ];
    let mut splits = Vec::new();
    for (name, role, paths) in roles {
        for (number, path) in paths.iter().enumerate() {
            let name = if paths.len() == 1 {
                name.to_owned()
            } else {
                format!("{name}{}", number + 1)
            };
            splits.push(SplitDirectory {
                name,
                role,
                path: path.clone(),
            });
        }
    }
    Ok(Input::Directories(splits))
}

fn columns(given: &InputArgs, config: &Config, shown: &mut Shown) -> Columns {
    let path = (!given.path_column.is_empty()).then(|| given.path_column.clone());
    let mut one = |key: &str, given: &Option<String>, written: &Option<String>| {
        shown.choose(key, given.clone(), written.clone())
    };
    let split = one("split-column", &given.split_column, &config.split_column);
    let label = one("label-column", &given.label_column, &config.label_column);
    let group = one("group-column", &given.group_column, &config.group_column);
    let time = one("time-column", &given.time_column, &config.time_column);
    Columns {
        path: shown.choose("path-column", path, config.path_column.clone()),
        split,
        label,
        group,
        time,
    }
}

fn recorded(given: &RecordedArgs, config: &Config, shown: &mut Shown) -> Result<Recorded, Error> {
    let refused = |option: &str, error: &PatternError| wrong(format!("`{option}`: {error}"));
    let mut pattern = |key: &str, given: &Option<String>, written: &Option<String>| {
        shown.choose(key, given.clone(), written.clone())
    };
    let sequence = pattern(
        "sequence-pattern",
        &given.sequence_pattern,
        &config.sequence_pattern,
    );
    let group = pattern("group-pattern", &given.group_pattern, &config.group_pattern);
    let given_none = given.group_none.clone();
    let given_none = given_none.map(|none| GroupsWritten { none });
    let no_groups = shown.choose("groups", given_none, config.groups.clone());
    let no_groups = no_groups.map(|groups| groups.none);
    if no_groups
        .as_ref()
        .is_some_and(|reason| reason.trim().is_empty())
    {
        return Err(wrong(
            "`--group-none`: say why names tell no groups".to_owned(),
        ));
    }
    if no_groups.is_some() && group.is_some() {
        let message =
            "`--group-pattern` and `groups = { none = ... }` contradict each other: leave one out";
        return Err(wrong(message.to_owned()));
    }
    Ok(Recorded {
        no_groups,
        sequence_pattern: sequence
            .map(|pattern| SequencePattern::parse(&pattern))
            .transpose()
            .map_err(|error| refused("--sequence-pattern", &error))?,
        group_pattern: group
            .map(|pattern| GroupPattern::parse(&pattern))
            .transpose()
            .map_err(|error| refused("--group-pattern", &error))?,
        neighbour_steps: shown.choose_or(
            "neighbour-steps",
            given.neighbour_steps,
            config.neighbour_steps,
            Recorded::default().neighbour_steps,
        ),
        counted: counted(given, config, shown)?,
    })
}

fn counted(
    given: &RecordedArgs,
    config: &Config,
    shown: &mut Shown,
) -> Result<Vec<LeakKind>, Error> {
    let given = &given.count_as_leaked;
    let names = shown.choose_or(
        "count-as-leaked",
        (!given.is_empty()).then(|| given.clone()),
        config.count_as_leaked.clone(),
        Vec::new(),
    );
    let kinds = names.iter().map(|name| {
        LeakKind::from_name(name).ok_or_else(|| {
            let known = LeakKind::ALL.map(LeakKind::name).join(", ");
            wrong(format!(
                "`{name}` cannot be counted as leaked; what can are {known}"
            ))
        })
    });
    let mut kinds: Vec<LeakKind> = kinds.collect::<Result<_, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

fn policy(args: &GateArgs, config: &Config, shown: &mut Shown) -> Result<Policy, Error> {
    let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    let mut policy = Policy::new(super::today()?);
    let limits = shown.choose(
        "max-leakage",
        some(&args.max_leakage),
        config.max_leakage.clone(),
    );
    for text in limits.unwrap_or_default() {
        policy.max_leakage.push(text.parse().map_err(wrong)?);
    }
    let suspected = shown.choose(
        "max-suspected",
        args.max_suspected.clone(),
        config.max_suspected.clone(),
    );
    policy.max_suspected = suspected
        .map(|text| text.parse::<Limit>())
        .transpose()
        .map_err(wrong)?;
    policy.strict = shown.choose_or("strict", args.strict.then_some(true), config.strict, false);
    let codes = shown.choose_or(
        "fail-on",
        some(&args.fail_on),
        config.fail_on.clone(),
        Vec::new(),
    );
    for name in codes {
        policy.fail_on.push(name.parse().map_err(wrong)?);
    }
    let unreadable = shown.choose_or(
        "max-unreadable",
        args.max_unreadable.clone(),
        config.max_unreadable.clone(),
        "0".to_owned(),
    );
    policy.max_unreadable = unreadable.parse::<Limit>().map_err(wrong)?;
    let coverage = shown.choose(
        "min-coverage",
        args.min_coverage.clone(),
        config.min_coverage.clone(),
    );
    policy.min_coverage = coverage
        .map(|text| limit::share(&text))
        .transpose()
        .map_err(wrong)?;
    for suppress in &config.suppress {
        policy.suppressions.push(suppression(suppress)?);
    }
    if !config.suppress.is_empty() {
        shown.choose("suppress", None, Some(config.suppress.clone()));
    }
    Ok(policy)
}

fn suppression(written: &config::Suppress) -> Result<Suppression, Error> {
    let refused =
        |message: String| wrong(format!("`[[suppress]]` of `{}`: {message}", written.code));
    if written.reason.trim().is_empty() {
        return Err(refused("say why, as `reason`".to_owned()));
    }
    let code = Code::from_name(&written.code);
    let code =
        code.ok_or_else(|| refused("no such code; `docs/findings.md` lists them".to_owned()))?;
    let pattern = |text: &String| PathPattern::parse(text);
    Ok(Suppression {
        code,
        path: written
            .path
            .as_ref()
            .map(pattern)
            .transpose()
            .map_err(refused)?,
        reason: written.reason.clone(),
        expires: written
            .expires
            .as_deref()
            .map(day)
            .transpose()
            .map_err(refused)?,
    })
}
