//! The explanation for a terminal: verdict first, then the numbers, in at most 25 lines of 80
//! columns.

mod predicted;

use self::predicted::{measured, predicted};
use crate::report::explanation::{
    Bound, Cause, Estimate, Evidence, Explanation, Exposure, FromImages, FromLosses,
    FromPredictions, FromSecondRun, FromTargets, LogRead, Metric,
};
use crate::report::interleaving::{Interleaving, SplitKind};
use crate::wording::{Scale, count, loss, percent};

/// Most lines of the text.
pub const MAX_LINES: usize = 25;
/// Most columns of a line.
pub const MAX_COLUMNS: usize = 80;
/// Most notes on the input.
const MOST_NOTES: usize = 5;
/// Columns of the labels on the left.
const LABEL: usize = 11;

/// Renders without colour; lines are separated by `\n`, the last one ends with it.
///
/// What to believe comes first and what to do next is always kept; of the reasons between, those
/// that find no room are left out whole, the last ones first.
#[must_use]
pub fn render(explanation: &Explanation) -> String {
    let mut lines = wrapped(&explanation.verdict.line, MAX_COLUMNS);
    let step = explanation.next_steps.first();
    let next = section(
        "Next",
        step.map(|step| format!("{}: {}", step.what, step.command))
            .into_iter()
            .collect(),
    );
    let room = MAX_LINES.saturating_sub(next.len());
    for (label, paragraphs) in reasons(explanation) {
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
    lines.extend(next);
    lines.into_iter().map(|line| line + "\n").collect()
}

/// How mean losses are told: as accuracies, where the log or the predictions tell nothing else.
fn scale(explanation: &Explanation) -> Scale {
    let answers = || {
        let metric = explanation.t2.as_ref().map(|of| of.proxy_metric);
        let predictions = explanation.t3.as_ref();
        predictions.is_some_and(|of| of.accuracy.is_some()) && metric == Some(Metric::ErrorRate)
    };
    let is_accuracy = match &explanation.log {
        Some(log) => log.validation.is_none() && log.validation_accuracy.is_some(),
        None => answers(),
    };
    match is_accuracy {
        true => Scale::Accuracy,
        false => Scale::Loss,
    }
}

/// Why, the most telling first.
fn reasons(explanation: &Explanation) -> Vec<(&'static str, Vec<String>)> {
    let scale = scale(explanation);
    let compared = explanation.comparison.iter().map(|of| of.line.clone());
    let mut reasons = vec![
        ("Models", compared.collect()),
        ("Split", split_facts(&explanation.t0)),
    ];
    let notes = || {
        let shown = explanation.warnings.iter().take(MOST_NOTES);
        ("Note", shown.cloned().collect())
    };
    // What is wrong with predictions must be read before what they tell.
    let notes_first = explanation.t3.is_some() || explanation.comparison.is_some();
    if notes_first {
        reasons.push(notes());
    }
    let predicted = || {
        let told = explanation.t3.iter();
        let told = told.flat_map(|predictions| predicted(predictions, scale));
        ("Predicted", told.collect())
    };
    // A metric that no loss stands for is what was asked.
    let metrics_alone = |of: &FromPredictions| of.n_with_loss == 0 && !of.metrics.is_empty();
    let predicted_first = explanation.t3.as_ref().is_some_and(metrics_alone);
    if predicted_first {
        reasons.push(predicted());
    }
    match (&explanation.t1, &explanation.t1_absent) {
        (Some(losses), _) => {
            let log = explanation.log.as_ref();
            reasons.push(("Read", loss_facts(log, losses, scale)));
            reasons.push((
                "Yardsticks",
                explanation
                    .t2
                    .iter()
                    .flat_map(|t2| yardsticks(t2, log, scale))
                    .collect(),
            ));
            let measured = explanation.t3.as_ref().and_then(|of| measured(of, scale));
            let clean = measured.map_or_else(|| bounds(losses, scale), |line| vec![line]);
            reasons.push(("If clean", clean));
            reasons.push(("The gap", sign(losses, &explanation.causes)));
        }
        (None, Some(absent)) => {
            let read = explanation.log.iter().map(|log| log.line.clone());
            reasons.push(("Read", read.chain([absent.message.clone()]).collect()));
            reasons.push((
                "Yardsticks",
                explanation
                    .t2
                    .iter()
                    .flat_map(|t2| yardsticks(t2, None, scale))
                    .collect(),
            ));
        }
        (None, None) => {}
    }
    let hidden = explanation.t2.iter();
    let hidden = hidden.flat_map(|targets| exclusion(targets, scale));
    reasons.push(("Hidden", hidden.collect()));
    let second = explanation.t4.iter().flat_map(second_run);
    reasons.push(("Second run", second.collect()));
    if !predicted_first {
        reasons.push(predicted());
    }
    if !notes_first {
        reasons.push(notes());
    }
    reasons
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

fn loss_facts(log: Option<&LogRead>, losses: &FromLosses, scale: Scale) -> Vec<String> {
    let read = log.map_or_else(
        || match scale {
            Scale::Loss => "the mean loss of the predictions; no log".to_owned(),
            Scale::Accuracy => "what the predictions get right; no log".to_owned(),
        },
        |log| log.line.clone(),
    );
    let gap = losses.gap.value;
    let line = read
        + &gap.map_or_else(String::new, |gap| {
            format!(", gap {}", scale.difference(gap))
        });
    let rmse = losses.rmse.map(|rmse| {
        let range = losses.share_of_range.map_or_else(String::new, |share| {
            format!(" = {} of the range of the targets", percent(share))
        });
        format!("RMSE {rmse:.3}{range}")
    });
    std::iter::once(line).chain(rmse).collect()
}

/// The bounds of the loss of clean samples.
fn bounds(losses: &FromLosses, scale: Scale) -> Vec<String> {
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
            let measured = scale.name();
            Some(format!(
                "almost every sample is exposed: the log alone bounds no honest {measured}"
            ))
        }
        (Some(_), Some(hi)) => Some(format!(
            "{} on {who}: {}",
            scale.name(),
            scale.range(losses.validation_loss.value?, hi)
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

fn yardsticks(targets: &FromTargets, log: Option<&LogRead>, scale: Scale) -> Vec<String> {
    let y = &targets.yardsticks;
    let mut parts = Vec::new();
    if let Some(constant) = y.trivial_loss.value {
        let training = y
            .trivial_loss_training
            .value
            .map_or_else(String::new, |training| {
                format!(" (on training {})", scale.value(training))
            });
        let first = log.and_then(|log| log.first_validation.filter(|_| log.epochs > 1));
        let first = first.map_or_else(String::new, |first| {
            let side = if first < constant {
                "below"
            } else {
                "not below"
            };
            format!(", and the first epoch's {} was {side} that", loss(first))
        });
        parts.push(format!(
            "the best constant scores {}{training}{first}",
            scale.value(constant)
        ));
    }
    // Of other losses the share of the constant's is no R2.
    let of_squares = targets.proxy_metric == Metric::SquaredError;
    if let Some(r2) = y.r2.value.filter(|_| of_squares) {
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
        parts.push(format!("the target {away} away errs as much or more"));
    }
    [parts.join("; "), targets.memoriser.message.clone()]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

fn exclusion(targets: &FromTargets, scale: Scale) -> Vec<String> {
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
            .map_or_else(String::new, |r| format!("; a linear model x{r:.2}"));
        let open = curve
            .points
            .first()
            .and_then(|point| point.five_nearest.value);
        let hides = curve.points.iter().any(|point| point.training_left < 1.0);
        let what = match curve.decorrelation_lag_steps {
            Some(_) => "frames near in time",
            None => "its own group",
        };
        // Where nothing was hidden, that nothing changed says nothing.
        if let Some(open) = open.filter(|_| hides) {
            lines.push(format!(
                "the five nearest training images score {} with all in view, {} without {what} ({}){ridge}",
                scale.value(open),
                scale.value(plateau),
                scale.ratio(ratio)
            ));
        }
    }
    let p = &targets.honest_projection;
    match (p.value, p.lo, p.hi) {
        (Some(value), Some(lo), Some(hi)) => lines.push(format!(
            "projected for your network: {} ({}); a margin, no confidence interval",
            scale.value(value),
            scale.range(lo, hi)
        )),
        _ => lines.push(format!("no projection: {}", p.message)),
    }
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
