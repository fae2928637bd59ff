//! Limits and open questions, judged on reports that are made up: what each counts, in which
//! splits, and what leaves it without an answer.

use serde_json::json;
use splitleak::report::recordings::PositionUnit;
use splitleak::report::{Leakage, LeakedSample, NoteCode, Report, Ruling, ViolationCode};
use splitleak::{Code, Leak, Rate};

use crate::judged::{
    accepting, any_report, entry, finding, judged, leaked, messages, print, put, without_limits,
};

#[test]
fn a_limit_on_a_kind_that_nothing_tells_of_is_not_judged() {
    let told = |split: &str| {
        let mut report = any_report();
        report.leaked_samples.clear();
        let between = |mut facts: serde_json::Value| {
            facts["evaluation_split"] = json!(split);
            facts["training_split"] = json!("train");
            facts
        };
        let distances = json!({
            "evaluation_samples": 2, "same_instant": 0, "at_1_step": 0, "at_2_steps": 0, "at_3_to_5_steps": 0,
            "at_6_to_30_steps": 0, "further": 2, "other_recording_only": 0, "unplaced": 0, "median_seconds": null,
            "interleaving": { "recordings_evaluated": 0, "recordings_shared": 0, "index": null, "kind": "blocked", "mean_evaluation_run": null },
        });
        let groups = json!({
            "rule": "column", "evaluation_groups": 1, "shared": 0, "evaluation_samples": 2,
            "samples_of_shared_groups": 0, "samples_without_group": 0, "examples": [], "statement": "",
        });
        let tiles = json!({
            "rule": "grid", "evaluation_tiles": 2, "overlapping": 0, "touching": 0, "largest_overlap": null,
        });
        let known = &mut report.recordings;
        known.distances = vec![serde_json::from_value(between(distances)).unwrap()];
        known.groups = vec![serde_json::from_value(between(groups)).unwrap()];
        known.tiles = vec![serde_json::from_value(between(tiles)).unwrap()];
        report
    };
    for (kind, is_told) in [
        ("sequence-neighbour", true),
        ("shared-group", true),
        ("overlapping-tile", true),
        // Only a clock tells how far apart passes are.
        ("another-pass", false),
        ("near-duplicate", true),
    ] {
        let mut policy = without_limits();
        policy.max_leakage = vec![format!("{kind}=0").parse().unwrap()];
        let by_pixels = kind == "near-duplicate";
        for (split, passes) in [("val", is_told), ("test", by_pixels)] {
            let gate = judged(&told(split), &policy);
            assert_eq!(
                gate.ruling() == Ruling::Passed,
                passes,
                "{kind} {split}: {gate:?}"
            );
            let codes: Vec<ViolationCode> = gate.violations.iter().map(|one| one.code).collect();
            let expected = vec![ViolationCode::NotJudged; usize::from(!passes)];
            assert_eq!(codes, expected, "{kind} {split}");
        }
    }
}

/// Two images of `val` that names suspect, and what lies beside them.
fn suspected() -> Report {
    let mut report = any_report();
    let entry = &mut report.leakage[0];
    entry.leaked = Rate::new(0, 2);
    entry.suspected = Rate::new(2, 2);
    entry.unknown = vec![Code::LeakSequenceNeighbour];
    report.leaked_samples = vec![
        leaked(Code::LeakSequenceNeighbour, 1, false, "val"),
        leaked(Code::LeakSequenceNeighbour, 2, false, "val"),
        leaked(Code::LeakSequenceNeighbour, 3, false, "test"),
        leaked(Code::LeakAnotherPass, 4, false, "val"),
        leaked(Code::LeakSequenceNeighbour, 5, true, "val"),
    ];
    report
}

#[test]
fn a_question_is_open_until_all_that_is_suspected_in_its_splits_is_accepted() {
    let report = suspected();
    for (accepted, is_open) in [
        (&[][..], true),
        (&[1], true),
        (&[2], true),
        (&[1, 2], false),
        (&[3, 5], true),
    ] {
        let mut policy = accepting(Code::LeakSequenceNeighbour, accepted, 1);
        let notes = judged(&report, &policy).notes;
        let asks = notes.iter().any(|one| one.code == NoteCode::NotAnswered);
        assert_eq!(asks, is_open, "{accepted:?}");
        policy.strict = true;
        let violations = judged(&report, &policy).violations;
        let codes: Vec<ViolationCode> = violations.iter().map(|one| one.code).collect();
        assert_eq!(
            codes,
            vec![ViolationCode::Unknown; usize::from(is_open)],
            "{accepted:?}"
        );
    }
}

