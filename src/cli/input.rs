//! What is checked: the dataset, its layout, columns and files, by command line and configuration.

use crate::config::Config;
use crate::error::Error;
use crate::path_pattern::PathPattern;
use crate::sample::{Layout, SplitRole};
use crate::settings::{Columns, Files, Input, SplitDirectory};

use super::args::{CommonArgs, InputArgs};
use super::owned;
use super::shown::Shown;

pub(super) fn input(args: &CommonArgs, config: &Config, shown: &mut Shown) -> Result<Input, Error> {
    let given = &args.input;
    let Some(root) = args.dataset.clone() else {
        return directories(args);
    };
    // A layout on the command line sets a manifest of the file aside.
    let written = config.manifest.as_ref().filter(|_| given.layout.is_none());
    let written = written.map(|manifest| root.join(manifest));
    if let Some(manifest) = shown.choose("manifest", given.manifest.clone(), written) {
        owned::protect(&manifest);
        return Ok(Input::Manifest { root, manifest });
    }
    let name = shown.choose_or(
        "layout",
        given.layout.clone(),
        config.layout.clone(),
        "auto".to_owned(),
    );
    let layout = match name.as_str() {
        "auto" => None,
        name => Some(Layout::choice(name).ok_or_else(|| {
            let known = Layout::CHOICES.map(Layout::name).join(", ");
            Error::settings(format!("layout `{name}` does not exist: use auto, {known}"))
        })?),
    };
    Ok(Input::Tree { root, layout })
}

/// Splits from `--train`, `--val` and `--test`; a repeated option numbers its splits.
fn directories(args: &CommonArgs) -> Result<Input, Error> {
    let given = &args.input;
    if given.val.is_empty() && given.test.is_empty() {
        let message = "`--train` needs `--val DIR` or `--test DIR` to compare with";
        return Err(Error::settings(message));
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

pub(super) fn columns(given: &InputArgs, config: &Config, shown: &mut Shown) -> Columns {
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
        folds: None,
    }
}

pub(super) fn patterns(
    given: &InputArgs,
    config: &Config,
    shown: &mut Shown,
) -> Result<Files, Error> {
    let mut read = |key: &str, given: &Vec<String>, written: &Option<Vec<String>>| {
        let given = (!given.is_empty()).then(|| given.clone());
        let texts = shown.choose_or(key, given, written.clone(), Vec::new());
        let patterns = texts.iter().map(|text| PathPattern::parse(text));
        let patterns: Result<Vec<PathPattern>, String> = patterns.collect();
        patterns.map_err(|message| Error::settings(format!("`--{key}`: {message}")))
    };
    let include = read("include", &given.include, &config.include)?;
    let exclude = read("exclude", &given.exclude, &config.exclude)?;
    let merge = given.merge_parts.then_some(true);
    let roles = (!given.roles.is_empty()).then(|| given.roles.clone());
    let roles = shown.choose_or("role", roles, config.role.clone(), Vec::new());
    let roles: Result<Vec<_>, Error> = roles.iter().map(|text| role(text)).collect();
    Ok(Files {
        include,
        exclude,
        merge_parts: shown.choose_or("merge-parts", merge, config.merge_parts, false),
        roles: roles?,
    })
}

/// `NAME=ROLE`; a name may hold a `=` itself.
fn role(text: &str) -> Result<(String, SplitRole), Error> {
    let told = text.rsplit_once('=').and_then(|(name, role)| {
        let role = match role.to_ascii_lowercase().as_str() {
            "train" | "training" => SplitRole::Training,
            "val" | "valid" | "validation" => SplitRole::Validation,
            "test" => SplitRole::Test,
            "other" => SplitRole::Other,
            _ => return None,
        };
        (!name.is_empty()).then(|| (name.to_owned(), role))
    });
    told.ok_or_else(|| {
        Error::settings(format!(
            "`--role {text}`: write NAME=ROLE with the role training, validation, test or other"
        ))
    })
}
