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
use splitleak::sequence::pattern::{GroupPattern, PatternError, SequencePattern};
use splitleak::settings::{
    Columns, Detail, Input, LayoutChoice, Matching, Recorded, Settings, SplitDirectory,
};

use super::args::{CheckArgs, LayoutArg};

/// Settings and policy in force.
///
/// # Errors
/// A configuration file that cannot be read, or a value that means nothing.
pub(super) fn resolve(args: &CheckArgs) -> Result<(Settings, Policy), Error> {
    let config = read_config(args)?;
    let default = Detail::default();
    let settings = Settings {
        input: input(args, &config)?,
        columns: columns(args, &config),
        matching: Matching {
            similarity: args.matching.similarity.or(config.similarity),
        },
        recorded: recorded(args, &config)?,
        explain: super::run_files::explain(&args.explain)?,
        detail: Detail {
            pairs_per_sample: args
                .output
                .pairs_per_sample
                .or(config.pairs_per_sample)
                .unwrap_or(default.pairs_per_sample),
            findings_per_code: args
                .output
                .findings_per_code
                .or(config.findings_per_code)
                .unwrap_or(default.findings_per_code),
        },
    };
    Ok((settings, policy(args, &config)?))
}

fn wrong(message: String) -> Error {
    Error::Settings { message }
}

fn read_config(args: &CheckArgs) -> Result<Config, Error> {
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

fn input(args: &CheckArgs, config: &Config) -> Result<Input, Error> {
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
fn directories(args: &CheckArgs) -> Result<Input, Error> {
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

fn columns(args: &CheckArgs, config: &Config) -> Columns {
    let given = &args.input;
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

fn recorded(args: &CheckArgs, config: &Config) -> Result<Recorded, Error> {
    let given = &args.recorded;
    let refused = |option: &str, error: &PatternError| wrong(format!("`{option}`: {error}"));
    let sequence = given.sequence_pattern.as_ref().or(config.sequence_pattern.as_ref());
    let group = given.group_pattern.as_ref().or(config.group_pattern.as_ref());
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
    })
}

fn policy(args: &CheckArgs, config: &Config) -> Result<Policy, Error> {
    let limit = args
        .gate
        .max_leakage
        .as_ref()
        .or(config.max_leakage.as_ref());
    let codes = if args.gate.fail_on.is_empty() {
        config.fail_on.clone().unwrap_or_default()
    } else {
        args.gate.fail_on.clone()
    };
    Ok(Policy {
        max_leakage: limit.map(|text| text.parse()).transpose().map_err(wrong)?,
        fail_on: codes
            .iter()
            .map(|name| code(name))
            .collect::<Result<_, _>>()?,
        max_unreadable: args
            .gate
            .max_unreadable
            .or(config.max_unreadable)
            .unwrap_or(0),
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
