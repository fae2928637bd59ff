//! The gate, judged on reports that are made up: each thing that a policy may accept, alone, in
//! part, and beside what it must not touch.

use std::sync::LazyLock;

use proptest::prelude::*;
use splitleak::gate::baseline::{Baseline, Entry};
use splitleak::gate::policy::{FailOn, day};
use splitleak::gate::suppression::Suppression;
use splitleak::gate::{Policy, judge, update};
use splitleak::report::{
    FindingMember, FoundBeside, Gate, LeakedSample, NotReadFiles, NoteCode, PairMember, Report,
    ReportFinding, Ruling, Scope,
};
use splitleak::{CODES, Code, PathPattern};

use crate::workspace::Workspace;

/// A report to put findings into.
pub(crate) fn any_report() -> Report {
    static REPORT: LazyLock<Report> = LazyLock::new(|| {
        let workspace = Workspace::new();
        workspace
            .image("train/1.png", 1)
            .image("val/2.png", 2)
            .copy("train/1.png", "val/copy.png");
        let (report, _) = workspace.check(&["--no-cache"]);
        Report {
            findings: Vec::new(),
            ..serde_json::from_value(report).unwrap()
        }
    });
    REPORT.clone()
}

pub(crate) fn print(number: usize) -> String {
    format!("{number:032x}")
}

/// A finding known by `number`, about as many images as it has members, or about `images`.
pub(crate) fn finding(code: Code, number: usize, images: u64, members: &[usize]) -> ReportFinding {
    let member = |&number: &usize| FindingMember {
        path: format!("train/{number}.png"),
        fingerprint: print(number),
    };
    ReportFinding {
        code,
        severity: code.severity(),
        message: "wrong".to_owned(),
        paths: vec!["train/1.png".to_owned(); usize::from(images > 0)],
        images: images.max(members.len() as u64),
        fingerprint: print(number),
        members: members.iter().map(member).collect(),
        members_truncated: false,
        accepted: None,
    }
}

fn policy() -> Policy {
    let mut policy = Policy::new(day("2027-01-31").unwrap());
    policy.fail_on = CODES.iter().map(|row| FailOn::Code(row.0)).collect();
    policy
}

pub(crate) fn put(report: &mut Report, findings: Vec<ReportFinding>) {
    report.finding_counts.clear();
    for finding in &findings {
        let name = finding.code.name().to_owned();
        *report.finding_counts.entry(name).or_default() += 1;
    }
    report.findings = findings;
}

/// Accepts so many images of what is known by `number`.
pub(crate) fn entry(code: Code, number: usize, images: u64) -> Entry {
    Entry {
        code,
        fingerprint: print(number),
        images,
        reason: "known".to_owned(),
        expires: None,
        hint: String::new(),
    }
}

/// No limit but that everything is read.
pub(crate) fn without_limits() -> Policy {
    Policy::new(day("2027-01-31").unwrap())
}

pub(crate) fn accepting(code: Code, numbers: &[usize], images: u64) -> Policy {
    let mut policy = without_limits();
    let entries = numbers.iter().map(|&number| entry(code, number, images));
    policy.baseline.entries = entries.collect();
    policy
}

pub(crate) fn judged(report: &Report, policy: &Policy) -> Gate {
    judge(report.clone(), policy).gate
}

pub(crate) fn messages(gate: &Gate) -> String {
    let all: Vec<&str> = gate.violations.iter().map(|one| &*one.message).collect();
    all.join("\n")
}

/// `paths` are what a finding known by `number` is about.
fn about(code: Code, number: usize, images: u64, paths: &[&str]) -> ReportFinding {
    ReportFinding {
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        images,
        ..finding(code, number, images, &[])
    }
}

/// An image that leaks by one kind of evidence, known by `number`.
pub(crate) fn leaked(code: Code, number: usize, counted: bool, split: &str) -> LeakedSample {
    let member = |path: String, split: &str| PairMember {
        path,
        split: split.to_owned(),
    };
    LeakedSample {
        code,
        counted,
        evaluation: member(format!("{split}/{number}.png"), split),
        training: member("train/1.png".to_owned(), "train"),
        fingerprint: print(number),
        accepted: None,
    }
}

