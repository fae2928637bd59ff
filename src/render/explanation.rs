//! The explanation for a terminal: verdict first, then the numbers, in at most 25 lines of 80
//! columns.

use crate::report::explanation::{
    Bound, Cause, Estimate, Evidence, Explanation, Exposure, FromImages, FromLosses,
    FromPredictions, FromSecondRun, FromTargets, LogRead, Status,
};
use crate::report::interleaving::{Interleaving, SplitKind};
use crate::wording::{count, loss, percent};

/// Most lines of the text.
pub const MAX_LINES: usize = 25;
/// Most columns of a line.
pub const MAX_COLUMNS: usize = 80;
/// Columns of the labels on the left.
const LABEL: usize = 11;

/// Renders without colour; lines are separated by `\n`, the last one ends with it.
#[must_use]
pub fn render(explanation: &Explanation) -> String {
    let mut lines = wrapped(&explanation.verdict.line, MAX_COLUMNS);
    lines.extend(section("Split", split_facts(&explanation.t0)));
    match (&explanation.t1, &explanation.t1_absent) {
        (Some(losses), _) => {
            lines.extend(section(
                "Losses",
                loss_facts(explanation.log.as_ref(), losses),
            ));
            lines.extend(section("If clean", bounds(losses)));
            lines.extend(section("The sign", sign(losses, &explanation.causes)));
        }
        (None, Some(absent)) => {
            let read = explanation.log.iter().map(|log| log.line.clone());
            lines.extend(section(
                "Losses",
                read.chain([absent.message.clone()]).collect(),
            ));
        }
        (None, None) => {}
    }
    if let Some(targets) = &explanation.t2 {
        lines.extend(section("Yardsticks", yardsticks(targets)));
        lines.extend(section("Excluding", exclusion(targets)));
    }
    let steps: Vec<String> = explanation
        .next_steps
        .iter()
        .map(|step| format!("{}: {}", step.what, step.command))
        .collect();
    // What to do next is worth more than a note, so that its lines are kept free.
    let first = section("Next", steps.iter().take(1).cloned().collect());
    let room = MAX_LINES.saturating_sub(first.len());
    let t3 = explanation.t3.as_ref().map(predicted);
    let t4 = explanation.t4.as_ref().map(second_run);
    let notes = explanation.warnings.iter().take(3).cloned().collect();
    for (label, paragraphs) in [
        ("Second run", t4.unwrap_or_default()),
        ("Predicted", t3.unwrap_or_default()),
        ("Note", notes),
    ] {
        let mut label = label;
        for paragraph in paragraphs {
            // Whole or not at all: half a sentence helps nobody.
            let paragraph = section(label, vec![paragraph]);
            if lines.len() + paragraph.len() <= room {
                lines.extend(paragraph);
                label = "";
            }
        }
    }
    lines.extend(first);
    for step in steps.into_iter().skip(1) {
        let step = section("", vec![step]);
        if lines.len() + step.len() <= MAX_LINES {
            lines.extend(step);
        }
    }
    lines.truncate(MAX_LINES);
    lines.into_iter().map(|line| line + "\n").collect()
}

fn split_facts(t0: &FromImages) -> Vec<String> {
    let n = t0.n_validation as f64;
    let split_kind = t0.interleaving.map(|interleaving| interleaving.kind);
    let kind = match split_kind {
        Some(SplitKind::RandomFrame) => "; frames drawn one by one",
        Some(SplitKind::Chunked) => "; frames drawn in short stretches",
        Some(SplitKind::Blocked) => "; whole stretches held out",
        None => "",
    };
    let parts: Vec<String> = t0
        .classes
        .iter()
        .filter(|c| c.n > 0 && c.class != Exposure::Clean)
        .map(|c| format!("{} {}", c.class.name(), percent(c.n as f64 / n)))
        .collect();
    let exposed = t0.f_exposed.value.unwrap_or(0.0);
    let mut facts = vec![format!(
        "{} validation, {} training samples{kind}",
        count(t0.n_validation),
        count(t0.n_training)
    )];
    if parts.is_empty() {
        let highest = t0.f_exposed.hi.unwrap_or(1.0);
        facts.push(format!(
            "no twin and no neighbour in training (at most {} in another such split)",
            percent(highest)
        ));
        return facts;
    }
    let shared = |interleaving: Interleaving| interleaving.recordings_shared > 0;
    let lag = if t0.interleaving.is_some_and(shared) {
        format!("; shadow {} steps", t0.decorrelation_lag_steps)
    } else {
        String::new()
    };
    facts.push(format!(
        "exposed {}: {}{lag}",
        percent(exposed),
        parts.join(", ")
    ));
    if let (Some(share), Some(expected), Some(SplitKind::RandomFrame)) = (
        t0.adjacent_share,
        t0.adjacent_share_expected_random,
        split_kind,
    ) {
        facts.push(format!(
            "{} touch a training frame (expected of a random split: {})",
            percent(share),
            percent(expected)
        ));
    }
    facts
}

