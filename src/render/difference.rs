//! Two reports compared, for a person.

use std::io::{self, Write};

use super::terminal::WIDTH;
use super::text::fit;
use crate::rate::Rate;
use crate::report::difference::{Difference, Item};
use crate::wording::{self, percent_tenths};

/// Things of each kind that are listed.
const LISTED: usize = 10;

/// Writes what moved, what appeared and what went away.
///
/// # Errors
/// Those of the writer.
pub fn render(difference: &Difference, to: &mut dyn Write) -> io::Result<()> {
    for moved in &difference.leakage {
        let names = format!("{} from {}", moved.evaluation_split, moved.training_split);
        let share = |rate: &Option<Rate>| match rate {
            None => "not there".to_owned(),
            Some(rate) => {
                let share = rate.fraction.map_or("not known".to_owned(), percent_tenths);
                format!(
                    "{share} ({} of {})",
                    wording::count(rate.count),
                    wording::count(rate.denominator)
                )
            }
        };
        let word = if moved.is_worse() { "  worse" } else { "" };
        writeln!(
            to,
            "{}  {} -> {}{word}",
            fit(&names, 30),
            share(&moved.old),
            share(&moved.new)
        )?;
    }
    list("appeared", &difference.appeared, to)?;
    list("gone", &difference.gone, to)?;
    for note in &difference.notes {
        writeln!(to, "note: {note}")?;
    }
    for reason in &difference.lost {
        writeln!(to, "cannot be compared: {reason}")?;
    }
    let verdict = match (difference.is_worse(), difference.is_comparable()) {
        (true, _) => "worse",
        (false, true) => "no worse",
        (false, false) => "not known whether it is worse",
    };
    writeln!(to, "{verdict}")
}

fn list(word: &str, items: &[Item], to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{word}: {}", items.len())?;
    for item in items.iter().take(LISTED) {
        let code = item.code.name();
        let images = match item.images {
            1 => String::new(),
            n => format!(" ({n} images)"),
        };
        let room = WIDTH.saturating_sub(code.len() + images.len() + 4);
        writeln!(to, "  {code}  {}{images}", fit(&item.path, room))?;
    }
    if items.len() > LISTED {
        writeln!(
            to,
            "  and {} more",
            wording::count((items.len() - LISTED) as u64)
        )?;
    }
    Ok(())
}
