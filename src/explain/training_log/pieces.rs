//! A line is cut where carriage returns, backspaces or lost line ends join several.

// Where a lost line end joined two epochs, and where a bar was drawn again without one.
pattern!(GLUED, r"[^\s\[(]Epoch \d");
pattern!(BAR, r"[^\d/]\d+/\d+ \[");

/// Parts of a line that were lines of their own, or overwrote each other.
pub(super) fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for part in line.split(['\r', '\u{8}']) {
        let mut cuts: Vec<usize> = Vec::new();
        if let Some(glued) = GLUED.as_ref() {
            cuts.extend(
                glued
                    .find_iter(part)
                    .filter_map(|found| Some(found.start() + found.as_str().find("Epoch")?)),
            );
        }
        if let Some(bar) = BAR.as_ref() {
            let again = bar.find_iter(part).map(|found| found.start() + 1);
            cuts.extend(
                again.filter(|&at| part.is_char_boundary(at) && part[..at].contains("loss")),
            );
        }
        cuts.sort_unstable();
        let mut from = 0;
        for cut in cuts {
            if part.is_char_boundary(cut) && cut > from {
                pieces.push(&part[from..cut]);
                from = cut;
            }
        }
        pieces.push(&part[from..]);
    }
    pieces
}
