//! Findings that a team sets aside by code and path, each with a reason.

use chrono::NaiveDate;
use globset::{GlobBuilder, GlobMatcher};

use crate::finding::Code;

/// Findings of one code, everywhere or under a path, that are not to fail the gate.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// Which findings.
    pub code: Code,
    /// Where; `None` is everywhere.
    pub path: Option<PathPattern>,
    /// Why they are accepted.
    pub reason: String,
    /// Last day on which they are.
    pub expires: Option<NaiveDate>,
}

impl Suppression {
    /// Whether it still holds on `today`.
    #[must_use]
    pub fn holds(&self, today: NaiveDate) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }

    /// Whether a finding of the code is meant that is about `path`.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let pattern = self.path.as_ref();
        pattern.is_none_or(|pattern| pattern.matches(path))
    }

    /// As a user would name it: the code, and where.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.path {
            None => format!("`{}`", self.code.name()),
            Some(path) => format!("`{}` in `{}`", self.code.name(), path.text),
        }
    }
}

/// A pattern for paths: `*` and `?` stay within one folder, `**` crosses folders,
/// `[ab]` and `{a,b}` choose, a folder with `/` at its end means all below it.
#[derive(Debug, Clone)]
pub struct PathPattern {
    text: String,
    matcher: GlobMatcher,
}

impl PathPattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let whole = if text.ends_with('/') {
            format!("{text}**")
        } else {
            text.to_owned()
        };
        let glob = GlobBuilder::new(&whole).literal_separator(true).build();
        let glob =
            glob.map_err(|error| format!("`{text}` is no path pattern: {}", error.kind()))?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Whether a path relative to the dataset is meant.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_in_its_folder_and_two_stars_do_not() {
        let matches = |pattern, path| PathPattern::parse(pattern).unwrap().matches(path);
        assert!(matches("val/*.jpg", "val/a.jpg"));
        assert!(!matches("val/*.jpg", "val/cat/a.jpg"));
        assert!(matches("val/**/*.jpg", "val/cat/a.jpg"));
        assert!(matches("val/", "val/cat/a.jpg"));
        assert!(!matches("val/", "validation/a.jpg"));
        assert!(matches("**/a.{jpg,png}", "x/y/a.png"));
        assert!(!matches("a.jpg", "x/a.jpg"));
    }

    #[test]
    fn a_broken_pattern_is_refused() {
        assert!(PathPattern::parse("val/[").unwrap_err().contains("val/["));
    }
}
