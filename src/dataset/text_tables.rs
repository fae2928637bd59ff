//! Tables in text files, as many datasets are published with: a header of words and rows of as many
//! fields between blanks or separators, perhaps below their number (`image_name item_id status`).

use std::collections::BTreeMap;
use std::path::Path;

use super::csv_text::read_text_up_to;
use super::file_kind::sniff_file;
use super::side_tables::{MOST_TABLES, is_table};
use super::split_name::words;
use super::table_head::separator;
use super::walk::Walked;

/// Bytes of a text in an archive that is looked at.
const SMALL: u64 = 1 << 20;

/// Words of columns that name pictures.
const NAMES: &[&str] = &[
    "file",
    "filename",
    "filenames",
    "filepath",
    "files",
    "image",
    "images",
    "img",
    "imgs",
    "name",
    "path",
    "paths",
    "photo",
    "picture",
];

/// The tables of a tree, by their endings or by their headers.
pub(super) fn of_tree<'a>(root: &'a Path, walked: &'a Walked) -> impl Iterator<Item = &'a String> {
    let is_text = |path: &str| {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        ending.eq_ignore_ascii_case("txt")
    };
    fn folder(path: &str) -> &str {
        path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in walked.texts.iter().filter(|path| is_text(path)) {
        *texts.entry(folder(path)).or_default() += 1;
    }
    walked.texts.iter().filter(move |path| {
        // More are said of single pictures.
        let are_few = || {
            texts
                .get(folder(path))
                .is_some_and(|&texts| texts <= MOST_TABLES)
        };
        is_table(path) || is_text(path) && are_few() && is_one(&root.join(path))
    })
}

/// Whether a text file is a table, by its header.
pub(super) fn is_one(file: &Path) -> bool {
    let head = match sniff_file(file) {
        Ok(Some(head)) => String::from_utf8_lossy(&head).into_owned(),
        // A member of an archive.
        _ => read_text_up_to(file, SMALL).unwrap_or_default(),
    };
    header(&head).is_some()
}

/// A text as a table of which tabs separate the fields where blanks did; `None` where it has no
/// header, or its first row has not as many fields.
pub(super) fn as_table(text: &str) -> Option<String> {
    let (line, separator) = header(text)?;
    let below = text
        .lines()
        .skip_while(|one| one.trim() != line)
        .skip(1)
        .find(|one| !one.trim().is_empty())?;
    if fields(below, separator).len() != fields(line, separator).len() {
        return None;
    }
    if separator.is_some() {
        return Some(text.to_owned());
    }
    let rows = text.lines().map(|row| fields(row, None).join("\t") + "\n");
    Some(rows.collect())
}

/// The header of a text and its separator, `None` for blanks.
fn header(text: &str) -> Option<(&str, Option<char>)> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let is_count = first.bytes().all(|byte| byte.is_ascii_digit());
    let line = if is_count { lines.next()? } else { first };
    let separator = Some(char::from(separator(line))).filter(|one| line.contains(*one));
    let names = fields(line, separator);
    let is_name = |name: &&str| {
        name.starts_with(char::is_alphabetic) && !name.contains(['.', '/', '\\', ':'])
    };
    let is_of_pictures = |name: &&str| words(name).iter().any(|word| NAMES.contains(&&**word));
    let is_header = names.len() > 1 && names.iter().all(is_name);
    (is_header && names.iter().any(is_of_pictures)).then_some((line, separator))
}

fn fields(line: &str, separator: Option<char>) -> Vec<&str> {
    match separator {
        None => line.split_whitespace().collect(),
        Some(separator) => line.split(separator).map(str::trim).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_words_above_rows_makes_a_table_and_lists_have_none() {
        let blanks = "3\nimage_name  item_id evaluation_status\nimg/a.jpg  id_1 train\n";
        let table = "3\nimage_name\titem_id\tevaluation_status\nimg/a.jpg\tid_1\ttrain\n";
        assert_eq!(as_table(blanks).as_deref(), Some(table));
        let commas = "image,label\na b.jpg,cat\n";
        assert_eq!(as_table(commas).as_deref(), Some(commas));
        for list in [
            "a.jpg 0\nb.jpg 1\n",
            "images/a 0\nimages/b 1\n",
            // Attributes, one fewer than fields of a row.
            "2\nFile_Hat Smiling\na.jpg 1 -1\n",
            "5\nAnna_Smith 3\nBo 2\n",
            "nothing of pictures\na b c\n",
            "image label\n",
            "",
        ] {
            assert_eq!(as_table(list), None, "{list}");
        }
    }
}
