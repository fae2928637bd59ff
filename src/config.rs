//! `splitleak.toml` as written: every key optional, unknown keys refused.

use std::fmt;
use std::path::Path;

use serde::de::{Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::faults;

/// Name of the file that is looked for in the dataset directory.
pub(crate) const FILE_NAME: &str = "splitleak.toml";

/// The file as written. The command line overrides it key by key.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Config {
    /// As `--manifest`, relative to the dataset directory.
    pub manifest: Option<String>,
    /// As `--layout`.
    pub layout: Option<String>,
    /// As `--include`.
    pub include: Option<Vec<String>>,
    /// As `--exclude`.
    pub exclude: Option<Vec<String>>,
    /// As `--merge-parts`.
    pub merge_parts: Option<bool>,
    /// As `--role`: `["extra=validation"]`.
    pub role: Option<Vec<String>>,
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
    /// As `--group-none`: `groups = { none = "why names tell no groups" }`.
    pub groups: Option<GroupsWritten>,
    /// As `--neighbour-steps`.
    pub neighbour_steps: Option<u32>,
    /// As `--count-as-leaked`.
    pub count_as_leaked: Option<Vec<String>>,
    /// As `--max-memory`: `"2G"`.
    pub max_memory: Option<String>,
    /// As `--pairs-per-sample`.
    pub pairs_per_sample: Option<usize>,
    /// As `--findings-per-code`.
    pub findings_per_code: Option<usize>,
    /// As `--max-leakage`: one limit, or several.
    #[serde(deserialize_with = "one_or_several")]
    pub max_leakage: Option<Vec<String>>,
    /// As `--max-suspected`: a number, or a share as text.
    #[serde(deserialize_with = "number_or_text")]
    pub max_suspected: Option<String>,
    /// As `--strict`.
    pub strict: Option<bool>,
    /// As `--fail-on`.
    pub fail_on: Option<Vec<String>>,
    /// As `--max-unreadable`: a number, or a share as text.
    #[serde(deserialize_with = "number_or_text")]
    pub max_unreadable: Option<String>,
    /// As `--min-coverage`.
    pub min_coverage: Option<String>,
    /// As `--baseline`, relative to this file.
    pub baseline: Option<String>,
    /// Findings that are set aside; the command line has no such option.
    pub suppress: Vec<Suppress>,
}

/// What the user says of groups, as written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupsWritten {
    /// Why names tell no groups.
    pub none: String,
}

/// Findings that are set aside, as written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Suppress {
    /// Code of the findings.
    pub code: String,
    /// Pattern of paths; everywhere without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// Last day, `2027-01-31`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
}

/// A value as this file spells it.
#[must_use]
pub(crate) fn literal(value: &impl Serialize) -> String {
    toml::Value::try_from(value)
        .map_or_else(|error| format!("# {error}"), |value| value.to_string())
}

fn one_or_several<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    struct OneOrSeveral;
    impl<'de> Visitor<'de> for OneOrSeveral {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a limit such as \"0.5%\", or a list of limits")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![text.to_owned()])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }
    }
    from.deserialize_any(OneOrSeveral).map(Some)
}

fn number_or_text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    struct NumberOrText;
    impl Visitor<'_> for NumberOrText {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number of images, or a share such as \"1%\"")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(text.to_owned())
        }

        fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
            Ok(number.to_string())
        }
    }
    from.deserialize_any(NumberOrText).map(Some)
}

/// Reads the text of a configuration file.
///
/// # Errors
/// [`Error::Config`] when it is no TOML, has a key that does not exist (the message
/// lists those that do), or a value of the wrong type.
pub(crate) fn read(path: &Path, text: &str) -> Result<Config, Error> {
    parse(text).map_err(|message| Error::Config {
        path: path.to_path_buf(),
        message,
    })
}

fn parse(text: &str) -> Result<Config, String> {
    toml::from_str(text).map_err(|error| faults::toml(&error.to_string()))
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
    fn a_limit_may_stand_alone_or_in_a_list_and_a_number_may_be_a_share() {
        let read = |text| parse(text).unwrap();
        let one = read("max-leakage = \"1%\"\nmax-unreadable = 3\n");
        assert_eq!(one.max_leakage, Some(vec!["1%".to_owned()]));
        assert_eq!(one.max_unreadable.as_deref(), Some("3"));
        let two = read("max-leakage = [\"1%\", \"test=0\"]\nmax-unreadable = \"1%\"\n");
        assert_eq!(two.max_leakage.map(|list| list.len()), Some(2));
        assert_eq!(two.max_unreadable.as_deref(), Some("1%"));
        let said = parse("max-leakage = 3\n").unwrap_err();
        assert!(said.contains("line 1") && said.contains("0.5%"), "{said}");
    }

    #[test]
    fn a_suppression_without_a_reason_is_refused() {
        let said = parse("[[suppress]]\ncode = \"low-information\"\n").unwrap_err();
        assert!(said.contains("reason"), "{said}");
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        assert_eq!(parse("").unwrap(), Config::default());
    }
}
