//! Patterns for paths relative to a dataset; the only user of `globset`.

use globset::{GlobBuilder, GlobMatcher};

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

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a path relative to the dataset is meant.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }

    /// Whether a folder is meant, or all that may lie in it.
    #[must_use]
    pub fn covers(&self, folder: &str) -> bool {
        // A name that only a pattern for every name fits.
        const ANY: &str = "\u{1}any\u{1}";
        self.matches(folder) || self.matches(&format!("{folder}/{ANY}"))
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
    fn a_folder_is_covered_by_what_means_it_or_all_below() {
        let covers = |pattern, folder| PathPattern::parse(pattern).unwrap().covers(folder);
        for pattern in ["val/more", "val/more/", "val/more/**", "val/**", "**"] {
            assert!(covers(pattern, "val/more"), "{pattern}");
        }
        for pattern in ["val/*.jpg", "val/more/*.jpg", "**/a*", "train/**"] {
            assert!(!covers(pattern, "val/more"), "{pattern}");
        }
    }

    #[test]
    fn a_broken_pattern_is_refused() {
        assert!(PathPattern::parse("val/[").unwrap_err().contains("val/["));
    }
}