/// Two forms of files that may hide images of `val`, three files each, and one beside the splits.
fn hiding() -> Report {
    let mut report = any_report();
    let forms = [
        ("array", Some("val"), "val/a.npy"),
        ("table", Some("val"), "val/b.h5"),
        ("table", None, "notes.h5"),
    ];
    let hidden = forms.map(|(reason, split, example)| NotReadFiles {
        reason: reason.to_owned(),
        files: 3,
        split: split.map(str::to_owned),
        example: example.to_owned(),
    });
    report.coverage.not_read = hidden.to_vec();
    let findings = forms.iter().zip(1..);
    let findings = findings
        .map(|((.., example), number)| about(Code::DataNotRead, number, 3, &[example]))
        .collect();
    put(&mut report, findings);
    report
}

#[test]
fn files_that_hide_images_are_accepted_form_by_form() {
    let report = hiding();
    for (accepted, left) in [
        (&[][..], Some("6 (array, table), such as `val/a.npy`")),
        (&[1], Some("3 (table), such as `val/b.h5`")),
        (&[2, 3], Some("3 (array), such as `val/a.npy`")),
        (&[1, 2], None),
    ] {
        let gate = judged(&report, &accepting(Code::DataNotRead, accepted, 3));
        let said = messages(&gate);
        match left {
            Some(left) => assert!(said.contains(left), "{accepted:?}: {said}"),
            None => assert_eq!(said, ""),
        }
        assert_eq!(gate.passed, left.is_none(), "{accepted:?}");
    }
}

#[test]
fn hidden_files_count_as_unread_images_of_their_split_until_they_are_accepted() {
    // Of `val` two images are read, and six files hide more.
    let report = hiding();
    for (accepted, least, said_of_val) in [
        (&[][..], 0.25, None),
        (&[], 0.26, Some("2 of 8 images of `val`")),
        (&[1], 0.4, None),
        (&[1], 0.41, Some("2 of 5 images of `val`")),
        (&[1, 2], 1.0, None),
    ] {
        let mut policy = accepting(Code::DataNotRead, accepted, 3);
        policy.min_coverage = Some(least);
        let said = messages(&judged(&report, &policy));
        let coverage: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("could be read"))
            .collect();
        match said_of_val {
            Some(start) => assert!(
                coverage.len() == 1 && coverage[0].starts_with(start),
                "{said}"
            ),
            None => assert!(coverage.is_empty(), "{accepted:?} {least}: {said}"),
        }
    }
}

#[test]
fn what_stands_for_absent_data_is_never_a_pass_until_it_is_accepted() {
    for (code, images, said) in [
        (
            Code::DataNotFetched,
            0,
            Some("DVC files whose data is not here: 1"),
        ),
        (
            Code::MissingFile,
            0,
            Some("links that lead nowhere: 1, such as `val/x`"),
        ),
        (Code::UnreadableDirectory, 0, Some("could not be listed: 1")),
        // Those are counted by coverage, as images that could not be read.
        (Code::DataNotFetched, 1, None),
        (Code::MissingFile, 1, None),
        (Code::OddAlpha, 0, None),
    ] {
        let mut report = any_report();
        put(&mut report, vec![about(code, 1, images, &["val/x"])]);
        let gate = judged(&report, &without_limits());
        assert_eq!(gate.passed, said.is_none(), "{code:?}");
        assert!(
            messages(&gate).contains(said.unwrap_or_default()),
            "{gate:?}"
        );
        for (number, passes) in [(1, true), (2, said.is_none())] {
            let gate = judged(&report, &accepting(code, &[number], 1));
            assert_eq!(gate.passed, passes, "{code:?} {number}");
        }
    }
}