fn loss_facts(log: Option<&LogRead>, losses: &FromLosses) -> Vec<String> {
    let read = log.map_or_else(String::new, |log| log.line.clone());
    let gap = losses.gap.value;
    let line = read + &gap.map_or_else(String::new, |gap| format!(", gap {}", loss(gap)));
    let rmse = losses.rmse.map(|rmse| {
        let range = losses.share_of_range.map_or_else(String::new, |share| {
            format!(" = {} of the range of the targets", percent(share))
        });
        format!("RMSE {rmse:.3}{range}")
    });
    std::iter::once(line).chain(rmse).collect()
}

fn bounds(losses: &FromLosses) -> Vec<String> {
    let best = |basis: &str| {
        losses
            .clean_loss_bounds
            .iter()
            .rfind(|b| b.basis == basis && matches!(b.set.as_str(), "B1" | "B3"))
    };
    let nothing_exposed = losses.clean_loss_bounds.iter().all(|b| b.leaked == 0.0);
    if nothing_exposed {
        return vec!["no sample is exposed: there is nothing to correct".to_owned()];
    }
    let range = |bound: &Bound, who: &str| match (bound.clean_loss.lo, bound.clean_loss.hi) {
        _ if bound.basis == "exposed"
            && bound.clean_loss.reason_code.as_deref() == Some("almost_all_leaked") =>
        {
            Some("almost every sample is exposed: the log alone bounds no honest loss".to_owned())
        }
        (Some(_), Some(hi)) => Some(format!(
            "loss on {who}: {} to {}",
            loss(losses.validation_loss.value?),
            loss(hi)
        )),
        _ => None,
    };
    let exposed = best("exposed").map(|bound| {
        range(bound, "samples that are not exposed")
            .unwrap_or_else(|| bound.clean_loss.message.clone())
    });
    let near = best("near").and_then(|bound| {
        range(
            bound,
            &format!(
                "the {} neither twin nor adjacent",
                percent(1.0 - bound.leaked)
            ),
        )
    });
    exposed.into_iter().chain(near).collect()
}

fn sign(losses: &FromLosses, causes: &[Cause]) -> Vec<String> {
    if losses.f_star.value.is_none() {
        return vec![losses.f_star.message.clone()];
    }
    let told = ["training_mode", "epoch_average", "leakage"];
    let lines = causes
        .iter()
        .filter(|cause| told.contains(&cause.id.as_str()))
        .map(|cause| {
            let evidence = match cause.evidence {
                Evidence::For => "for",
                Evidence::Against => "against",
                Evidence::Unknown => "open",
            };
            let name = match cause.id.as_str() {
                "training_mode" => "dropout etc.",
                "epoch_average" => "half-epoch lag",
                _ => "leakage",
            };
            format!("{name} ({evidence}): {}", cause.summary)
        });
    lines.collect()
}

