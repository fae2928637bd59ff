//! One line of progress on standard error, when that is a terminal.

use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

use crate::progress::{Progress, Stage};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// How a stage is shown: in less than 80 columns, so that no line wraps, and with a bar or a
/// number only where it moves.
fn template(stage: Stage, has_total: bool) -> &'static str {
    match (stage, has_total) {
        (Stage::Walking, _) => "listing   {spinner} {human_pos} files, {elapsed}",
        (Stage::Hashing, true) => {
            "reading   {bar:12} {human_pos} of {human_len} images, {rate}/s, {eta} left"
        }
        (Stage::Hashing, false) => "reading   {spinner} {human_pos} images, {elapsed}",
        (Stage::Masks, true) => {
            "reading   {bar:12} {human_pos} of {human_len} masks, {rate}/s, {eta} left"
        }
        (Stage::Masks, false) => "reading   {spinner} {human_pos} masks, {elapsed}",
        (Stage::Matching, _) => "comparing {spinner} {elapsed}",
    }
}

/// Shows each stage as a line that is gone when the stage ends.
#[derive(Debug, Default)]
pub(super) struct Line {
    bar: Mutex<Option<ProgressBar>>,
}

impl Line {
    fn with(&self, action: impl FnOnce(&mut Option<ProgressBar>)) {
        // A thread that panicked while it held the bar cannot have broken it.
        action(
            &mut self
                .bar
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
    }
}

impl Progress for Line {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        if let Ok(style) = ProgressStyle::with_template(template(stage, total.is_some())) {
            let whole = |state: &ProgressState, to: &mut dyn Write| {
                // There is nobody to tell if that fails.
                let _ = write!(to, "{:.0}", state.per_sec());
            };
            bar.set_style(style.with_key("rate", whole));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        self.with(|current| *current = Some(bar));
    }

    fn advance(&self, steps: u64) {
        self.with(|current| {
            if let Some(bar) = current {
                bar.inc(steps);
            }
        });
    }

    fn end(&self) {
        self.with(|current| {
            if let Some(bar) = current.take() {
                bar.finish_and_clear();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The template as it looks with the longest text of each of its keys.
    fn longest(template: &str) -> String {
        let keys = [
            ("{bar:12}", "############"),
            ("{spinner}", "*"),
            ("{human_pos}", "999,999,999"),
            ("{human_len}", "999,999,999"),
            ("{rate}", "99999"),
            // Rounded to one unit: `59s`, `99m`, `47h`.
            ("{elapsed}", "999d"),
            ("{eta}", "999d"),
        ];
        let filled = |text: String, (key, value): &(&str, &str)| text.replace(key, value);
        keys.iter().fold(template.to_owned(), filled)
    }

    #[test]
    fn no_line_of_progress_wraps_at_80_columns() {
        for stage in [
            Stage::Walking,
            Stage::Hashing,
            Stage::Masks,
            Stage::Matching,
        ] {
            for has_total in [false, true] {
                let line = longest(template(stage, has_total));
                assert!(!line.contains('{'), "{line}");
                assert!(line.len() < 80, "{} columns: {line}", line.len());
            }
        }
    }

    #[test]
    fn times_are_written_in_one_unit_and_numbers_with_separators() {
        let eta = indicatif::HumanDuration(Duration::from_secs(3 * 86_400));
        assert!(format!("{eta:#}").len() <= 4, "{eta:#}");
        let count = indicatif::HumanCount(999_999_999);
        assert_eq!(count.to_string(), "999,999,999");
    }
}
