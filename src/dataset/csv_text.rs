//! The text of a table, and its faults with their lines.

use std::path::Path;

use super::io_error;
use super::json_lines;
use crate::error::Error;
use crate::source::read_file;

/// The whole text.
///
/// # Errors
/// A file that cannot be read, or is not UTF-8.
pub(super) fn read_text(manifest: &Path) -> Result<String, Error> {
    let bytes = read_file(manifest).map_err(|source| io_error("read", manifest, source))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let before = &bytes[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        at_line(
            manifest,
            line,
            "text is not UTF-8; save the file as UTF-8".to_owned(),
        )
    })
}

/// The text of a table; JSON Lines as a table with a column for each key of the first line.
pub(super) fn table_text(file: &Path) -> Result<String, Error> {
    let text = read_text(file)?;
    let is_lines = |ending: &std::ffi::OsStr| {
        ending.eq_ignore_ascii_case("jsonl") || ending.eq_ignore_ascii_case("ndjson")
    };
    match file.extension().is_some_and(is_lines) {
        true => json_lines::as_table(file, &text),
        false => Ok(text),
    }
}

/// Rows of a table; the separator is the one that its first line uses.
pub(super) fn reader(text: &str, has_header: bool) -> csv::Reader<&[u8]> {
    let first_line = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| first_line.bytes().filter(|&byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .rev()
        .max_by_key(|&one| count(one));
    csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .has_headers(has_header)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

/// Numbers of a cell such as `[1, 2.5]` or `1 2.5`.
pub(super) fn number_list(cell: &str) -> Option<Vec<f32>> {
    let inner = cell.trim().trim_matches(|c| "[]()".contains(c));
    let fields = inner.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
    let fields = fields.filter(|field| !field.is_empty());
    fields.map(|field| field.parse().ok()).collect()
}

/// A row that cannot be read.
pub(super) fn parse_error(manifest: &Path, error: &csv::Error) -> Error {
    let line = error.position().map(csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "this row has {len} cells, the first row has {expected_len}; quote cells that contain the separator"
        ),
        _ => error.to_string(),
    };
    Error::Manifest {
        path: manifest.to_path_buf(),
        line,
        message,
    }
}

/// A fault in a line.
pub(super) fn at_line(manifest: &Path, line: u64, message: String) -> Error {
    Error::Manifest {
        path: manifest.to_path_buf(),
        line: Some(line),
        message,
    }
}

/// Finds the line of the first quoting fault. The `csv` crate reads on to the
/// end of the file instead, which would turn a typo into thousands of lost rows.
pub(super) fn check_quotes(text: &str) -> Result<(), u64> {
    #[derive(PartialEq)]
    enum At {
        CellStart,
        Plain,
        Quoted,
        AfterQuote,
    }
    let mut at = At::CellStart;
    let mut line = 1;
    let mut opened = 1;
    for byte in text.bytes() {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::AfterQuote,
            (At::Quoted, _) => At::Quoted,
            (At::AfterQuote, b'"') => At::Quoted,
            (_, b',' | b';' | b'\t' | b'\n' | b'\r') => At::CellStart,
            (At::AfterQuote, b' ') => At::AfterQuote,
            (At::AfterQuote, _) => return Err(line),
            (At::CellStart, b'"') => {
                opened = line;
                At::Quoted
            }
            _ => At::Plain,
        };
        line += u64::from(byte == b'\n');
    }
    if at == At::Quoted {
        Err(opened)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_faults_are_found_with_their_line() {
        assert_eq!(check_quotes("path,split\n\"a,b.jpg\",train\n"), Ok(()));
        assert_eq!(check_quotes("a,\"say \"\"hi\"\"\"\nb,c\n"), Ok(()));
        assert_eq!(
            check_quotes("path,split\na.jpg,train\n\"b.jpg,val\nc.jpg,val\n"),
            Err(3)
        );
        assert_eq!(check_quotes("path,split\n\"a\"b.jpg,val\n"), Err(2));
    }

    #[test]
    fn a_cell_may_hold_a_list_of_numbers() {
        assert_eq!(number_list("[1, 2.5]"), Some(vec![1.0, 2.5]));
        assert_eq!(number_list("(1  2)"), Some(vec![1.0, 2.0]));
        assert_eq!(number_list("[a]"), None);
    }

    #[test]
    fn the_separator_is_the_one_the_header_uses() {
        for text in ["path,split\na,b", "path;split\na;b", "path\tsplit\na\tb"] {
            let mut reader = reader(text, true);
            assert_eq!(reader.records().next().unwrap().unwrap(), vec!["a", "b"]);
        }
    }
}
