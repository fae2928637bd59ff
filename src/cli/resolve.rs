//! Command line and configuration file to [`Settings`] and [`Policy`].
//!
//! The command line comes first, then the file, then the defaults.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::config::{self, Config, GroupsWritten};
use crate::error::Error;
use crate::finding::Code;
use crate::gate::Policy;
use crate::gate::baseline::{self, Baseline};
use crate::gate::limit::{self, Limit};
use crate::gate::policy::day;
use crate::gate::suppression::Suppression;
use crate::leak::Leak;
use crate::path_pattern::PathPattern;
use crate::sequence::pattern::{GroupPattern, PatternError, SequencePattern};
use crate::settings::{Detail, Matching, Recorded, Settings};
use crate::source::text;

use super::args::{CheckArgs, CommonArgs, GateArgs, RecordedArgs};
use super::files::{SettingFiles, must_be_file};
use super::input::{columns, input, patterns};
use super::say;
use super::shown::Shown;
use super::{memory, owned};

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
pub(super) struct Source<'a> {
    config: Config,
    /// Where it lies, if there is one.
    file: Option<PathBuf>,
    shown: Shown,
    files: SettingFiles<'a>,
}

/// Settings and policy in force for a check.
///
/// # Errors
/// A configuration file that cannot be read, or a value that means nothing.
pub(super) fn resolve(args: &CheckArgs, files: SettingFiles<'_>) -> Result<Resolved, Error> {
    let (mut settings, mut source) = common(&args.common, files)?;
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
    settings.columns.folds = args.folds.clone();
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
    mut source: Source<'_>,
    common: &CommonArgs,
    args: &GateArgs,
    missing: Missing,
) -> Result<Resolved, Error> {
    let mut policy = policy(args, &source.config, &mut source.shown)?;
    let (baseline, is_named) = baseline_file(common, args, &mut source)?;
    let is_there = match is_named {
        true => {
            if missing == Missing::Empty {
                must_be_file(&baseline)?;
            }
            missing == Missing::Refused || baseline.is_file()
        }
        false => !args.no_baseline && source.files.has(&baseline)?,
    };
    if is_there {
        policy.baseline = read_baseline(&baseline, source.files)?;
        owned::protect(&baseline);
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
pub(super) fn common<'a>(
    args: &CommonArgs,
    files: SettingFiles<'a>,
) -> Result<(Settings, Source<'a>), Error> {
    let (config, file) = read_config(args, files)?;
    let mut shown = Shown::new(file.as_deref());
    let mut settings = Settings::new(input(args, &config, &mut shown)?);
    settings.columns = columns(&args.input, &config, &mut shown);
    settings.files = patterns(&args.input, &config, &mut shown)?;
    settings.matching = Matching {
        similarity: shown.choose("similarity", args.matching.similarity, config.similarity),
    };
    settings.recorded = recorded(&args.recorded, &config, &mut shown)?;
    let written = config.max_memory.clone();
    let memory = shown.choose("max-memory", args.max_memory.clone(), written);
    settings.memory = match memory {
        Some(text) => memory::read(&text).map_err(Error::settings)?,
        None => memory::default(),
    };
    Ok((
        settings,
        Source {
            config,
            file,
            shown,
            files,
        },
    ))
}

fn read_config(
    args: &CommonArgs,
    files: SettingFiles<'_>,
) -> Result<(Config, Option<PathBuf>), Error> {
    let path = match &args.config {
        Some(path) => Some(path.clone()),
        None => beside(args, config::FILE_NAME, files)?,
    };
    let Some(path) = path else {
        return Ok((Config::default(), None));
    };
    owned::protect(&path);
    let config = config::read(&path, &files.read(&path, text::SETTINGS)?)?;
    warn_of_another(args, &path, files)?;
    Ok((config, Some(path)))
}

/// Where files of settings and baselines lie, or would lie.
pub(super) fn files_that_say(args: &CommonArgs) -> BTreeSet<PathBuf> {
    let names = match args.config {
        Some(_) => &[baseline::FILE_NAME][..],
        None => &[config::FILE_NAME, baseline::FILE_NAME],
    };
    let places = args.dataset.iter().map(PathBuf::as_path);
    let places = places.chain([Path::new(".")]);
    let usual = places.flat_map(|place| names.iter().map(move |name| place.join(name)));
    args.config.iter().cloned().chain(usual).collect()
}

/// Says that a file of settings is not in force because another one is.
fn warn_of_another(args: &CommonArgs, taken: &Path, files: SettingFiles<'_>) -> Result<(), Error> {
    let other = Path::new(config::FILE_NAME);
    let is_beside = args.config.is_none() && taken != other;
    if is_beside && files.has(other)? && other.canonicalize().ok() != taken.canonicalize().ok() {
        say(&format!(
            "warning: the settings of `{}` are in force, and those of `./{}` are not; `--config FILE` says which",
            taken.display(),
            other.display()
        ));
    }
    Ok(())
}

/// A file of this name in the dataset directory, else in the current one.
fn beside(
    args: &CommonArgs,
    name: &str,
    files: SettingFiles<'_>,
) -> Result<Option<PathBuf>, Error> {
    let places = args.dataset.iter().map(PathBuf::as_path);
    for place in places.chain([Path::new(".")]) {
        // `./x` would be shown for `x`.
        let path = match place == Path::new(".") {
            true => PathBuf::from(name),
            false => place.join(name),
        };
        if files.has(&path)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Where the baseline lies or would lie, and whether the user named it.
fn baseline_file(
    common: &CommonArgs,
    args: &GateArgs,
    source: &mut Source<'_>,
) -> Result<(PathBuf, bool), Error> {
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
        return Ok((PathBuf::from(baseline::FILE_NAME), false));
    }
    if args.baseline.is_some() || written.is_some() {
        let file = source.shown.choose(key, args.baseline.clone(), written);
        return Ok((file.unwrap_or_default(), true));
    }
    let found = beside(common, baseline::FILE_NAME, source.files)?;
    let origin = if found.is_some() { "found" } else { "default" };
    source.shown.line(key, found.as_ref(), origin.to_owned());
    Ok((found.unwrap_or_else(|| baseline::FILE_NAME.into()), false))
}

fn read_baseline(path: &Path, files: SettingFiles<'_>) -> Result<Baseline, Error> {
    let text = files.read(path, text::TABLE)?;
    Baseline::parse(&text).map_err(|message| Error::Baseline {
        path: path.to_path_buf(),
        message,
    })
}

fn recorded(given: &RecordedArgs, config: &Config, shown: &mut Shown) -> Result<Recorded, Error> {
    let refused =
        |option: &str, error: &PatternError| Error::settings(format!("`{option}`: {error}"));
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
        return Err(Error::settings(
            "`--group-none`: say why names tell no groups".to_owned(),
        ));
    }
    if no_groups.is_some() && group.is_some() {
        let message =
            "`--group-pattern` and `groups = { none = ... }` contradict each other: leave one out";
        return Err(Error::settings(message.to_owned()));
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

fn counted(given: &RecordedArgs, config: &Config, shown: &mut Shown) -> Result<Vec<Leak>, Error> {
    let given = &given.count_as_leaked;
    let names = shown.choose_or(
        "count-as-leaked",
        (!given.is_empty()).then(|| given.clone()),
        config.count_as_leaked.clone(),
        Vec::new(),
    );
    let kinds = names.iter().map(|name| {
        let known = Leak::by_names().find(|leak| leak.name() == name);
        known.ok_or_else(|| {
            let known: Vec<&str> = Leak::by_names().map(Leak::name).collect();
            let known = known.join(", ");
            Error::settings(format!(
                "`{name}` cannot be counted as leaked; what can are {known}"
            ))
        })
    });
    let mut kinds: Vec<Leak> = kinds.collect::<Result<_, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

fn policy(args: &GateArgs, config: &Config, shown: &mut Shown) -> Result<Policy, Error> {
    let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    let mut policy = Policy::new(super::today()?);
    policy.has_outside_limits = !args.max_leakage.is_empty() || !args.fail_on.is_empty();
    let limits = shown.choose(
        "max-leakage",
        some(&args.max_leakage),
        config.max_leakage.clone(),
    );
    for text in limits.unwrap_or_default() {
        policy
            .max_leakage
            .push(text.parse().map_err(Error::settings)?);
    }
    let suspected = shown.choose(
        "max-suspected",
        args.max_suspected.clone(),
        config.max_suspected.clone(),
    );
    policy.max_suspected = suspected
        .map(|text| text.parse::<Limit>())
        .transpose()
        .map_err(Error::settings)?;
    policy.strict = shown.choose_or("strict", args.strict.then_some(true), config.strict, false);
    let codes = shown.choose_or(
        "fail-on",
        some(&args.fail_on),
        config.fail_on.clone(),
        Vec::new(),
    );
    for name in codes {
        policy.fail_on.push(name.parse().map_err(Error::settings)?);
    }
    let unreadable = shown.choose_or(
        "max-unreadable",
        args.max_unreadable.clone(),
        config.max_unreadable.clone(),
        "0".to_owned(),
    );
    policy.max_unreadable = unreadable.parse::<Limit>().map_err(Error::settings)?;
    let coverage = shown.choose(
        "min-coverage",
        args.min_coverage.clone(),
        config.min_coverage.clone(),
    );
    policy.min_coverage = coverage
        .map(|text| limit::share(&text))
        .transpose()
        .map_err(Error::settings)?;
    for suppress in &config.suppress {
        policy.suppressions.push(suppression(suppress)?);
    }
    if !config.suppress.is_empty() {
        shown.choose("suppress", None, Some(config.suppress.clone()));
    }
    Ok(policy)
}

fn suppression(written: &config::Suppress) -> Result<Suppression, Error> {
    let refused = |message: String| {
        Error::settings(format!("`[[suppress]]` of `{}`: {message}", written.code))
    };
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
