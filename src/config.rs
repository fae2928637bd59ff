//! `splitleak.toml` as written: every key optional, unknown keys refused.

use std::path::Path;

use serde::Deserialize;

use crate::error::Error;

/// Name of the file that is looked for in the dataset directory.
pub const FILE_NAME: &str = "splitleak.toml";

/// The file as written. The command line overrides it key by key.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Config {
    /// As `--manifest`, relative to the dataset directory.
    pub manifest: Option<String>,
    /// As `--layout`.
    pub layout: Option<String>,
    /// As `--path-column`, several for several cameras.
    pub path_column: Option<Vec<String>>,
    /// As `--split-column`.
    pub split_column: Option<String>,
    /// As `--label-column`.
    pub label_column: Option<String>,
    /// As `--group-column`.
    pub group_column: Option<String>,
    /// As `--time-column`.
    pub time_column: Option<String>,
    /// As `--similarity`.
    pub similarity: Option<f32>,
    /// As `--sequence-pattern`.
    pub sequence_pattern: Option<String>,
    /// As `--group-pattern`.
    pub group_pattern: Option<String>,
    /// As `--neighbour-steps`.
    pub neighbour_steps: Option<u32>,
    /// As `--count-as-leaked`.
    pub count_as_leaked: Option<Vec<String>>,
    /// As `--pairs-per-sample`.
    pub pairs_per_sample: Option<usize>,
    /// As `--findings-per-code`.
    pub findings_per_code: Option<usize>,
    /// As `--max-leakage`.
    pub max_leakage: Option<String>,
    /// As `--fail-on`.
    pub fail_on: Option<Vec<String>>,
    /// As `--max-unreadable`.
    pub max_unreadable: Option<u64>,
}

/// Reads a configuration file.
///
/// # Errors
/// [`Error::Io`] when it cannot be read, [`Error::Config`] when it is no TOML,
/// has a key that does not exist (the message lists those that do), or a value
/// of the wrong type.
pub fn read(path: &Path) -> Result<Config, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
        action: "read",
        path: path.to_path_buf(),
        source,
    })?;
    parse(&text).map_err(|message| Error::Config {
        path: path.to_path_buf(),
        message,
    })
}

fn parse(text: &str) -> Result<Config, String> {
    toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_the_valid_ones() {
        let message = parse("max-leakage = \"1%\"\nmax-leek = 3\n").unwrap_err();
        for word in ["max-leek", "line 2", "max-leakage", "fail-on", "manifest"] {
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn a_wrong_type_names_its_line() {
        let message = parse("similarity = \"ten\"\n").unwrap_err();
        assert!(
            message.contains("line 1") && message.contains("ten"),
            "{message}"
        );
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        assert_eq!(parse("").unwrap(), Config::default());
    }
}