#[test]
fn a_limit_on_suspects_counts_those_that_are_not_accepted() {
    let report = suspected();
    let limited = |accepted: &[(Code, usize)], most: &str| {
        let mut policy = without_limits();
        let entries = accepted
            .iter()
            .map(|&(code, number)| entry(code, number, 1));
        policy.baseline.entries = entries.collect();
        policy.max_suspected = Some(most.parse().unwrap());
        judged(&report, &policy)
    };
    let of_names = Code::LeakSequenceNeighbour;
    for (accepted, left) in [
        (&[][..], 2),
        (&[(of_names, 1)], 1),
        (&[(of_names, 1), (of_names, 2)], 0),
        // In another split, counted as leaked, and shown rather than suspected.
        (
            &[(of_names, 3), (of_names, 5), (Code::LeakAnotherPass, 4)],
            2,
        ),
    ] {
        let gate = limited(accepted, &left.to_string());
        assert_eq!(
            (gate.passed, gate.ruling()),
            (true, Ruling::Passed),
            "{gate:?}"
        );
        if let Some(less) = i32::checked_sub(left, 1).filter(|less| *less >= 0) {
            let gate = limited(accepted, &less.to_string());
            let codes: Vec<ViolationCode> = gate.violations.iter().map(|one| one.code).collect();
            assert_eq!(codes, [ViolationCode::MaxSuspected]);
            let said = messages(&gate);
            assert!(
                said.starts_with(&format!("{left} of 2 images of `val`")),
                "{said}"
            );
        }
    }
}

#[test]
fn strict_accepts_a_leaked_image_only_where_all_its_leaks_are_accepted() {
    let mut report = any_report();
    report.leakage[0].leaked = Rate::new(1, 2);
    report.leakage[0].suspected = Rate::new(0, 2);
    report.leakage[0].unknown.clear();
    let by_look = LeakedSample {
        fingerprint: print(2),
        ..leaked(Code::LeakSharedGroup, 1, true, "val")
    };
    report.leaked_samples = vec![leaked(Code::LeakSameBytes, 1, true, "val"), by_look];
    for (accepted, passes) in [
        (&[][..], false),
        (&[(Code::LeakSameBytes, 1)], false),
        (&[(Code::LeakSharedGroup, 2)], false),
        (
            &[(Code::LeakSameBytes, 1), (Code::LeakSharedGroup, 2)],
            true,
        ),
    ] {
        let mut policy = without_limits();
        let entries = accepted
            .iter()
            .map(|&(code, number)| entry(code, number, 1));
        policy.baseline.entries = entries.collect();
        policy.strict = true;
        let gate = judged(&report, &policy);
        let codes: Vec<ViolationCode> = gate.violations.iter().map(|one| one.code).collect();
        let expected = vec![ViolationCode::MaxLeakage; usize::from(!passes)];
        assert_eq!(codes, expected, "{accepted:?}");
    }
}

/// Two images of `val` leak, one of them in two ways, and one of `test`; a third of `val` shows a
/// place that training has seen.
fn leaking() -> Report {
    let mut report = any_report();
    let of_val = report.leakage[0].clone();
    let entry = |split: &str, count| Leakage {
        evaluation_split: split.to_owned(),
        leaked: Rate::new(count, 4),
        suspected: Rate::new(0, 4),
        unknown: Vec::new(),
        ..of_val.clone()
    };
    report.leakage = vec![entry("val", 2), entry("test", 1)];
    report.leaked_samples = vec![
        leaked(Code::LeakSameBytes, 1, true, "val"),
        leaked(Code::LeakNearDuplicate, 1, true, "val"),
        leaked(Code::LeakSameBytes, 2, true, "val"),
        leaked(Code::LeakSameBytes, 3, true, "test"),
        leaked(Code::LeakAnotherPass, 4, false, "val"),
    ];
    report.recordings.sequences.unit = Some(PositionUnit::Nanoseconds);
    report
}

/// What limits say of a report: the beginning of each violation.
fn limited(report: &Report, limits: &[&str]) -> Vec<(ViolationCode, String)> {
    let mut policy = without_limits();
    policy.max_leakage = limits.iter().map(|text| text.parse().unwrap()).collect();
    let violations = judged(report, &policy).violations.into_iter();
    violations.map(|one| (one.code, one.message)).collect()
}

