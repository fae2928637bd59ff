//! The next command to type.

use std::path::Path;

use crate::report::{Report, Verdict};

use super::args::{CheckArgs, CommonArgs};

/// Commands worth typing now, most useful first, each with what it gives.
pub(super) fn next_commands(report: &Report, args: &CheckArgs) -> Vec<String> {
    let mut commands = Vec::new();
    let mut suggest = |command: String, effect: &str| {
        commands.push(command);
        commands.push(format!("    {effect}"));
    };
    let command = command_line(&args.common);
    if args.names_only {
        suggest(command, "the same with pixels: what of it is confirmed");
        return commands;
    }
    // The other commands know no folds.
    let whole = command.clone();
    let command = match &args.folds {
        Some(column) => format!("{command} --folds {}", quoted(column)),
        None => command,
    };
    let leaks = report.leakage.iter().any(|entry| entry.leaked.count > 0);
    if leaks && report.explanation.is_none() {
        let command = format!("{command} --training-log FILE");
        suggest(
            command,
            "how much of a low validation loss the leak could explain",
        );
    }
    if leaks && args.common.dataset.is_some() {
        let command = whole.replacen("check", "split", 1);
        suggest(
            format!("{command} --out split.csv"),
            "a split by recording and group that does not leak",
        );
    }
    if !report.pairs.is_empty() && args.output.json.is_none() {
        suggest(
            format!("{command} --json report.json"),
            "every pair, for scripts",
        );
    }
    let refused = report
        .gate
        .violations
        .iter()
        .any(|one| one.code.is_judgement());
    if refused && report.scope.is_none() && args.folds.is_none() {
        let command = command.replacen("check", "baseline write", 1);
        suggest(
            format!("{command} --reason TEXT"),
            "accept what is there, and fail only on what is new",
        );
    }
    if report.dataset.splits.is_empty()
        && report.simulated_splits.is_empty()
        && report.coverage.signed > 0
    {
        suggest(
            format!("{command} --simulate-split random:0.2:7 --simulate-split last:0.2"),
            "how much a split would leak, before training on it",
        );
    }
    if !report.leakage.is_empty() && args.gate.max_leakage.is_empty() && report.gate.passed {
        let effect = match report.verdict {
            Verdict::Leaks => "exit status 1 while it leaks, for CI",
            Verdict::Clear => "keep it so, in CI",
            Verdict::Unknown | Verdict::NotJudged => {
                "exit status 1 once it leaks, for CI; `--strict` fails on what is not known, too"
            }
        };
        suggest(format!("{command} --max-leakage 0.5%"), effect);
    }
    commands
}

/// The dataset as it was named, quoted where a shell needs it.
pub(super) fn dataset(args: &CommonArgs) -> String {
    args.dataset
        .as_deref()
        .map(quoted)
        .unwrap_or_else(|| "DATASET".to_owned())
}

/// What was typed to name the dataset, its splits, and what is known of them.
fn command_line(args: &CommonArgs) -> String {
    let mut words = vec!["splitleak check".to_owned()];
    words.extend(args.dataset.iter().map(quoted));
    let input = &args.input;
    let flags = [
        ("--train", &input.train),
        ("--val", &input.val),
        ("--test", &input.test),
    ];
    for (flag, paths) in flags {
        words.extend(paths.iter().map(|path| format!("{flag} {}", quoted(path))));
    }
    let manifest = input.manifest.iter();
    words.extend(manifest.map(|path| format!("--manifest {}", quoted(path))));
    words.extend(
        input
            .layout
            .as_ref()
            .map(|layout| format!("--layout {layout}")),
    );
    words.extend(
        input
            .roles
            .iter()
            .map(|role| format!("--role {}", quoted(role))),
    );
    let paths = (!input.path_column.is_empty()).then(|| input.path_column.join(","));
    let recorded = &args.recorded;
    let counted = &recorded.count_as_leaked;
    let counted = (!counted.is_empty()).then(|| counted.join(","));
    for (option, value) in [
        ("--path-column", &paths),
        ("--split-column", &input.split_column),
        ("--label-column", &input.label_column),
        ("--group-column", &input.group_column),
        ("--time-column", &input.time_column),
        ("--sequence-pattern", &recorded.sequence_pattern),
        ("--group-pattern", &recorded.group_pattern),
        ("--count-as-leaked", &counted),
    ] {
        let value = value.iter().map(quoted);
        words.extend(value.map(|value| format!("{option} {value}")));
    }
    let config = args.config.iter();
    words.extend(config.map(|path| format!("--config {}", quoted(path))));
    words.join(" ")
}

fn quoted(path: impl AsRef<Path>) -> String {
    let text = path.as_ref().display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:=@".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
