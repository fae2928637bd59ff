//! `splitleak plan`: folds times seeds, and what their results say.

use crate::workspace::Workspace;

fn images() -> Workspace {
    let workspace = Workspace::new();
    for seed in 0..24 {
        workspace.image(&format!("data/{:08x}.png", seed * 7919 % 104_729), seed);
    }
    workspace
}

const WRITE: [&str; 10] = [
    "plan",
    "write",
    "data",
    "--out",
    "plan.csv",
    "--folds",
    "3",
    "--seeds",
    "2",
    "--no-cache",
];

#[test]
fn more_seeds_or_threads_than_anybody_has_use_for_are_refused() {
    let workspace = images();
    let plan = [
        "plan", "write", "data", "--out", "plan.csv", "--seeds", "99999999",
    ];
    let run = workspace.run(&plan);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("at most 10000"), "{}", run.stderr);
    assert!(!workspace.path("plan.csv").exists());
    let said = workspace.refused(&["data", "--threads", "99999999"]);
    assert!(said.contains("at most 1024"), "{said}");
    assert_eq!(
        workspace
            .run(&["check", "data", "--threads", "1000"])
            .status,
        0
    );
}

/// The lines of a file of a workspace.
fn lines(workspace: &Workspace, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(workspace.path(file)).unwrap();
    text.lines().map(ToOwned::to_owned).collect()
}

#[test]
fn a_plan_has_a_row_for_each_seed_of_each_fold_and_is_never_written_over() {
    let workspace = images();
    let run = workspace.run(&WRITE);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        run.stdout.starts_with("6 runs in plan.csv"),
        "{}",
        run.stdout
    );
    let plan = lines(&workspace, "plan.csv");
    assert_eq!(plan[0], "run,seed,fold,split_column,train,val,loss");
    assert_eq!(plan.len(), 7);
    assert_eq!(plan[6], "6,2,3,split_3,16,8,");
    // Each image is validated on once.
    for line in &lines(&workspace, "plan.folds.csv")[1..] {
        let cells = line.split(',').skip(1);
        assert_eq!(cells.filter(|cell| *cell == "val").count(), 1, "{line}");
    }
    let again = workspace.run(&WRITE);
    assert_eq!(again.status, 2);
    assert!(
        again.stderr.contains("perhaps with results"),
        "{}",
        again.stderr
    );
    assert_eq!(lines(&workspace, "plan.csv"), plan);
}

#[test]
fn results_are_read_with_what_folds_and_seeds_add() {
    let workspace = images();
    assert_eq!(workspace.run(&WRITE).status, 0);
    let none = workspace.run(&["plan", "read", "plan.csv"]);
    assert_eq!(none.status, 2);
    assert!(none.stderr.contains("0 of 6 runs"), "{}", none.stderr);
    // Folds 0.2, 0.4, 0.9; seeds 0.1 to either side; the last run failed.
    let losses = ["0.1", "0.3", "0.8", "0.3", "0.5", ""];
    let mut plan = lines(&workspace, "plan.csv");
    for (line, loss) in plan[1..].iter_mut().zip(losses) {
        line.push_str(loss);
    }
    workspace.file("plan.csv", plan.join("\n"));
    let read = workspace.run(&["plan", "read", "plan.csv"]);
    assert_eq!(read.status, 0, "{}", read.stderr);
    let first = read.stdout.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("5 of 6 runs: mean loss 0.4667 (95 %"),
        "{first}"
    );
    assert!(
        read.stdout.contains("seeds of one fold by 0.1414"),
        "{}",
        read.stdout
    );
    assert!(
        read.stdout.contains("more folds or more data"),
        "{}",
        read.stdout
    );
    workspace.file("plan.csv", "fold,loss\n1,0.2\n2,much\n");
    let refused = workspace.run(&["plan", "read", "plan.csv"]);
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("line 3: `much`"),
        "{}",
        refused.stderr
    );
    let other = workspace.run(&["plan", "read", "plan.csv", "--column", "accuracy"]);
    assert!(
        other.stderr.contains("no column `accuracy`"),
        "{}",
        other.stderr
    );
}