#[test]
fn a_limit_counts_each_leaked_image_of_its_splits_and_kind_once() {
    let report = leaking();
    let (val, test) = (
        "2 of 4 readable images of `val`",
        "1 of 4 readable images of `test`",
    );
    let one_of_val = "1 of 4 readable images of `val`";
    for (limits, expected) in [
        (&["0"][..], &[val, test][..]),
        (&["1"], &[val]),
        (&["2"], &[]),
        (&["25%"], &[val]),
        (&["val=2"], &[]),
        (&["test=0"], &[test]),
        (&["same-bytes=1"], &[val]),
        (&["near-duplicate=0"], &[one_of_val]),
        (&["another-pass=0"], &[one_of_val]),
        // A limit of a split takes the place of the general one of its own kind, and of no other.
        (&["0", "val=2"], &[test]),
        (&["0", "val:same-bytes=2"], &[val, test]),
        (&["same-bytes=0", "val:same-bytes=2"], &[test]),
        (&["same-bytes=0", "val:near-duplicate=1"], &[val, test]),
    ] {
        let said = limited(&report, limits);
        assert_eq!(said.len(), expected.len(), "{limits:?}: {said:?}");
        for ((code, said), start) in said.iter().zip(expected) {
            assert_eq!(*code, ViolationCode::MaxLeakage);
            assert!(said.starts_with(start), "{limits:?}: {said}");
        }
    }
}

#[test]
fn a_limit_on_what_was_not_read_or_is_not_there_is_not_judged() {
    let mut report = leaking();
    report.leakage[1].leaked = Rate::new(0, 0);
    for (limits, expected) in [
        (&["2"][..], Some("no image of `test` could be read")),
        (&["test=2"], Some("no image of `test` could be read")),
        (&["val=2"], None),
        (
            &["extra=2"],
            Some(
                "the limit `extra=2` names `extra`, which is no evaluation split here; there are `val`, `test`",
            ),
        ),
    ] {
        let said = limited(&report, limits);
        assert_eq!(
            said.len(),
            usize::from(expected.is_some()),
            "{limits:?}: {said:?}"
        );
        for (code, said) in said {
            assert_eq!(code, ViolationCode::NotJudged);
            assert!(
                said.starts_with(expected.unwrap_or_default()),
                "{limits:?}: {said}"
            );
        }
    }
}

#[test]
fn limits_on_leaks_are_not_judged_where_there_is_no_pair_of_splits() {
    let mut report = leaking();
    report.leakage.clear();
    report.leakage_unavailable = Some("no splits were recognised".to_owned());
    let mut policy = without_limits();
    assert!(judged(&report, &policy).passed);
    policy.max_leakage = vec!["0".parse().unwrap()];
    let gates = [judged(&report, &policy)];
    policy.max_leakage.clear();
    policy.strict = true;
    let gates = gates.into_iter().chain([judged(&report, &policy)]);
    policy.strict = false;
    policy.max_suspected = Some("0".parse().unwrap());
    for gate in gates.chain([judged(&report, &policy)]) {
        let codes: Vec<ViolationCode> = gate.violations.iter().map(|one| one.code).collect();
        assert_eq!(codes, [ViolationCode::NotJudged]);
        assert!(messages(&gate).ends_with("but no splits were recognised"));
    }
}

#[test]
fn a_limit_that_counts_groups_waits_for_the_answer_to_every_identifier() {
    for (counted, accepted, limit, is_judged) in [
        (Leak::SharedGroup, 0, "4", false),
        (Leak::SharedGroup, 0, "same-bytes=4", true),
        (Leak::SharedGroup, 7, "4", true),
        (Leak::AnotherPass, 0, "4", true),
    ] {
        let mut report = leaking();
        report.settings.counted_as_leaked = vec![counted];
        report.leakage[0].unknown = vec![Code::PossibleGroup];
        put(&mut report, vec![finding(Code::PossibleGroup, 7, 0, &[])]);
        let mut policy = without_limits();
        policy.max_leakage = vec![limit.parse().unwrap()];
        policy.baseline.entries = vec![entry(Code::PossibleGroup, accepted, 1)];
        let violations = judged(&report, &policy).violations;
        let codes: Vec<ViolationCode> = violations.iter().map(|one| one.code).collect();
        let expected = vec![ViolationCode::NotJudged; usize::from(!is_judged)];
        assert_eq!(codes, expected, "{counted:?} {accepted} {limit}");
    }
}