#[test]
fn an_empty_split_is_accepted_by_its_own_name() {
    let mut report = any_report();
    for split in &mut report.dataset.splits {
        split.samples = 0;
    }
    let empty = |number, name| about(Code::EmptySplit, number, 0, &[name]);
    put(&mut report, vec![empty(1, "train"), empty(2, "val")]);
    for (accepted, left) in [
        (&[][..], &["train", "val"][..]),
        (&[1], &["val"]),
        (&[2], &["train"]),
        (&[1, 2], &[]),
    ] {
        let gate = judged(&report, &accepting(Code::EmptySplit, accepted, 1));
        let named = ["train", "val"].into_iter();
        let said = messages(&gate);
        let named: Vec<&str> = named
            .filter(|name| said.contains(&format!("`{name}`")))
            .collect();
        assert_eq!(named, left, "{said}");
    }
}

#[test]
fn unreadable_images_are_accepted_one_by_one() {
    let mut report = any_report();
    report.coverage.unreadable = 2;
    let broken = |number| about(Code::UnreadableFile, number, 1, &["val/x"]);
    put(
        &mut report,
        vec![broken(1), broken(2), finding(Code::OddAlpha, 3, 1, &[])],
    );
    for (code, accepted, left) in [
        (Code::UnreadableFile, &[][..], 2),
        (Code::UnreadableFile, &[1], 1),
        (Code::UnreadableFile, &[1, 2], 0),
        (Code::OddAlpha, &[3], 2),
    ] {
        let gate = judged(&report, &accepting(code, accepted, 1));
        assert_eq!(gate.passed, left == 0);
        let said = messages(&gate);
        assert!(
            left == 0 || said.starts_with(&format!("{left} of ")),
            "{said}"
        );
    }
}

/// One image under a code, and two of the same content outside of what was asked about.
fn beside(code: Code) -> Report {
    let mut report = any_report();
    let copy = |path: &str| FoundBeside {
        code,
        fingerprint: print(5),
        path: path.to_owned(),
        split: if code.is_leak() { "val" } else { "" }.to_owned(),
    };
    report.scope = Some(Scope {
        files: 1,
        samples: 1,
        readable: 1,
        beside: vec![copy("val/a.png"), copy("val/b.png")],
    });
    report.leaked_samples.clear();
    if code.is_leak() {
        report.leaked_samples = vec![leaked(code, 5, true, "val")];
    } else {
        put(&mut report, vec![finding(code, 9, 0, &[5])]);
    }
    report
}

#[test]
fn copies_outside_of_the_scope_take_what_a_baseline_accepts_first() {
    for code in [Code::LeakSameBytes, Code::OddAlpha] {
        let report = beside(code);
        let ended = |images, suppressed: &[&str]| {
            let mut policy = accepting(code, &[5], images);
            policy.fail_on = vec![FailOn::Code(code)];
            let suppression = |path: &&str| Suppression {
                code,
                path: Some(PathPattern::parse(path).unwrap()),
                reason: "known".to_owned(),
                expires: None,
            };
            policy.suppressions = suppressed.iter().map(suppression).collect();
            judged(&report, &policy).ruling()
        };
        assert_eq!(ended(1, &[]), Ruling::Failed, "{code:?}");
        assert_eq!(ended(2, &[]), Ruling::Failed, "{code:?}");
        assert_eq!(ended(3, &[]), Ruling::Passed, "{code:?}");
        // What is suppressed takes nothing from the baseline.
        assert_eq!(ended(1, &["val/a.png"]), Ruling::Failed, "{code:?}");
        assert_eq!(ended(2, &["val/a.png"]), Ruling::Passed, "{code:?}");
        assert_eq!(
            ended(1, &["val/a.png", "val/b.png"]),
            Ruling::Passed,
            "{code:?}"
        );
        assert_eq!(ended(2, &["test/**"]), Ruling::Failed, "{code:?}");
    }
}

#[test]
fn a_finding_of_which_not_all_is_listed_is_not_accepted() {
    for truncated in [false, true] {
        let mut report = any_report();
        let mut one = finding(Code::OddAlpha, 9, 0, &[1, 2]);
        one.members_truncated = truncated;
        put(&mut report, vec![one]);
        let mut policy = accepting(Code::OddAlpha, &[1, 2], 1);
        policy.fail_on = vec![FailOn::Code(Code::OddAlpha)];
        assert_eq!(judged(&report, &policy).passed, !truncated);
    }
}

