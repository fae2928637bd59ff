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
            "reading   {bar:16} {human_pos} of {human_len} images, {rate}/s, {eta} left"
        }
        (Stage::Hashing, false) => "reading   {spinner} {human_pos} images, {elapsed}",
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
