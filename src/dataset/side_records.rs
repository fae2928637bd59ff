//! A text beside each picture that says something of it, as one table: JSON, as `WebDataset` has
//! them, XML, and texts of keys with values (`patient: P3`), as which YAML is read, too.

use std::collections::BTreeMap;
use std::path::Path;

use super::exports::{stem, xml};
use super::group_columns::named;
use super::side_texts::{self, Told, ending, flat, key_in_archive, short_text};

/// Elements of what is in a picture.
const OF_PARTS: &[&str] = &["bndbox", "box", "item", "object", "part", "region", "shape"];

/// Largest text beside one picture.
const MOST_BYTES: usize = 64 << 10;

/// The texts, each with its picture, as one table, where the first says something that may tell
/// groups.
pub(super) fn table(root: &Path, beside: &[(&String, &str)]) -> Option<(String, String)> {
    let read = |path: &str, picture: &str| -> Option<BTreeMap<String, String>> {
        let text = short_text(root, path).filter(|text| text.len() <= MOST_BYTES)?;
        let field = field_of(path);
        let is_field = named(field).says_so();
        let mut row = match ending(path) {
            _ if is_field && let Some(value) = value(&text) => {
                BTreeMap::from([(field.to_owned(), value)])
            }
            "json" => match serde_json::from_str(&text) {
                Ok(Told::Record(record)) => flat(record),
                _ => return None,
            },
            "xml" => elements(&text)?,
            _ => pairs(&text)?,
        };
        row.retain(|key, value| named(key).says_so() && stem(value) != stem(picture));
        Some(row)
    };
    // Of each form the first is asked: most beside pictures are boxes.
    let mut forms: BTreeMap<&str, bool> = BTreeMap::new();
    let mut first = None;
    for &(path, picture) in beside {
        forms.entry(form_of(path)).or_insert_with(|| {
            let tells = read(path, picture).is_some_and(|row| !row.is_empty());
            first = first.or(tells.then_some(path));
            tells
        });
    }
    let first = first?;
    let told = beside.iter().filter(|(path, _)| forms[form_of(path)]);
    let rows = told.filter_map(|(path, picture)| {
        let row = read(path, picture)?;
        Some((Some((*picture).to_owned()), row))
    });
    Some((first.clone(), side_texts::table(rows.collect())?))
}

/// What follows the key of a sample in the name of a member of an archive, `meta.json`; of another
/// file its ending.
fn form_of(path: &str) -> &str {
    key_in_archive(path).map_or(ending(path), |key| &path[key.len() + 1..])
}

/// The field that a file is, `patient_id` of `7.patient_id` and of `7.patient_id.txt`.
fn field_of(path: &str) -> &str {
    let form = form_of(path);
    let inner = form
        .rsplit_once('.')
        .filter(|one| matches!(one.1, "json" | "txt"));
    inner.map_or(form, |(field, _)| field)
}

/// The one value that a text is.
fn value(text: &str) -> Option<String> {
    const LONGEST: usize = 200;
    let text = text.trim().trim_matches('"');
    let is_one = !text.is_empty() && text.len() <= LONGEST && !text.contains(['\n', '{', '[']);
    is_one.then(|| text.to_owned())
}

/// Texts of elements inside the whole, and of those inside a record of it (`source.video`); `None`
/// where it is no XML. What is deeper, or met twice, says something of parts of the picture.
fn elements(text: &str) -> Option<BTreeMap<String, String>> {
    let mut all: BTreeMap<String, Option<String>> = BTreeMap::new();
    let read = xml::each(text, |around, _, met| {
        if let (xml::Met::End(content), [_, above @ .., name]) = (met, around)
            && !content.is_empty()
            && above.len() < 2
            && !above.iter().any(|one| OF_PARTS.contains(&one.as_str()))
        {
            let content = Some(content.to_owned());
            let name = above
                .iter()
                .map(|one| format!("{one}."))
                .collect::<String>()
                + name;
            let known = all.entry(name).or_insert_with(|| content.clone());
            if *known != content {
                *known = None;
            }
        }
        true
    });
    read.ok()?;
    let told = all.into_iter();
    Some(
        told.filter_map(|(name, text)| Some((name, text?)))
            .collect(),
    )
}

/// Keys with values, one a line, with `:` or `=` between them; `None` where a line is neither that
/// nor a comment.
fn pairs(text: &str) -> Option<BTreeMap<String, String>> {
    const LONGEST_KEY: usize = 40;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '-']));
    let pair = |line: &str| {
        let (key, value) = line.split_once([':', '='])?;
        let key = key.trim();
        let is_key = key.len() <= LONGEST_KEY
            && key.starts_with(char::is_alphabetic)
            && key.split_whitespace().count() <= 3;
        let value = value.trim().trim_matches(['"', '\'']);
        is_key.then(|| (key.to_owned(), value.to_owned()))
    };
    let all: Option<BTreeMap<String, String>> = lines.map(pair).collect();
    let mut all = all?;
    all.retain(|_, value| !value.is_empty());
    Some(all)
}
