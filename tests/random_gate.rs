//! Random datasets and random edits, judged in each way, against a naive model of what leaks
//! and of what is new. `SPLITLEAK_GATE_CASES` sets how many.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::git::{commit_all, git, run};
use crate::workspace::{Workspace, encode, picture};

/// Cases without the variable.
const CASES: u32 = 24;

/// Names that files of a split may have.
const NAMES: u8 = 4;

/// Pictures that there are, no two alike.
const PICTURES: u8 = 10;

/// One file: its split and its number in it.
type Name = (bool, u8);

/// What somebody does to a working tree.
#[derive(Debug, Clone)]
enum Edit {
    Write(Name, u8),
    Remove(Name),
    Rename(Name, Name),
    Stage(Name),
    StageAll,
    /// Other bytes in the index than in the working tree.
    StageOnly(Name, u8),
    Unstage(Name),
}

/// Pictures by file.
type Files = BTreeMap<Name, u8>;

fn path((is_training, number): Name) -> String {
    let split = if is_training { "train" } else { "val" };
    format!("data/{split}/c/{number}.png")
}

/// A repository, and beside it what it must hold.
struct State {
    workspace: Workspace,
    images: Vec<Vec<u8>>,
    head: Files,
    index: Files,
    tree: Files,
}

impl State {
    fn new(files: Files, images: &[Vec<u8>]) -> Self {
        let workspace = Workspace::new();
        for (&name, &picture) in &files {
            workspace.file(&path(name), &images[usize::from(picture)]);
        }
        commit_all(&workspace, true);
        Self {
            workspace,
            images: images.to_vec(),
            head: files.clone(),
            index: files.clone(),
            tree: files,
        }
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.workspace.root(), arguments)
    }

    fn edit(&mut self, edit: &Edit) {
        match *edit {
            Edit::Write(name, picture) => {
                self.workspace
                    .file(&path(name), &self.images[usize::from(picture)]);
                self.tree.insert(name, picture);
            }
            Edit::Remove(name) => {
                if self.tree.remove(&name).is_some() {
                    fs::remove_file(self.workspace.path(&path(name))).unwrap();
                }
            }
            Edit::Rename(from, to) => {
                if let Some(picture) = self.tree.remove(&from) {
                    let to_path = self.workspace.path(&path(to));
                    fs::create_dir_all(to_path.parent().unwrap()).unwrap();
                    fs::rename(self.workspace.path(&path(from)), to_path).unwrap();
                    self.tree.insert(to, picture);
                }
            }
            Edit::Stage(name) => self.stage(name),
            Edit::StageAll => {
                self.git(&["add", "--all"]);
                self.index = self.tree.clone();
            }
            Edit::StageOnly(name, picture) => {
                self.workspace
                    .file("other", &self.images[usize::from(picture)]);
                let blob = self.git(&["hash-object", "-w", "other"]);
                fs::remove_file(self.workspace.path("other")).unwrap();
                let entry = format!("100644,{blob},{}", path(name));
                self.git(&["update-index", "--add", "--cacheinfo", &entry]);
                self.index.insert(name, picture);
            }
            Edit::Unstage(name) => {
                let path = path(name);
                self.git(&[
                    "rm",
                    "--quiet",
                    "--cached",
                    "--ignore-unmatch",
                    "--force",
                    &path,
                ]);
                self.index.remove(&name);
            }
        }
    }

    fn stage(&mut self, name: Name) {
        match self.tree.get(&name) {
            Some(&picture) => {
                self.git(&["add", "--", &path(name)]);
                self.index.insert(name, picture);
            }
            None => {
                let path = path(name);
                self.git(&[
                    "rm",
                    "--quiet",
                    "--cached",
                    "--ignore-unmatch",
                    "--force",
                    &path,
                ]);
                self.index.remove(&name);
            }
        }
    }

    /// How a check with these arguments ends.
    fn status(&self, more: &[&str]) -> i32 {
        let arguments = [
            "check",
            "data",
            "--cache",
            "cache",
            "--quiet",
            "--max-leakage",
            "0",
        ];
        run(&self.workspace, &[&arguments[..], more].concat()).status
    }
}

