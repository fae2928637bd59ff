//! What is wrong with a text, in our words: libraries speak to programmers, and a user wants to
//! know what is wrong, where, and what to do.

/// A run of characters without a space that is longer is cut.
const LONGEST: usize = 400;
/// What is kept of it.
const KEPT: usize = 200;

/// Text of which no word is longer than a name can be: what a file holds may be of any length, and
/// a message quotes it.
#[must_use]
pub(crate) fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let is_long = word.chars().nth(LONGEST).is_some();
        let kept = word.char_indices().nth(KEPT).filter(|_| is_long);
        let Some((end, _)) = kept else {
            return word.to_owned();
        };
        // A name in backticks stays one.
        let quote = match word.starts_with('`') && !word[1..end].contains('`') {
            true => "`",
            false => "",
        };
        let space = word.chars().next_back().filter(|last| last.is_whitespace());
        let space = space.map_or(String::new(), String::from);
        format!("{}\u{2026}{quote}{space}", &word[..end])
    });
    words.collect()
}

/// Lines of which none is longer than [`KEPT`] characters.
fn cut_lines(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| match line.char_indices().nth(KEPT) {
            Some((end, _)) => format!("{}\u{2026}", &line[..end]),
            None => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// Why a text is no TOML, or not the one that was meant, from what its reader says: with the line.
#[must_use]
pub(crate) fn toml(said: &str) -> String {
    // Only the lines that show the file are of any length.
    let lines = said
        .trim_end()
        .lines()
        .map(|line| match line.contains(" | ") {
            true => cut_lines(line),
            false => cut(line),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// Why a text is no JSON, with what to do. Whoever says the line otherwise asks without it.
#[must_use]
pub(crate) fn json(text: &[u8], error: &serde_json::Error, with_line: bool) -> String {
    if let Some(coding) = coding(text) {
        return format!("is text in {coding}; save it as UTF-8");
    }
    let line = match with_line {
        true => format!("line {}, ", error.line()),
        false => String::new(),
    };
    let place = format!("{line}column {}", error.column());
    if error.is_eof() {
        return "ends before its JSON does; it was cut short: write or copy it again".to_owned();
    }
    let at = offset(text, error);
    if let Some(number) = number_that_is_none(text, at) {
        return format!(
            "is no JSON: `{number}` at {place} is no number there; write `null`, or leave it out"
        );
    }
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let what = match said {
        "expected value" => "a value is missing or not understood".to_owned(),
        "trailing characters" => "something follows its end".to_owned(),
        "trailing comma" => "a comma stands before a closing bracket".to_owned(),
        "recursion limit exceeded" => "it is nested too deep".to_owned(),
        other => cut_lines(other),
    };
    let near = String::from_utf8_lossy(&text[at..text.len().min(at + 20)]);
    let near = near.lines().next().unwrap_or_default().trim();
    let near = match near {
        "" => String::new(),
        near => format!(", before `{}`", near.replace('`', "'")),
    };
    format!("is no JSON: {what} ({place}{near}); mend it there, or write the file again")
}

/// The coding of a text that is not in UTF-8, by how it begins.
fn coding(text: &[u8]) -> Option<&'static str> {
    match text {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, 0, _, ..] | [_, 0, _, 0, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// Where in a text an error is.
fn offset(text: &[u8], error: &serde_json::Error) -> usize {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    (before + error.column().saturating_sub(1)).min(text.len())
}

/// What Python writes for numbers that JSON does not have.
fn number_that_is_none(text: &[u8], at: usize) -> Option<&'static str> {
    let from = &text[at.saturating_sub(2)..];
    let near = &from[..from.len().min(12)];
    let names = ["-Infinity", "Infinity", "NaN"];
    let is_near = |name: &&&str| {
        let mut windows = near.windows(name.len());
        windows.any(|window| window == name.as_bytes())
    };
    names.iter().find(is_near).copied()
}

/// Why a text is no YAML, from what its reader says, without the place.
#[must_use]
pub(crate) fn yaml(said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    // `line 3 column 6: what`.
    let what = match first
        .strip_prefix("line ")
        .and_then(|one| one.split_once(": "))
    {
        Some((_, what)) => what,
        None => first,
    };
    if let Some(key) = what.strip_prefix("duplicate mapping key: ") {
        let key = key.split(',').next().unwrap_or(key);
        return format!(
            "the key `{}` stands there twice; keep one of them",
            cut(key)
        );
    }
    let known = [
        (
            "multiple YAML documents",
            "a second document begins (`---`); keep one",
        ),
        (
            "budget breached",
            "it is too large for a description; keep `path`, `train`, `val`, `test`, `nc` and `names`",
        ),
        (
            "recursion limit",
            "it is nested too deep; keep `path`, `train`, `val`, `test`, `nc` and `names`",
        ),
        (
            "unknown anchor",
            "`*` refers to something that is not there; write what is meant, a pattern in quotes",
        ),
        ("found a tab", "it is indented by a tab; use spaces"),
        (
            "did not match any variant",
            "a value is of another kind than expected; write `train: images/train` or a list of such, and `names` as a list",
        ),
    ];
    let told = known.iter().find(|(mark, _)| what.contains(mark));
    match told {
        Some((_, told)) => (*told).to_owned(),
        None => format!("is no YAML: {}; mend it there", cut_lines(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> String {
        let error = serde_json::from_slice::<serde_json::Value>(text).unwrap_err();
        json(text, &error, true)
    }

    #[test]
    fn what_is_long_is_cut_and_what_is_a_name_is_not() {
        let long = "9".repeat(200_000);
        let text = cut(&format!("class `{long}` of a"));
        assert_eq!(
            text.chars().count(),
            "class `".len() + 199 + "…`".chars().count() + 5
        );
        assert!(text.ends_with("…` of a"), "{text}");
        let name = format!("`{}/a.jpg` is there", "folder/".repeat(40));
        assert_eq!(cut(&name), name);
        let sentence = "a sentence of many words ".repeat(100);
        assert_eq!(cut(&sentence), sentence);
    }

    #[test]
    fn json_that_is_none_is_told_with_what_to_do() {
        for (text, said) in [
            (&b"{\"a\": NaN}"[..], "`NaN` at line 1, column"),
            (b"{\"a\": -Infinity}", "`-Infinity`"),
            (b"{\"a\": 1", "cut short"),
            (b"{\"a\": 1,}", "a comma stands before"),
            (b"{\"a\": 1} x", "something follows its end"),
            (b"{\n\"a\": oops}", "(line 2, column 6, before `oops}`)"),
            (b"\xFF\xFE{\0", "UTF-16"),
        ] {
            let told = of(text);
            assert!(told.contains(said), "{told}");
            assert!(!told.contains("EOF"), "{told}");
        }
    }

    #[test]
    fn yaml_that_is_none_is_told_without_the_words_of_a_library() {
        let twice = "error: line 3 column 1: duplicate mapping key: val, set DuplicateKeyPolicy";
        assert_eq!(
            yaml(twice),
            "the key `val` stands there twice; keep one of them"
        );
        let open = "error: line 3 column 8: unclosed bracket '['";
        assert_eq!(
            yaml(open),
            "is no YAML: unclosed bracket '['; mend it there"
        );
        let kind = "error: line 2 column 6: data did not match any variant of untagged enum X";
        assert!(!yaml(kind).contains("enum"));
    }
}
