//! JUnit XML: a test case for the gate, for each pair of splits, and for each code that was found.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::answer;
use super::text::printable;
use crate::report::{Report, Ruling};
use crate::wording::percent_tenths;

/// Writes the report: each violation fails a case of the suite `gate`, whose one case is skipped
/// where no limit was set; what was found and accepted passes, with the numbers as output.
///
/// # Errors
/// Those of the writer.
pub fn render(report: &Report, to: impl Write) -> io::Result<()> {
    let mut gate = TestSuite::new("gate");
    for (number, violation) in report.gate.violations.iter().enumerate() {
        let kind = if violation.code.is_judgement() {
            NonSuccessKind::Failure
        } else {
            NonSuccessKind::Error
        };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(printable(&violation.message));
        status.set_type(violation.code.name());
        let name = format!("{} {}", violation.code.name(), number + 1);
        gate.add_test_case(case(&name, "splitleak.gate", status));
    }
    match report.gate.ruling() {
        Ruling::Passed => {
            let name = answer::verdict(report);
            gate.add_test_case(case(name, "splitleak.gate", TestCaseStatus::success()));
        }
        Ruling::NotJudged => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(answer::verdict(report));
            gate.add_test_case(case("not judged", "splitleak.gate", status));
        }
        Ruling::Failed | Ruling::Incomplete => {}
    }
    let mut leakage = TestSuite::new("leakage");
    for entry in &report.leakage {
        let name = format!("{} from {}", entry.evaluation_split, entry.training_split);
        let mut case = case(
            &printable(&name),
            "splitleak.leakage",
            TestCaseStatus::success(),
        );
        let share = entry
            .leaked
            .fraction
            .map_or("not known".to_owned(), percent_tenths);
        let (count, all) = (entry.leaked.count, entry.leaked.denominator);
        let suspected = entry.suspected.count;
        let verdict = entry.verdict.name();
        case.set_system_out(format!(
            "{count} of {all} leaked ({share}), {suspected} suspected beyond that, verdict {verdict}"
        ));
        leakage.add_test_case(case);
    }
    let mut findings = TestSuite::new("findings");
    for (code, count) in &report.finding_counts {
        let mut case = case(code, "splitleak.findings", TestCaseStatus::success());
        let first = report
            .findings
            .iter()
            .find(|finding| finding.code.name() == code);
        let message = first.map_or(String::new(), |finding| {
            let path = finding.paths.first().map_or("", String::as_str);
            format!(": {}: {}", printable(path), printable(&finding.message))
        });
        case.set_system_out(format!("{count} found{message}"));
        findings.add_test_case(case);
    }
    let mut document = Document::new("splitleak");
    document.add_test_suites([gate, leakage, findings]);
    document.serialize(to).map_err(io::Error::other)
}

fn case(name: &str, class: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    case
}
