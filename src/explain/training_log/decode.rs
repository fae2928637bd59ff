//! Bytes of a log to plain text: encodings, colours of terminals, pages and notebooks.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// What is taken out of a text before it is read, and what stands there instead: colours of a
/// terminal, wrappers of printed numbers, quotes of an e-mail or an issue.
static NOISE: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
        (r"(?:np|numpy)\.float\d+\(([^()]*)\)", "$1"),
        (r"\bArray\(([-+.\deE]+)[^()]*\)", "$1"),
        (r"\b(?:tensor|array)\(", " "),
        (r"(?m)^(?:[ \t]*> ?)+", ""),
    ]
    .into_iter()
    .filter_map(|(pattern, with)| Some((Regex::new(pattern).ok()?, with)))
    .collect()
});

/// Tags of a table in a page, in the order of replacement.
static TAGS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"(?is)<(style|script)\b.*?</(?:style|script)>", ""),
        (r"(?is)\s*<(?:td|th)\b[^>]*>\s*", "\t"),
        (r"(?is)<(?:tr|br|p|div|table|li|pre)\b[^>]*>\s*", "\n"),
        (r"(?is)<[a-z/!][^>]*>", ""),
        (r"&nbsp;", " "),
        (r"&lt;", "<"),
        (r"&gt;", ">"),
        (r"&quot;", "\""),
        (r"&amp;", "&"),
        (r"(?m)^\t", ""),
    ]
    .into_iter()
    .filter_map(|(pattern, with)| Some((Regex::new(pattern).ok()?, with)))
    .collect()
});

/// The text of a log: UTF-8 or UTF-16, a page or a notebook reduced to what it shows.
#[must_use]
pub(super) fn text(bytes: &[u8]) -> String {
    let text = characters(bytes);
    let text = notebook(&text).unwrap_or(text);
    let text = if ["<td", "<table", "<pre", "<TD"]
        .iter()
        .any(|tag| text.contains(tag))
    {
        replaced(&text, &TAGS)
    } else {
        text
    };
    // Lines that end as old Macs end them.
    let text = match text.contains('\n') {
        true => text,
        false => text.replace('\r', "\n"),
    };
    replaced(&text, &NOISE).trim_end().to_owned()
}

fn replaced(text: &str, rules: &[(Regex, &str)]) -> String {
    rules.iter().fold(text.to_owned(), |text, (pattern, with)| {
        pattern.replace_all(&text, *with).into_owned()
    })
}

/// UTF-16 is recognised by its mark, or by a zero in every second of the first bytes.
fn characters(bytes: &[u8]) -> String {
    let units = |from: &[u8], little: bool| {
        let pairs = from.chunks_exact(2).map(|pair| match little {
            true => u16::from_le_bytes([pair[0], pair[1]]),
            false => u16::from_be_bytes([pair[0], pair[1]]),
        });
        String::from_utf16_lossy(&pairs.collect::<Vec<_>>())
    };
    let head = &bytes[..bytes.len().min(64) & !1];
    let zeros = |at: usize| head.len() >= 4 && head.iter().skip(at).step_by(2).all(|&b| b == 0);
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, true),
        [0xfe, 0xff, rest @ ..] => units(rest, false),
        _ if zeros(1) => units(bytes, true),
        _ if zeros(0) => units(bytes, false),
        _ => {
            let text = String::from_utf8_lossy(bytes);
            text.trim_start_matches('\u{feff}').to_owned()
        }
    }
}

/// What the cells of a Jupyter notebook printed, or `None` for another text.
fn notebook(text: &str) -> Option<String> {
    if !text.starts_with('{') || !text.contains("\"cells\"") {
        return None;
    }
    let notebook: Value = serde_json::from_str(text).ok()?;
    let outputs = notebook.get("cells")?.as_array()?.iter();
    let outputs = outputs.filter_map(|cell| cell.get("outputs")?.as_array());
    let shown = |output: &Value| {
        let data = output.get("data");
        let page = data.and_then(|data| data.get("text/html").or_else(|| data.get("text/plain")));
        joined(output.get("text").or(page)?)
    };
    Some(
        outputs
            .flatten()
            .filter_map(shown)
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

/// Text of a notebook: one string or a list of lines.
fn joined(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => Some(lines.iter().filter_map(Value::as_str).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_utf_16_are_text_with_and_without_a_mark() {
        let units: Vec<u16> = "loss: 0.5".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
        let marked = [&[0xff, 0xfe][..], &little].concat();
        for bytes in [&little, &big, &marked] {
            assert_eq!(text(bytes), "loss: 0.5");
        }
    }

    #[test]
    fn a_table_of_a_page_becomes_rows_of_cells() {
        let page = b"<style>td { color: red }</style><table><tr><th>epoch</th>\n<th>train_loss</th></tr><tr><td>0</td><td>0.5</td></tr></table>";
        let shown = text(page);
        let lines: Vec<&str> = shown
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        assert_eq!(lines, ["epoch\ttrain_loss", "0\t0.5"]);
    }

    #[test]
    fn a_notebook_is_what_its_cells_printed() {
        let notebook = br#"{"cells": [{"source": ["loss: 9"], "outputs": [{"text": ["loss: 0.5\n", "loss: 0.4\n"]}]}]}"#;
        assert_eq!(text(notebook), "loss: 0.5\nloss: 0.4");
    }

    #[test]
    fn colours_and_wrappers_of_numbers_are_taken_out() {
        assert_eq!(text(b"\x1b[1mloss\x1b[0m: np.float64(0.5)"), "loss: 0.5");
    }
}