#[test]
fn an_entry_that_expires_accepts_nothing_after_its_day_and_is_not_called_gone() {
    let mut report = any_report();
    put(&mut report, vec![finding(Code::OddAlpha, 1, 1, &[])]);
    for (number, expires, passes, notes) in [
        (1, None, true, &[][..]),
        (1, Some("2027-01-31"), true, &[]),
        (1, Some("2027-01-30"), false, &[NoteCode::ExpiredBaseline]),
        (2, None, false, &[NoteCode::StaleBaseline]),
        (2, Some("2027-01-30"), false, &[NoteCode::ExpiredBaseline]),
    ] {
        let mut policy = accepting(Code::OddAlpha, &[number], 1);
        policy.baseline.entries[0].expires = expires.map(|text| day(text).unwrap());
        policy.fail_on = vec![FailOn::Code(Code::OddAlpha)];
        policy.strict = true;
        report.leaked_samples.clear();
        report.leakage.clear();
        let gate = judged(&report, &policy);
        let codes: Vec<NoteCode> = gate.notes.iter().map(|one| one.code).collect();
        assert_eq!(codes, notes, "{number} {expires:?}");
        assert_eq!(gate.violations.is_empty(), passes, "{gate:?}");
    }
}

#[test]
fn what_write_writes_is_read_and_accepts_every_code() {
    let mut report = any_report();
    let all: Vec<Code> = CODES.iter().map(|row| row.0).collect();
    let others = all.iter().filter(|code| !code.is_leak()).zip(1000..);
    let findings = others.flat_map(|(&code, number)| {
        [
            finding(code, number, 1, &[]),
            finding(code, 2 * number, 0, &[]),
            finding(code, 3 * number, 0, &[7, 8, 8]),
        ]
    });
    put(&mut report, findings.collect());
    let leak = report.leaked_samples[0].clone();
    let leaks = all.iter().filter(|code| code.is_leak());
    report.leaked_samples = leaks
        .map(|&code| LeakedSample {
            code,
            fingerprint: format!("{:032x}", code as usize),
            ..leak.clone()
        })
        .collect();

    let comparison = update::compare(&report, &policy());
    let text = update::accept_fresh(comparison, &all, "known", None).render();
    let mut policy = policy();
    policy.baseline = Baseline::parse(&text).unwrap();
    let comparison = update::compare(&report, &policy);
    assert_eq!(
        (comparison.fresh, comparison.stale),
        (Vec::new(), Vec::new())
    );
    let report = judge(report, &policy);
    assert!(report.gate.passed, "{:?}", report.gate.violations);
    assert!(report.findings.iter().all(|one| one.accepted.is_some()));
}

proptest! {
    /// The naive twin: a finding is accepted when every image of it is accepted as often as it is
    /// found.
    #[test]
    fn a_finding_about_many_is_accepted_when_all_its_images_are(
        found in prop::collection::vec(1usize..6, 1..8),
        accepted in prop::collection::vec(1usize..6, 0..8),
    ) {
        let mut report = any_report();
        put(&mut report, vec![finding(Code::OddAlpha, 99, 0, &found)]);
        let mut policy = policy();
        policy.fail_on = vec![FailOn::Code(Code::OddAlpha)];
        let times = |all: &[usize], one: usize| all.iter().filter(|&&other| other == one).count();
        let known = (1..6).filter(|&one| times(&accepted, one) > 0);
        let known = known.map(|one| entry(Code::OddAlpha, one, times(&accepted, one) as u64));
        policy.baseline.entries = known.collect();
        let expected = found.iter().all(|&one| times(&found, one) <= times(&accepted, one));
        let judged = judge(report, &policy);
        prop_assert_eq!(judged.findings[0].accepted.is_some(), expected);
        prop_assert_eq!(judged.gate.passed, expected);
    }
}
