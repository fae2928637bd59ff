//! Patterns that the user gives where names cannot be read by themselves.

use regex::{Regex, RegexBuilder};

use super::clock;
use super::recording::{Interner, Place, Recordings};
use crate::report::recordings::PositionUnit;
use crate::sample::Sample;

/// A regular expression with the named groups `recording`, `index`, `time`, searched in the whole
/// path.
#[derive(Debug, Clone)]
pub struct SequencePattern {
    regex: Regex,
}

/// A regular expression with the named group `group`, searched in the whole path.
#[derive(Debug, Clone)]
pub struct GroupPattern {
    regex: Regex,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not a regular expression, or one that would compile to more than a mebibyte.
    #[error("`{pattern}` is not a usable regular expression: {detail}")]
    Syntax {
        /// The pattern.
        pattern: String,
        /// What the parser says.
        detail: String,
    },
    /// No group says where a frame stands, or which group a sample belongs to.
    #[error("`{pattern}` needs {needed}, for example `{example}`")]
    GroupMissing {
        /// The pattern.
        pattern: String,
        /// What is missing.
        needed: &'static str,
        /// A pattern that has it.
        example: &'static str,
    },
    /// A named group that means nothing here.
    #[error("`{pattern}` names a group `{name}`; known are {known}")]
    GroupUnknown {
        /// The pattern.
        pattern: String,
        /// The name.
        name: String,
        /// Names that mean something.
        known: &'static str,
    },
}

impl SequencePattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is no regular expression, has neither a group `index` nor `time` or
    /// both, or has a named group of another name.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let regex = compile(pattern)?;
        let known = "`recording`, `index` and `time`";
        let names = names(&regex, pattern, &["recording", "index", "time"], known)?;
        let positions = names
            .iter()
            .filter(|name| *name == "index" || *name == "time")
            .count();
        if positions != 1 {
            return Err(PatternError::GroupMissing {
                pattern: pattern.into(),
                needed: "one named group `index` or `time`",
                example: "(?<recording>scene[0-9]+)_(?<index>[0-9]+)",
            });
        }
        Ok(Self { regex })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        self.regex.as_str()
    }

    /// Lays samples out; those that the pattern does not match have no place.
    ///
    /// Without a group `recording` all are one recording. An index is a whole number of at most 18
    /// digits. A time is a date with a time of day, seconds since 1970 in one of four units, or
    /// else a number of seconds.
    #[must_use]
    pub fn lay_out(&self, samples: &[Sample]) -> Recordings {
        let mut names = Interner::default();
        let places = samples
            .iter()
            .map(|sample| {
                let found = self.regex.captures(&sample.path)?;
                let text = |name| found.name(name).map(|group| group.as_str());
                let position = match (text("time"), text("index")) {
                    (Some(time), _) => time_of(time)?,
                    (None, index) => index.filter(|index| index.len() <= 18)?.parse().ok()?,
                };
                let recording = names.number(text("recording").unwrap_or_default());
                Some(Place {
                    recording,
                    position,
                    burst: 0,
                    step: 0,
                    view: 0,
                })
            })
            .collect();
        let has_time = self
            .regex
            .capture_names()
            .flatten()
            .any(|name| name == "time");
        let has_recording = self
            .regex
            .capture_names()
            .flatten()
            .any(|name| name == "recording");
        let unit = if has_time {
            PositionUnit::Nanoseconds
        } else {
            PositionUnit::Index
        };
        Recordings::arrange(places, names.into_names(), unit, has_time && !has_recording)
    }
}

impl GroupPattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// When it is no regular expression or its only named group is not `group`.
    pub fn parse(pattern: &str) -> Result<Self, PatternError> {
        let regex = compile(pattern)?;
        if names(&regex, pattern, &["group"], "`group`")?.is_empty() {
            return Err(PatternError::GroupMissing {
                pattern: pattern.into(),
                needed: "a named group `group`",
                example: "(?<group>patient[0-9]+)_",
            });
        }
        Ok(Self { regex })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        self.regex.as_str()
    }

    /// Whether it tells a group of a path; an empty match is none.
    #[must_use]
    pub fn fits(&self, path: &str) -> bool {
        self.group(path).is_some_and(|group| !group.is_empty())
    }

    /// The group of a path.
    pub(crate) fn group<'p>(&self, path: &'p str) -> Option<&'p str> {
        Some(self.regex.captures(path)?.name("group")?.as_str())
    }
}

/// The crate `regex` matches in linear time; the limit bounds what a pattern such as
/// `(\d{999}){999}` allocates.
fn compile(pattern: &str) -> Result<Regex, PatternError> {
    RegexBuilder::new(pattern)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| PatternError::Syntax {
            pattern: pattern.into(),
            detail: error.to_string(),
        })
}

fn names(
    regex: &Regex,
    pattern: &str,
    allowed: &[&str],
    known: &'static str,
) -> Result<Vec<String>, PatternError> {
    let names: Vec<String> = regex.capture_names().flatten().map(Into::into).collect();
    match names.iter().find(|name| !allowed.contains(&name.as_str())) {
        Some(name) => Err(PatternError::GroupUnknown {
            pattern: pattern.into(),
            name: name.clone(),
            known,
        }),
        None => Ok(names),
    }
}

fn time_of(text: &str) -> Option<i64> {
    if let Some(moment) = clock::find(text) {
        return Some(moment.nanoseconds);
    }
    let seconds: f64 = text
        .parse()
        .ok()
        .filter(|seconds: &f64| seconds.abs() < 9e9)?;
    Some((seconds * 1e9) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    #[test]
    fn a_pattern_lays_samples_out() {
        let samples = testing::samples(&["a-3-x9.png", "a-4-x1.png", "b-1-x.png", "c.png"]);
        let pattern = SequencePattern::parse("(?<recording>[a-z])-(?<index>[0-9]+)-").unwrap();
        let recordings = pattern.lay_out(&samples);
        assert_eq!(recordings.names, [Box::from("a"), Box::from("b")]);
        assert_eq!(recordings.places[1].unwrap().position, 4);
        assert_eq!(recordings.places[3], None);
    }

    #[test]
    fn a_time_may_be_seconds() {
        let samples = testing::samples(&["t=1.5s", "t=2.0s"]);
        let recordings = SequencePattern::parse("t=(?<time>[0-9.]+)s")
            .unwrap()
            .lay_out(&samples);
        assert_eq!(recordings.places[0].unwrap().position, 1_500_000_000);
    }

    #[test]
    fn bad_patterns_are_explained() {
        let text = |pattern| SequencePattern::parse(pattern).unwrap_err().to_string();
        assert!(text("(").contains("not a usable regular expression"));
        assert!(text("(\\d{999}){999}").contains("not a usable regular expression"));
        assert!(text("(?<recording>a)").contains("`index` or `time`"));
        assert!(text("(?<index>a)(?<frame>b)").contains("names a group `frame`"));
        let text = |pattern| GroupPattern::parse(pattern).unwrap_err().to_string();
        assert!(text("p[0-9]+").contains("needs a named group `group`"));
        assert!(text("(?<patient>p)").contains("known are `group`"));
    }

    #[test]
    fn values_that_are_no_numbers_have_no_place() {
        let pattern = SequencePattern::parse("(?<index>.*)").unwrap();
        let samples = testing::samples(&["abc", "9999999999999999999999", ""]);
        assert!(pattern.lay_out(&samples).order.is_empty());
    }
}
