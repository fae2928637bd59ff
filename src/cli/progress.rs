//! One line of progress on standard error, when that is a terminal.

use std::sync::Mutex;
use std::time::Duration;

use crate::progress::{Progress, Stage};
use indicatif::{ProgressBar, ProgressStyle};

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
        let (word, unit) = match stage {
            Stage::Walking => ("listing", "files"),
            Stage::Hashing => ("reading", "images"),
            Stage::Matching => ("comparing", "images"),
        };
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let template = if total.is_some() {
            format!(
                "{word:10} {{bar:24}} {{human_pos}} of {{human_len}} {unit}, {{per_sec}}, {{eta}} left"
            )
        } else {
            format!("{word:10} {{spinner}} {{human_pos}} {unit}, {{elapsed}}")
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
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
