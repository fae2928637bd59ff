//! Settings in force, and where each comes from.

use std::fmt::Write;
use std::path::Path;

use crate::config;
use serde::Serialize;

/// Settings as they are resolved, in order, as lines of a settings file.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Name of the settings file, if there is one.
    file: Option<String>,
    lines: Vec<(String, String)>,
}

impl Shown {
    pub(super) fn new(file: Option<&Path>) -> Self {
        Self {
            file: file.map(|path| path.display().to_string()),
            lines: Vec::new(),
        }
    }

    /// The value in force: that of the command line, else that of the file, else none.
    pub(super) fn choose<T: Serialize>(
        &mut self,
        key: &str,
        given: Option<T>,
        written: Option<T>,
    ) -> Option<T> {
        let file = self.file.clone().unwrap_or_default();
        let (value, origin) = match (given, written) {
            (Some(value), _) => (Some(value), "command line".to_owned()),
            (None, Some(value)) => (Some(value), file),
            (None, None) => (None, "default".to_owned()),
        };
        self.line(key, value.as_ref(), origin);
        value
    }

    /// As [`Shown::choose`], with a default.
    pub(super) fn choose_or<T: Serialize>(
        &mut self,
        key: &str,
        given: Option<T>,
        written: Option<T>,
        default: T,
    ) -> T {
        match self.choose(key, given, written) {
            Some(value) => value,
            None => {
                self.lines.pop();
                self.line(key, Some(&default), "default".to_owned());
                default
            }
        }
    }

    /// Notes a value whose origin is told apart.
    pub(super) fn line<T: Serialize>(&mut self, key: &str, value: Option<&T>, origin: String) {
        let text = match value {
            Some(value) => format!("{key} = {}", config::literal(value)),
            None => format!("# {key} is not set"),
        };
        self.lines.push((text, origin));
    }

    /// A settings file that says the same, with the origins as comments.
    pub(super) fn text(&self) -> String {
        let mut text = match &self.file {
            Some(file) => format!("# settings file: {file}\n"),
            None => "# settings file: none\n".to_owned(),
        };
        let most = self
            .lines
            .iter()
            .map(|(line, _)| line.chars().count())
            .max();
        let width = most.unwrap_or_default().min(40);
        for (line, origin) in &self.lines {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{line:width$}  # {origin}");
        }
        text
    }
}
