//! Words and numbers that fit a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::terminal::WIDTH;

/// `12,345`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `96.9 %`; a share that is neither 0 nor 1 never shows as one of them.
pub(super) fn percent(fraction: f64) -> String {
    let percent = fraction * 100.0;
    if fraction > 0.0 && percent < 0.05 {
        "<0.1 %".to_owned()
    } else if fraction < 1.0 && percent > 99.95 {
        ">99.9 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

/// A path without control characters: a newline in a name must not forge a line.
pub(super) fn printable(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for character in path.chars() {
        if character.is_control() {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// A path cut in the middle to at most `columns`, its end kept because that names the file.
pub(super) fn fit(path: &str, columns: usize) -> String {
    let text = printable(path);
    if text.width() <= columns {
        return text;
    }
    let tail_columns = (columns.saturating_sub(3)) * 2 / 3;
    let mut tail: Vec<char> = Vec::new();
    let mut used = 0;
    for character in text.chars().rev() {
        let width = character.width().unwrap_or(0);
        if used + width > tail_columns {
            break;
        }
        used += width;
        tail.push(character);
    }
    let mut head = String::new();
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        if used + width + 3 > columns {
            break;
        }
        used += width;
        head.push(character);
    }
    head + "..." + &tail.into_iter().rev().collect::<String>()
}

/// Text as lines of at most [`WIDTH`] columns, each ended by a newline.
/// What stands between backticks is a command or a path and stays on one line where it fits.
pub(super) fn wrap(text: &str, first: &str, rest: &str) -> String {
    const NO_BREAK_SPACE: &str = "\u{a0}";
    // Only at spaces: a path is copied whole or not at all.
    let options = textwrap::Options::new(WIDTH)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .initial_indent(first)
        .subsequent_indent(rest);
    let parts = printable(text);
    let parts = parts.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.to_owned(),
        _ => part.replace(' ', NO_BREAK_SPACE),
    });
    let text = parts.collect::<Vec<_>>().join("`");
    let mut lines = textwrap::fill(&text, options).replace(NO_BREAK_SPACE, " ");
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        let shown = [0, 999, 1000, 12_345, 1_234_567].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn a_small_share_never_shows_as_none_nor_a_large_one_as_all() {
        let shown = [0.0, 1e-6, 0.5, 0.9999, 1.0].map(percent);
        assert_eq!(shown, ["0.0 %", "<0.1 %", "50.0 %", ">99.9 %", "100.0 %"]);
    }

    #[test]
    fn a_long_path_keeps_its_end_and_its_width() {
        let cut = fit("train/a_very_long_class_name/with_more/0001.jpg", 30);
        assert_eq!(cut.width(), 30);
        assert!(
            cut.ends_with("0001.jpg") && cut.starts_with("train/") && cut.contains("..."),
            "{cut}"
        );
        assert!(fit("画像/画像画像画像画像画像.jpg", 20).width() <= 20);
    }

    #[test]
    fn a_command_is_not_broken() {
        let words = "word ".repeat(14);
        assert!(wrap(&format!("{words} run `git lfs pull`"), "", "").contains("`git lfs pull`"));
    }

    #[test]
    fn a_newline_in_a_name_stays_on_its_line() {
        assert_eq!(fit("a\nb.jpg", 30), "a\\nb.jpg");
    }
}
