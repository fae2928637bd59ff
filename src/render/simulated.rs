//! Leakage of splits that were tried on paper, for a person.

use std::io::{self, Write};

use super::terminal::{GREEN, RED, heading};
use super::text::{fit, wrap};
use crate::report::SimulatedSplit;
use crate::wording::{self, percent_tenths};

/// Writes one or two lines for each split, and nothing where none was tried.
pub(super) fn render(splits: &[SimulatedSplit], to: &mut dyn Write) -> io::Result<()> {
    if splits.is_empty() {
        return Ok(());
    }
    heading("If it were split so", to)?;
    for split in splits {
        one(split, to)?;
    }
    Ok(())
}

fn one(split: &SimulatedSplit, to: &mut dyn Write) -> io::Result<()> {
    let rule = fit(&split.rule, 22);
    if let Some(reason) = &split.unavailable {
        return write!(to, "{}", wrap(&format!("{rule}: {reason}"), "  ", "    "));
    }
    let leaked = split.leakage.as_ref().map(|leakage| &leakage.leaked);
    match leaked.and_then(|leaked| Some((leaked, leaked.fraction?))) {
        Some((leaked, fraction)) => {
            let style = if leaked.count == 0 { GREEN } else { RED };
            writeln!(
                to,
                "  {rule:22} {style}{:>7} leaked{style:#}  {} of {}",
                percent_tenths(fraction),
                wording::count(leaked.count),
                wording::count(leaked.denominator)
            )?;
        }
        None => writeln!(to, "  {rule:22} no pixel was compared")?,
    }
    let Some(distances) = &split.distances else {
        let all = split.evaluation_samples + split.training_samples;
        let held_out = wording::count(split.evaluation_samples);
        return writeln!(to, "    holds out {held_out} of {}", wording::count(all));
    };
    let near = distances.same_instant + distances.at_1_step + distances.at_2_steps;
    let near = near + distances.at_3_to_5_steps;
    let text = format!(
        "holds out {} of {}; {} of them within 5 steps of a training frame, {} with none in their recording",
        wording::count(split.evaluation_samples),
        wording::count(split.evaluation_samples + split.training_samples),
        wording::count(near),
        wording::count(distances.other_recording_only)
    );
    write!(to, "{}", wrap(&text, "    ", "    "))
}