/// Validation files with the picture of a training file: of each a pair, every pair.
fn leaks(files: &Files) -> Vec<(Name, Name)> {
    let side = |wanted: bool| {
        files
            .iter()
            .filter(move |((is_training, _), _)| *is_training == wanted)
    };
    let mut pairs = Vec::new();
    for (&evaluation, picture) in side(false) {
        let same = side(true).filter(|(_, other)| *other == picture);
        pairs.extend(same.map(|(&training, _)| (evaluation, training)));
    }
    pairs
}

/// How a check of these files must end. Only pairs with a changed file count, where some are given.
fn expected(files: &Files, changed: Option<&BTreeSet<Name>>) -> i32 {
    let has = |wanted: bool| files.keys().any(|(is_training, _)| *is_training == wanted);
    if !has(true) || !has(false) {
        return 2;
    }
    let counts = |(a, b): &(Name, Name)| {
        changed.is_none_or(|changed| changed.contains(a) || changed.contains(b))
    };
    i32::from(leaks(files).iter().any(counts))
}

/// Files that are new or other than before.
fn changed(before: &Files, now: &Files) -> BTreeSet<Name> {
    let other = now
        .iter()
        .filter(|(name, picture)| before.get(name) != Some(picture));
    other.map(|(&name, _)| name).collect()
}

/// Whether an image leaks that was not accepted: of each picture as many as leaked before are. Only
/// pictures of a leak with a changed file count, where some are given.
fn expected_beside_baseline(before: &Files, now: &Files, changed: Option<&BTreeSet<Name>>) -> i32 {
    let leaking = |files: &Files| {
        let images: BTreeSet<Name> = leaks(files).into_iter().map(|pair| pair.0).collect();
        let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
        for name in images {
            *counts.entry(files[&name]).or_default() += 1;
        }
        counts
    };
    if expected(now, None) == 2 {
        return 2;
    }
    let accepted = leaking(before);
    let is_asked = |picture: &u8| {
        let mut pairs = leaks(now)
            .into_iter()
            .filter(|pair| now[&pair.0] == *picture);
        pairs.any(|(a, b)| changed.is_none_or(|all| all.contains(&a) || all.contains(&b)))
    };
    let is_new = |(picture, count): (&u8, &usize)| {
        *count > accepted.get(picture).copied().unwrap_or(0) && is_asked(picture)
    };
    i32::from(leaking(now).iter().any(is_new))
}

fn name() -> impl Strategy<Value = Name> {
    (any::<bool>(), 0..NAMES)
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        4 => (name(), 0..PICTURES).prop_map(|(name, picture)| Edit::Write(name, picture)),
        2 => name().prop_map(Edit::Remove),
        2 => (name(), name()).prop_map(|(from, to)| Edit::Rename(from, to)),
        3 => name().prop_map(Edit::Stage),
        2 => Just(Edit::StageAll),
        2 => (name(), 0..PICTURES).prop_map(|(name, picture)| Edit::StageOnly(name, picture)),
        1 => name().prop_map(Edit::Unstage),
    ];
    proptest::collection::vec(edit, 1..8)
}

fn files() -> impl Strategy<Value = Files> {
    proptest::collection::btree_map(name(), 0..PICTURES, 3..7)
}

fn config() -> Config {
    let cases = std::env::var("SPLITLEAK_GATE_CASES").ok();
    let cases = cases.map_or(CASES, |text| text.parse().expect("a number of cases"));
    Config {
        cases,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    }
}

fn images() -> Vec<Vec<u8>> {
    let seeds = (0..PICTURES).map(u32::from);
    seeds
        .map(|seed| encode(&picture(seed + 20), "x.png"))
        .collect()
}

