//! Words and numbers that fit a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::terminal::WIDTH;
use crate::faults;

/// A path without control characters and what reorders a line: a newline in a name must not forge
/// a line, nor may `gnp.exe` read as `exe.png`.
pub(crate) fn printable(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for character in path.chars() {
        if character.is_control() || is_invisible_order(character) {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// Data without what a terminal would obey: names in it may hold escape codes. Only for people: who
/// reads it by a program gets it as it is.
#[cfg(feature = "cli")]
pub(crate) fn harmless(data: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(data);
    let lines = text.split_inclusive('\n').map(|line| {
        let own = line.strip_suffix('\n').unwrap_or(line);
        printable(own) + &line[own.len()..]
    });
    lines.collect::<String>().into_bytes()
}

/// Line and paragraph separators, and what embeds, overrides or isolates a direction of writing.
/// The marks that Arabic and Hebrew names need are left alone.
fn is_invisible_order(character: char) -> bool {
    matches!(character, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
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
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .initial_indent(first)
        .subsequent_indent(rest);
    let parts = faults::cut(&printable(text));
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
    fn a_long_path_keeps_its_end_and_its_width() {
        let cut = fit("train/a_very_long_class_name/with_more/0001.jpg", 30);
        assert_eq!(cut.width(), 30);
        assert!(
            cut.ends_with("0001.jpg") && cut.starts_with("train/") && cut.contains("..."),
            "{cut}"
        );
        assert!(fit("画像/画像画像画像画像画像.jpg", 20).width() <= 20);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_terminal_is_given_no_codes_of_names() {
        let shown = harmless(b"a,b\x1b[31m.png\nc\n");
        assert_eq!(String::from_utf8(shown).unwrap(), "a,b\\u{1b}[31m.png\nc\n");
    }

    #[test]
    fn a_command_is_not_broken() {
        let words = "word ".repeat(14);
        assert!(wrap(&format!("{words} run `git lfs pull`"), "", "").contains("`git lfs pull`"));
        let hyphens = "`--group-pattern '(?<group>[^/]+)/[^/]+$'`";
        assert!(wrap(&format!("{words} say {hyphens}"), "", "").contains(hyphens));
    }

    #[test]
    fn a_newline_in_a_name_stays_on_its_line() {
        assert_eq!(fit("a\nb.jpg", 30), "a\\nb.jpg");
    }

    #[test]
    fn what_turns_the_reading_around_is_shown_and_a_hebrew_name_is_kept() {
        assert_eq!(printable("a\u{202E}gnp.exe"), "a\\u{202e}gnp.exe");
        assert_eq!(printable("a\u{2028}b"), "a\\u{2028}b");
        let hebrew = "\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{200F}.png";
        assert_eq!(printable(hebrew), hebrew);
    }
}
