//! What a run printed, kept as a file under `tests/snapshots`; CONTRIBUTING.md says how to update
//! them.

use crate::workspace::{Run, Workspace};

/// Compares a text with `tests/snapshots/FAMILY/NAME.snap`.
pub(crate) fn keep(family: &str, name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{family}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A run as a terminal shows it: the command, its status where that is not 0, and both streams.
pub(crate) fn transcript(arguments: &[&str], run: &Run) -> String {
    let words = arguments.iter().map(|word| match word.contains(' ') {
        true => format!("'{word}'"),
        false => (*word).to_owned(),
    });
    let command = ["splitleak".to_owned()].into_iter().chain(words);
    let mut text = format!("$ {}\n", command.collect::<Vec<_>>().join(" "));
    if run.status != 0 {
        text += &format!("? {}\n", run.status);
    }
    text += &run.stdout;
    if !run.stderr.is_empty() {
        text += &format!("[standard error]\n{}", run.stderr);
    }
    redacted(&text)
}

/// Without what differs from one release to the next.
pub(crate) fn redacted(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

/// Runs the command in a workspace, and keeps what it printed.
pub(crate) fn keep_run(workspace: &Workspace, family: &str, name: &str, arguments: &[&str]) {
    let run = workspace.run(arguments);
    keep(family, name, &transcript(arguments, &run));
}
