//! The text of a table, and its faults with their lines.

use std::path::Path;

use super::io_error;
use super::json_lines;
use super::table_head;
use super::text_tables;
use crate::error::Error;
use crate::source::container::inflated;
use crate::source::text::TABLE;
use crate::source::{read_file, read_file_up_to};

/// The whole text. What is compressed is inflated, and what Excel calls Unicode is UTF-16.
///
/// # Errors
/// A file that cannot be read, or is neither UTF-8 nor UTF-16 with its mark.
pub(super) fn read_text(manifest: &Path) -> Result<String, Error> {
    read_text_up_to(manifest, TABLE)
}

/// The same of at most `most` bytes.
///
/// # Errors
/// As above, or there are more.
pub(super) fn read_text_up_to(manifest: &Path, most: u64) -> Result<String, Error> {
    let bytes = match without_packing(manifest) {
        Some(_) => inflated(manifest, most),
        None => read_file_up_to(manifest, most),
    };
    let bytes = bytes.map_err(|source| io_error("read", manifest, source))?;
    if let Some(text) = of_wide(&bytes) {
        let message = "text begins as UTF-16 and is none; save the file as UTF-8";
        return text.ok_or_else(|| at_line(manifest, 1, message.to_owned()));
    }
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(text) => text.to_vec(),
        None => bytes,
    };
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        at_line(
            manifest,
            line,
            "text is not UTF-8; save the file as UTF-8".to_owned(),
        )
    })
}

/// The name of a table without the ending of what compressed it; `None` where nothing did.
pub(super) fn without_packing(file: &Path) -> Option<&Path> {
    let packed = file.extension()?.eq_ignore_ascii_case("gz");
    packed.then(|| file.file_stem().map(Path::new)).flatten()
}

/// Text of two bytes a character behind the mark of their order; `None` without the mark, and
/// inside it where the bytes are no such text.
fn of_wide(bytes: &[u8]) -> Option<Option<String>> {
    let (rest, is_little) = match bytes {
        [0xFF, 0xFE, rest @ ..] => (rest, true),
        [0xFE, 0xFF, rest @ ..] => (rest, false),
        _ => return None,
    };
    let number = |pair: [u8; 2]| match is_little {
        true => u16::from_le_bytes(pair),
        false => u16::from_be_bytes(pair),
    };
    let pairs = rest.chunks_exact(2);
    let is_whole = pairs.remainder().is_empty();
    let text = char::decode_utf16(pairs.map(|pair| number([pair[0], pair[1]])));
    Some(
        text.collect::<Result<String, _>>()
            .ok()
            .filter(|_| is_whole),
    )
}

/// The text of a table that says something of samples which others list: in what it was written
/// matters little there, for names and codes are mostly ASCII.
pub(super) fn side_table_text(file: &Path) -> Option<String> {
    table_text(file).ok().or_else(|| {
        let bytes = read_file(file).ok()?;
        let is_text = bytes
            .iter()
            .all(|byte| *byte >= b' ' || byte.is_ascii_whitespace());
        let is_older = is_text && std::str::from_utf8(&bytes).is_err();
        let text = is_older.then(|| bytes.iter().copied().map(char::from).collect())?;
        Some(table_head::without_title(text))
    })
}

/// The text of a table, whose first line that is not empty is its header; JSON Lines as a table
/// with a column for each key of the first lines.
pub(super) fn table_text(file: &Path) -> Result<String, Error> {
    let text = read_text(file)?;
    let is_lines = |ending: &std::ffi::OsStr| {
        let lines = ["jsonl", "manifest", "ndjson"];
        lines.iter().any(|one| ending.eq_ignore_ascii_case(one))
    };
    let name = without_packing(file).unwrap_or(file);
    match name.extension() {
        Some(ending) if is_lines(ending) => json_lines::as_table(file, &text),
        Some(ending) if ending.eq_ignore_ascii_case("txt") => {
            let table = text_tables::as_table(&text).unwrap_or(text);
            Ok(table_head::without_title(table))
        }
        _ => Ok(table_head::without_title(text)),
    }
}

/// Rows of a table; the separator is the one that its first line uses.
pub(super) fn reader(text: &str, has_header: bool) -> csv::Reader<&[u8]> {
    let mut lines = text.lines();
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    csv::ReaderBuilder::new()
        .delimiter(table_head::separator(first))
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
    let first = text.lines().find(|line| !line.is_empty());
    let separator = first.map_or(b',', table_head::separator);
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
            (_, byte) if byte == separator => At::CellStart,
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
        let quoted = "path|split\n\"a|b\"|\"c\"\n";
        assert_eq!(check_quotes(quoted), Ok(()));
        let first = reader(quoted, true).records().next().unwrap().unwrap();
        assert_eq!(first, vec!["a|b", "c"]);
        // A bar in a cell of another table begins no cell.
        assert_eq!(check_quotes("path,said\na,x|\"y\" z\n"), Ok(()));
    }

    #[test]
    fn wide_and_compressed_texts_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let text = "path,Größe\na.jpg,𝄞\n";
        let wide = |mark: u16, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = std::iter::once(mark).chain(text.encode_utf16());
            units.flat_map(order).collect()
        };
        let little = wide(0xFEFF, u16::to_le_bytes);
        let mut gzip = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
        gzip.extend(miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 6));
        gzip.extend(crc32fast::hash(text.as_bytes()).to_le_bytes());
        gzip.extend((text.len() as u32).to_le_bytes());
        for (name, bytes, wanted) in [
            ("a.csv", little.as_slice(), Some(text)),
            ("b.csv", &wide(0xFEFF, u16::to_be_bytes), Some(text)),
            ("c.csv", &little[..little.len() - 1], None),
            ("d.csv.gz", &gzip, Some(text)),
            ("e.csv.gz", &gzip[..gzip.len() - 9], None),
            ("f.csv", b"path\n\xE9.jpg\n", None),
        ] {
            let file = folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            assert_eq!(read_text(&file).ok().as_deref(), wanted, "{name}");
        }
        // Beside the splits, what is in an older coding is read all the same.
        let older = side_table_text(&folder.path().join("f.csv"));
        assert_eq!(older.as_deref(), Some("path\né.jpg\n"));
        assert_eq!(side_table_text(&folder.path().join("e.csv.gz")), None);
    }
}
