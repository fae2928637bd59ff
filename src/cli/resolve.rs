//! Command line and configuration file to [`Settings`] and [`Policy`].
//!
//! The command line comes first, then the file, then the defaults.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use splitleak::config::{self, Config};
use splitleak::error::Error;
use splitleak::finding::{CODES, Code};
use splitleak::gate::Policy;
use splitleak::sample::SplitRole;
use splitleak::sequence::examine::LeakKind;
use splitleak::sequence::pattern::{GroupPattern, PatternError, SequencePattern};
use splitleak::settings::{
    Columns, Detail, Input, LayoutChoice, Matching, Recorded, Settings, SplitDirectory,
};

use super::args::{CheckArgs, CommonArgs, GateArgs, InputArgs, LayoutArg, RecordedArgs};

/// Settings and policy in force for a check.
///
/// # Errors
/// A configuration file that cannot be read, or a value that means nothing.
pub(super) fn resolve(args: &CheckArgs) -> Result<(Settings, Policy), Error> {
    let (settings, config) = common(&args.common)?;
    let default = Detail::default();
    let (pairs, findings) = (args.output.pairs_per_sample, args.output.findings_per_code);
    let detail = Detail {
        pairs_per_sample: pairs
            .or(config.pairs_per_sample)
            .unwrap_or(default.pairs_per_sample),
        findings_per_code: findings
            .or(config.findings_per_code)
            .unwrap_or(default.findings_per_code),
    };
    let explain = super::run_files::explain(&args.explain)?;
    Ok((
        Settings {
            names_only: args.names_only,
            simulate: args.simulate.splits.clone(),
            explain,
            detail,
            ..settings
        },
        policy(&args.gate, &config)?,
    ))
}

/// Settings of every command that reads a dataset, and the file they were completed from.
///
/// # Errors
/// As for [`resolve`].
pub(super) fn common(args: &CommonArgs) -> Result<(Settings, Config), Error> {
    let config = read_config(args)?;
    let settings = Settings {
        input: input(args, &config)?,
        columns: columns(&args.input, &config),
        matching: Matching {
            similarity: args.matching.similarity.or(config.similarity),
        },
        recorded: recorded(&args.recorded, &config)?,
        names_only: false,
        simulate: Vec::new(),
        explain: None,
        detail: Detail::default(),
    };
    Ok((settings, config))
}

fn wrong(message: String) -> Error {
    Error::Settings { message }
}

fn read_config(args: &CommonArgs) -> Result<Config, Error> {
    if let Some(path) = &args.config {
        return config::read(path);
    }
    let places = args
        .dataset
        .iter()
        .map(PathBuf::as_path)
        .chain([Path::new(".")]);
    for place in places {
        let path = place.join(config::FILE_NAME);
        if path.is_file() {
            return config::read(&path);
        }
    }
    Ok(Config::default())
}

fn input(args: &CommonArgs, config: &Config) -> Result<Input, Error> {
    let given = &args.input;
    let Some(root) = args.dataset.clone() else {
        return directories(args);
    };
    if let Some(manifest) = &given.manifest {
        return Ok(Input::Manifest {
            root,
            manifest: manifest.clone(),
        });
    }
    if let Some(layout) = given.layout {
        return Ok(Input::Tree {
            root,
            layout: choice(layout),
        });
    }
    if let Some(manifest) = &config.manifest {
        let manifest = root.join(manifest);
        return Ok(Input::Manifest { root, manifest });
    }
    let layout = match &config.layout {
        None => LayoutChoice::Auto,
        Some(name) => choice(LayoutArg::from_str(name, true).map_err(|_| {
            wrong(format!(
                "layout `{name}` does not exist: use auto, image-folder or unsplit"
            ))
        })?),
    };
    Ok(Input::Tree { root, layout })
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

fn columns(given: &InputArgs, config: &Config) -> Columns {
    let one = |given: &Option<String>, written: &Option<String>| {
        given.clone().or_else(|| written.clone())
    };
    let path = (!given.path_column.is_empty()).then(|| given.path_column.clone());
    Columns {
        path: path.or_else(|| config.path_column.clone()),
        split: one(&given.split_column, &config.split_column),
        label: one(&given.label_column, &config.label_column),
        group: one(&given.group_column, &config.group_column),
        time: one(&given.time_column, &config.time_column),
    }
}

fn recorded(given: &RecordedArgs, config: &Config) -> Result<Recorded, Error> {
    let refused = |option: &str, error: &PatternError| wrong(format!("`{option}`: {error}"));
    let sequence = given
        .sequence_pattern
        .as_ref()
        .or(config.sequence_pattern.as_ref());
    let group = given
        .group_pattern
        .as_ref()
        .or(config.group_pattern.as_ref());
    Ok(Recorded {
        sequence_pattern: sequence
            .map(|pattern| SequencePattern::parse(pattern))
            .transpose()
            .map_err(|error| refused("--sequence-pattern", &error))?,
        group_pattern: group
            .map(|pattern| GroupPattern::parse(pattern))
            .transpose()
            .map_err(|error| refused("--group-pattern", &error))?,
        neighbour_steps: given
            .neighbour_steps
            .or(config.neighbour_steps)
            .unwrap_or(Recorded::default().neighbour_steps),
        counted: counted(given, config)?,
    })
}

fn counted(given: &RecordedArgs, config: &Config) -> Result<Vec<LeakKind>, Error> {
    let names = if given.count_as_leaked.is_empty() {
        config.count_as_leaked.clone().unwrap_or_default()
    } else {
        given.count_as_leaked.clone()
    };
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

fn policy(args: &GateArgs, config: &Config) -> Result<Policy, Error> {
    let limit = args.max_leakage.as_ref().or(config.max_leakage.as_ref());
    let codes = if args.fail_on.is_empty() {
        config.fail_on.clone().unwrap_or_default()
    } else {
        args.fail_on.clone()
    };
    Ok(Policy {
        max_leakage: limit.map(|text| text.parse()).transpose().map_err(wrong)?,
        fail_on: codes
            .iter()
            .map(|name| code(name))
            .collect::<Result<_, _>>()?,
        max_unreadable: args.max_unreadable.or(config.max_unreadable).unwrap_or(0),
    })
}

fn code(name: &str) -> Result<Code, Error> {
    Code::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = CODES.iter().map(|row| row.1).collect();
        wrong(format!(
            "code `{name}` does not exist; codes are {}",
            names.join(", ")
        ))
    })
}