#[test]
fn no_way_to_gate_passes_what_a_naive_model_refuses_or_refuses_what_it_passes() {
    let images = images();
    let judge = |(files, edits): (Files, Vec<Edit>)| -> Result<(), TestCaseError> {
        let mut state = State::new(files, &images);
        // Outside of the repository, so that it is no part of the edits.
        let accepted = tempfile::tempdir().unwrap();
        let accepted = accepted.path().join("accepted.toml");
        let accepted = accepted.to_str().unwrap();
        let write = [
            "baseline",
            "write",
            "data",
            "--no-cache",
            "--quiet",
            "--reason",
            "x",
        ];
        let write = [&write[..], &["--baseline", accepted]].concat();
        let has_baseline = run(&state.workspace, &write).status == 0;
        for edit in &edits {
            state.edit(edit);
        }
        let since = ["--changed-since", "HEAD"];
        let staged = ["--staged"];
        let both = ["--staged", "--changed-since", "HEAD"];
        prop_assert_eq!(state.status(&[]), expected(&state.tree, None), "command");
        prop_assert_eq!(
            state.status(&staged),
            expected(&state.index, None),
            "staged"
        );
        let of_index = changed(&state.head, &state.index);
        prop_assert_eq!(
            state.status(&both),
            expected(&state.index, Some(&of_index)),
            "hook"
        );
        let mut of_tree = changed(&state.head, &state.tree);
        // What git does not track is judged every time.
        of_tree.extend(
            state
                .tree
                .keys()
                .filter(|name| !state.index.contains_key(name)),
        );
        prop_assert_eq!(
            state.status(&since),
            expected(&state.tree, Some(&of_tree)),
            "since"
        );
        let action = [
            ("SPLITLEAK_ARGUMENTS", "--max-leakage=0"),
            ("SINCE", "HEAD"),
        ];
        let action = crate::action::check(&state.workspace, &action).status;
        prop_assert_eq!(action, expected(&state.tree, Some(&of_tree)), "action");
        if has_baseline {
            for changed in [None, Some(&of_tree)] {
                let scope = changed.map_or(&[][..], |_| &since[..]);
                let expected = expected_beside_baseline(&state.head, &state.tree, changed);
                let status = state.status(&[&["--baseline", accepted], scope].concat());
                prop_assert_eq!(status, expected, "baseline, {:?}", scope);
            }
        }
        Ok(())
    };
    let cases = (files(), edits());
    TestRunner::new(config()).run(&cases, judge).unwrap();
}

#[test]
fn what_is_said_of_the_index_is_what_is_said_of_a_fresh_clone_of_the_commit() {
    let images = images();
    let judge = |(files, edits): (Files, Vec<Edit>)| -> Result<(), TestCaseError> {
        let mut state = State::new(files, &images);
        for edit in &edits {
            state.edit(edit);
        }
        let report = |workspace: &Workspace, more: &[&str]| {
            let check = [
                "check",
                "data",
                "--no-cache",
                "--max-leakage",
                "0",
                "--json",
                "-",
            ];
            let run = run(workspace, &[&check[..], more].concat());
            // Where there is nothing to judge, the reasons name different places.
            (run.status, run.stdout)
        };
        let now = report(&state.workspace, &["--staged"]);
        let new = report(&state.workspace, &["--staged", "--changed-since", "HEAD"]);
        state.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--no-verify",
            "--message",
            "y",
        ]);
        let clone = Workspace::new();
        let origin = format!("file://{}", state.workspace.root().display());
        git(clone.root(), &["clone", "--quiet", &origin, "."]);
        prop_assert_eq!(now, report(&clone, &[]));
        prop_assert_eq!(new, report(&clone, &["--changed-since", "HEAD~1"]));
        Ok(())
    };
    let cases = (files(), edits());
    TestRunner::new(config()).run(&cases, judge).unwrap();
}