fn yardsticks(targets: &FromTargets) -> Vec<String> {
    let y = &targets.yardsticks;
    let mut parts = Vec::new();
    if let Some(r2) = y.r2.value {
        parts.push(format!("R2 {r2:.2}"));
    }
    if let Some(zero) = y.zero_share.filter(|&zero| zero > 0.01) {
        parts.push(format!("{} of targets are 0", percent(zero)));
    }
    if let Some(n) = y.n_effective_targets {
        parts.push(format!("worth {n:.0} independent samples"));
    }
    if let Some(steps) = y.equivalent_lag_steps {
        let away = y.equivalent_lag_seconds.map_or_else(
            || format!("{steps} steps"),
            |seconds| format!("{seconds:.1} s"),
        );
        parts.push(format!("the target {away} away errs as much"));
    }
    [parts.join("; "), targets.memoriser.message.clone()]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

fn exclusion(targets: &FromTargets) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((curve, (plateau, ratio))) = targets
        .exclusion
        .as_ref()
        .and_then(|c| Some((c, (c.plateau.value?, c.ratio_five_nearest.value?))))
    {
        let ridge = targets
            .ridge
            .as_ref()
            .and_then(|r| r.ratio.value)
            .map_or_else(String::new, |r| format!("; linear x{r:.2}"));
        lines.push(match curve.decorrelation_lag_steps {
            _ if ratio == 1.0 => format!(
                "hiding neighbours in time changes nothing: {}{ridge}",
                loss(plateau)
            ),
            Some(lag) => format!(
                "without frames within {lag} steps it scores {} (x{ratio:.2}){ridge}",
                loss(plateau)
            ),
            None => format!(
                "without its own group it scores {} (x{ratio:.2}){ridge}",
                loss(plateau)
            ),
        });
    }
    let p = &targets.honest_projection;
    match (p.value, p.lo, p.hi) {
        (Some(value), Some(lo), Some(hi)) => lines.push(format!(
            "projected for your model: {} ({} to {}; not a CI)",
            loss(value),
            loss(lo),
            loss(hi)
        )),
        _ => lines.push(p.message.clone()),
    }
    lines
}

fn predicted(predictions: &FromPredictions) -> Vec<String> {
    let again = &predictions.loss_recomputed;
    let classes: Vec<String> = predictions
        .by_class
        .iter()
        .filter_map(|of| Some(format!("{} {}", of.class.name(), loss(of.loss.value?))))
        .collect();
    let mut lines = Vec::new();
    if again.status == Status::Contradicted {
        lines.push(again.message.clone());
    }
    if !classes.is_empty() {
        lines.push(format!("loss by exposure: {}", classes.join(", ")));
    }
    let honest = &predictions.honest_standardised;
    lines.push(match (honest.value, honest.lo, honest.hi) {
        (Some(value), Some(lo), Some(hi)) => format!(
            "honest loss on the same samples: {} (95 % interval {} to {})",
            loss(value),
            loss(lo),
            loss(hi)
        ),
        _ => honest.message.clone(),
    });
    lines.retain(|line| !line.is_empty());
    lines
}

fn second_run(second: &FromSecondRun) -> Vec<String> {
    let told = |ratio: &Estimate, of: &str| match (ratio.value, ratio.lo, ratio.hi) {
        (Some(value), Some(lo), Some(hi)) => {
            Some(format!("{of}: {value:.2} times ({lo:.2} to {hi:.2})"))
        }
        (Some(value), ..) => Some(format!("{of}: {value:.2} times")),
        _ => None,
    };
    let paired = told(&second.paired_ratio, "its loss on common samples");
    let logs = told(&second.ratio_of_logs, "its reported loss, on other samples");
    let mut lines: Vec<String> = paired.or(logs).into_iter().collect();
    lines.push(second.message.clone());
    lines
}

/// Lines with a label in front of the first and an equal indent before the others.
fn section(label: &str, paragraphs: Vec<String>) -> Vec<String> {
    let lines = paragraphs
        .iter()
        .flat_map(|text| wrapped(text, MAX_COLUMNS - LABEL));
    lines
        .enumerate()
        .map(|(i, line)| format!("{:LABEL$}{line}", if i == 0 { label } else { "" }))
        .collect()
}

/// Breaks a text at spaces; continuation lines are indented by two.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let options = textwrap::Options::new(columns)
        .subsequent_indent("  ")
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    // A number keeps its sign of percent.
    let text = text.replace(" %", "\u{a0}%");
    textwrap::wrap(&text, options)
        .into_iter()
        .map(|line| line.replace('\u{a0}', " "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_never_exceed_the_width() {
        let lines = wrapped("one two three four five", 10);
        assert_eq!(lines, ["one two", "  three", "  four", "  five"]);
        assert!(wrapped(&"x".repeat(200), 80)[0].len() <= 80);
    }
}
