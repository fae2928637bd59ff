//! The next command to type.

use splitleak::report::Report;

use super::args::CheckArgs;

/// Commands worth typing now, most useful first, each with what it gives.
pub(super) fn next_commands(report: &Report, args: &CheckArgs) -> Vec<String> {
    let mut commands = Vec::new();
    let command = command_line(args);
    if !report.pairs.is_empty() && args.output.json.is_none() {
        commands.push(format!("{command} --json report.json"));
        commands.push("    every pair, for scripts".to_owned());
    }
    let leaks = report.leakage.iter().any(|entry| entry.leaked.count > 0);
    if !report.leakage.is_empty() && args.gate.max_leakage.is_none() {
        commands.push(format!("{command} --max-leakage 0.5%"));
        let effect = if leaks {
            "exit status 1 while it leaks, for CI"
        } else {
            "keep it so, in CI"
        };
        commands.push(format!("    {effect}"));
    }
    commands
}

/// What was typed to name the dataset, quoted where a shell needs it.
fn command_line(args: &CheckArgs) -> String {
    let mut words = vec!["splitleak check".to_owned()];
    let quoted = |path: &std::path::Path| {
        let text = path.display().to_string();
        let plain = |c: char| c.is_alphanumeric() || "/._-+,:=@".contains(c);
        if text.chars().all(plain) {
            text
        } else {
            format!("'{}'", text.replace('\'', "'\\''"))
        }
    };
    words.extend(args.dataset.iter().map(|path| quoted(path)));
    let input = &args.input;
    let flags = [
        ("--train", &input.train),
        ("--val", &input.val),
        ("--test", &input.test),
    ];
    for (flag, paths) in flags {
        words.extend(paths.iter().map(|path| format!("{flag} {}", quoted(path))));
    }
    words.extend(
        input
            .manifest
            .iter()
            .map(|path| format!("--manifest {}", quoted(path))),
    );
    words.join(" ")
}
