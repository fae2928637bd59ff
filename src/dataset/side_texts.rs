//! Texts beside pictures that say something of each and are no tables, as tables: JSON of records,
//! of records by file, or of columns; a text beside each picture; lists with a column of entities;
//! Parquet without pictures.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::by_products::is_report;
use super::csv_text::read_text;
use super::exports::stem;
use super::georeferenced;
use super::group_columns::{Named, entity_in, named};
use super::json_columns;
use super::json_lines::push_row;
use super::nested_records;
use super::picture_names::PictureNames;
use super::several_in_row;
use super::side_records;
use super::side_tables::{MOST_TABLES, unpacked};
use super::text_tables;
use super::walk::Walked;
use crate::source::container;

/// Largest text that is read.
const MOST_BYTES: usize = 64 << 20;

/// Columns of one table that are kept.
const MOST_COLUMNS: usize = 100;

/// The name and the text of each as a table with a row of names of columns.
pub(super) fn tables(root: &Path, walked: &Walked) -> Vec<(String, String)> {
    let names = PictureNames::of(walked);
    let mut pictures: HashMap<&str, &str> = HashMap::new();
    let mut by_key: HashMap<&str, Vec<&str>> = HashMap::new();
    for image in &walked.images {
        let path = image.path.as_str();
        pictures.insert(path, path);
        pictures.insert(without_ending(path), path);
        if let Some(key) = key_in_archive(path) {
            by_key.entry(key).or_default().push(path);
        }
    }
    let is_table = |text: &str| text_tables::is_one(&root.join(text));
    let (mut tables, mut beside) = (Vec::new(), Vec::new());
    let (mut json, mut lists) = (0, 0);
    for text in &walked.texts {
        let own = without_ending(text);
        match ending(unpacked(text)) {
            "json" | "txt" | "xml" | "yaml" | "yml" if pictures.contains_key(own) => {
                beside.push((text, pictures[own]));
            }
            // In a folder of their own.
            "json" | "xml" | "yaml" | "yml" if let Some(picture) = names.only(stem(text)) => {
                beside.push((text, picture));
            }
            // Of any ending: fields of a sample are files.
            _ if let Some(all) = key_in_archive(text).and_then(|key| by_key.get(key)) => {
                beside.extend(all.iter().map(|picture| (text, *picture)));
            }
            "json" if json < MOST_TABLES => {
                json += 1;
                let told = of_json(root, text, &names);
                tables.extend(told.or_else(|| of_any_nesting(root, text, &names)));
            }
            "xml" | "yaml" | "yml" if json < MOST_TABLES => {
                json += 1;
                tables.extend(of_any_nesting(root, text, &names));
            }
            "txt" if !names.has(text) && lists < MOST_TABLES && !is_table(text) => {
                lists += 1;
                tables.extend(of_list(root, text, &names));
            }
            _ => {}
        }
    }
    tables.extend(side_records::table(root, &beside));
    tables.extend(georeferenced::tables(root, walked));
    let unread = walked.unread.iter().filter(|file| file.is_there);
    let parquet = unread.filter(|file| file.path.ends_with(".parquet"));
    for file in parquet.take(MOST_TABLES) {
        tables.extend(of_parquet(root, &file.path));
    }
    tables
}

pub(super) fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// What the members of one sample of a `WebDataset` shard have in common: all before the first full
/// stop of their names, `7` of `7.rgb.jpg` and `7.meta.json`; `None` outside of archives.
pub(super) fn key_in_archive(path: &str) -> Option<&str> {
    let inside = path.find("!/")? + 2;
    let name = path.rfind('/').map_or(inside, |at| inside.max(at + 1));
    let stop = path[name..].find('.')?;
    (stop > 0).then(|| &path[..name + stop])
}

fn without_ending(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((before, ending)) if !ending.contains('/') => before,
        _ => path,
    }
}

/// What JSON says, but for lists: records inside each other are one.
#[derive(Debug)]
pub(super) enum Told {
    Text(String),
    Record(Record),
    Nothing,
}

pub(super) type Record = BTreeMap<String, Told>;

struct Teller;

impl<'de> Visitor<'de> for Teller {
    type Value = Told;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Told, E> {
        Ok(Told::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Told, E> {
        Ok(Told::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Told, E> {
        Ok(Told::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Told, E> {
        Ok(Told::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Told, E> {
        Ok(Told::Text(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Told, E> {
        Ok(Told::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Told, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Told::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Told, A::Error> {
        let mut record = Record::new();
        while let Some((key, value)) = map.next_entry()? {
            record.insert(key, value);
        }
        Ok(Told::Record(record))
    }
}

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Teller)
    }
}

/// Texts of a record by key, those of records inside it behind a point.
pub(super) fn flat(record: Record) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut open = vec![(String::new(), record)];
    while let Some((before, record)) = open.pop() {
        for (key, value) in record {
            match value {
                Told::Text(text) => drop(all.insert(format!("{before}{key}"), text)),
                Told::Record(inner) => open.push((format!("{before}{key}."), inner)),
                Told::Nothing => {}
            }
        }
    }
    all
}

/// Records as a table; each row begins with `file`, where it is told.
pub(super) fn table(rows: Vec<(Option<String>, BTreeMap<String, String>)>) -> Option<String> {
    const LOOKED_AT: usize = 1000;
    let keys: BTreeSet<&String> = rows
        .iter()
        .take(LOOKED_AT)
        .flat_map(|row| row.1.keys())
        .collect();
    let keys: Vec<String> = keys.into_iter().take(MOST_COLUMNS).cloned().collect();
    let has_files = rows.iter().any(|row| row.0.is_some());
    if keys.is_empty() {
        return None;
    }
    let file = |cell: &str| has_files.then(|| cell.to_owned());
    let mut table = String::new();
    push_row(
        &mut table,
        file("file").into_iter().chain(keys.iter().cloned()),
    );
    for (path, mut row) in rows {
        let first = file(path.as_deref().unwrap_or_default()).into_iter();
        let cells = keys.iter().map(|key| row.remove(key).unwrap_or_default());
        push_row(&mut table, first.chain(cells));
    }
    Some(table)
}

/// A list of records, records or values by file, or columns of values.
fn of_json(root: &Path, path: &str, names: &PictureNames) -> Option<(String, String)> {
    let text = short_text(root, path)?;
    let begins = text.trim_start();
    let rows = if let Some(rest) = begins.strip_prefix('[') {
        if !rest.trim_start().starts_with('{') {
            return None;
        }
        let records: Vec<Told> = serde_json::from_str(&text).ok()?;
        let records = records.into_iter().filter_map(|told| match told {
            Told::Record(record) => Some((None, flat(record))),
            _ => None,
        });
        let rows: Vec<(Option<String>, BTreeMap<String, String>)> = records.collect();
        let mut cells = rows.iter().flat_map(|row| row.1.values());
        if !cells.any(|cell| names.has(cell)) {
            return None;
        }
        rows
    } else {
        let first = begins.strip_prefix('{')?.trim_start().strip_prefix('"')?;
        let (first, _) = first.split_once('"')?;
        if !names.has(first) {
            let rows = json_columns::rows(&text, names)?;
            return Some((path.to_owned(), table(rows)?));
        }
        let records: Record = serde_json::from_str(&text).ok()?;
        let own = column_of(path).unwrap_or_else(|| stem(path).to_owned());
        let records = records.into_iter().filter_map(|(file, told)| match told {
            Told::Record(record) => Some((Some(file), flat(record))),
            Told::Text(text) => Some((Some(file), BTreeMap::from([(own.clone(), text)]))),
            Told::Nothing => None,
        });
        records.collect()
    };
    Some((path.to_owned(), table(rows)?))
}

/// What JSON, YAML or XML says that is nested in another way. What describes annotations is read as
/// that.
fn of_any_nesting(root: &Path, path: &str, names: &PictureNames) -> Option<(String, String)> {
    const OF_ANNOTATIONS: [&str; 4] = ["annotations", "assets", "categories", "shapes"];
    const MOST_BYTES: usize = 32 << 20;
    let text =
        short_text(root, path).filter(|text| text.len() <= MOST_BYTES && !is_report(text))?;
    let own = column_of(path).unwrap_or_else(|| stem(path).to_owned());
    let rows = match ending(unpacked(path)) {
        "xml" => nested_records::of_xml(&text, names),
        form => {
            let value: serde_json::Value = match form {
                "json" => serde_json::from_str(&text).ok()?,
                _ => serde_saphyr::from_str(&text).ok()?,
            };
            if OF_ANNOTATIONS.iter().any(|key| value.get(*key).is_some()) {
                return None;
            }
            nested_records::rows(&value, &own, names)
        }
    };
    Some((path.to_owned(), table(rows)?))
}

/// What a column is called that a file called by an entity has. That what it holds are these is
/// not certain, so it is asked about as one of names is.
fn column_of(path: &str) -> Option<String> {
    Some(format!("{}_name", entity_in(stem(path))?))
}

/// The text of a file that is not too long.
pub(super) fn short_text(root: &Path, path: &str) -> Option<String> {
    let file = root.join(path);
    let is_long = std::fs::metadata(&file).is_ok_and(|found| found.len() > MOST_BYTES as u64);
    let text = if is_long { None } else { read_text(&file).ok() };
    text.filter(|text| text.len() <= MOST_BYTES)
}

/// A list with a row of names of columns, one of which says that it may tell groups; or one called
/// by an entity, `identity_CelebA.txt`, of pictures and what they belong to.
fn of_list(root: &Path, path: &str, names: &PictureNames) -> Option<(String, String)> {
    let text = short_text(root, path)?;
    let own = column_of(path).unwrap_or_else(|| stem(path).to_owned());
    let (header, rows) = several_in_row::of_lines(&text, &own);
    if let Some(table) = several_in_row::one_a_picture(&header, &rows, names) {
        return Some((path.to_owned(), table));
    }
    let is_gap = |c: char| c.is_whitespace() || c == ',' || c == ';';
    let fields = |line: &str| -> Vec<String> {
        let fields = line.split(is_gap).filter(|field| !field.is_empty());
        fields.map(ToOwned::to_owned).collect()
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = fields(lines.next()?);
    let names_picture = |field: &String| names.has(field);
    // The name of the column of pictures may be that of one that others are made from.
    let may_tell = first.iter().filter(|name| named(name).says_so()).count();
    let tells = first.iter().any(|name| named(name) < Named::Parent) || may_tell > 1;
    let header = match first.iter().any(names_picture) {
        false if tells => first.clone(),
        true if first.len() == 2 => vec!["file".to_owned(), column_of(path)?],
        _ => return None,
    };
    let mut table = String::new();
    push_row(&mut table, header.iter().cloned());
    let body = first.iter().any(names_picture).then_some(first);
    for row in body.into_iter().chain(lines.map(fields)) {
        if row.len() != header.len() || header.len() < 2 {
            return None;
        }
        push_row(&mut table, row.into_iter());
    }
    Some((path.to_owned(), table))
}

/// Columns of a Parquet table that holds no pictures.
fn of_parquet(root: &Path, path: &str) -> Option<(String, String)> {
    let columns = container::columns(&root.join(path), &|_| true).ok()?;
    if columns.len() < 2 || !columns.iter().any(|told| named(&told.name).may_tell()) {
        return None;
    }
    let mut table = String::new();
    push_row(&mut table, columns.iter().map(|told| told.name.clone()));
    let rows = columns.iter().map(|told| told.values.len()).max()?;
    for row in 0..rows {
        let cell = |values: &[Option<String>]| values.get(row).cloned().flatten();
        let cells = columns
            .iter()
            .map(|told| cell(&told.values).unwrap_or_default());
        push_row(&mut table, cells);
    }
    Some((path.to_owned(), table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;
    use crate::source::Place;

    /// What texts of these names are as tables, beside `a.jpg` and `b.jpg`.
    fn told(texts: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut walked = Walked::default();
        for name in ["a.jpg", "b.jpg"] {
            walked
                .images
                .push(WalkedFile::new(name.to_owned(), Place::Named));
        }
        for (name, text) in texts {
            std::fs::write(folder.path().join(name), text).unwrap();
            walked.texts.push((*name).to_owned());
        }
        let tables = tables(folder.path(), &walked).into_iter();
        tables.map(|(_, text)| text.replace('"', "")).collect()
    }

    #[test]
    fn records_are_rows_whether_listed_or_by_file() {
        let list = r#"[{"file_name": "a.jpg", "of": {"patient": 3}, "box": [1, 2]}]"#;
        assert_eq!(
            told(&[("m.json", list)]),
            ["file_name,of.patient\na.jpg,3\n"]
        );
        let by_file = r#"{"a.jpg": {"patient_id": "P1"}, "b.jpg": {"patient_id": null}}"#;
        assert_eq!(
            told(&[("m.json", by_file)]),
            ["file,patient_id\na.jpg,P1\nb.jpg,\n"]
        );
        let values = r#"{"a.jpg": "P1", "b.jpg": "P2"}"#;
        assert_eq!(
            told(&[("patients.json", values)]),
            ["file,patient_name\na.jpg,P1\nb.jpg,P2\n"]
        );
        for other in [r#"{"images": [{"id": 1}]}"#, "[1, 2]", "{", ""] {
            assert!(told(&[("m.json", other)]).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_text_beside_each_picture_is_one_table_where_it_may_tell_groups() {
        let table = ["file,patient_id\na.jpg,P1\nb.jpg,P2\n"];
        let json = [
            (
                "a.json",
                r#"{"patient_id": "P1", "age": 5, "imagePath": "a.jpg"}"#,
            ),
            ("b.json", r#"{"patient_id": "P2"}"#),
        ];
        assert_eq!(told(&json), table);
        let labels = [("a.json", r#"{"label": 1, "imagePath": "a.jpg"}"#)];
        assert!(told(&labels).is_empty());
        let pairs = [
            ("a.txt", "# of the clinic\npatient_id: P1\nage: 5\n"),
            ("b.txt", "patient_id = P2\n"),
        ];
        assert_eq!(told(&pairs), table);
        let yaml = [
            ("a.yaml", "patient_id: 'P1'\n"),
            ("b.yaml", "patient_id: P2"),
        ];
        assert_eq!(told(&yaml), table);
        let xml = [
            (
                "a.xml",
                "<a><filename>a.jpg</filename><patient_id>P1</patient_id></a>",
            ),
            ("b.xml", "<a><patient_id>P2</patient_id></a>"),
        ];
        assert_eq!(told(&xml), table);
        for (name, other) in [
            ("a.txt", "0 0.5 0.5 0.1 0.1\n"),
            (
                "a.txt",
                "The patient: it rained.\nAnd then it rained again.\nSo.\n",
            ),
            ("a.xml", "<a><object><name>cat</name></object></a>"),
            ("a.xml", "<a><patient_id>P1"),
            ("a.yaml", "patient_id:\n  - P1\n"),
        ] {
            assert!(told(&[(name, other)]).is_empty(), "{other}");
        }
    }

    #[test]
    fn members_of_one_sample_of_a_shard_share_a_key() {
        let key = key_in_archive;
        assert_eq!(key("a/x.tar!/d/7.rgb.jpg"), Some("a/x.tar!/d/7"));
        assert_eq!(key("a/x.tar!/d/7.meta.json"), key("a/x.tar!/d/7.rgb.jpg"));
        assert_eq!(key("x.tar!/7.jpg"), Some("x.tar!/7"));
        assert_eq!(key("a.b/7.rgb.jpg"), None);
        assert_eq!(key("x.tar!/.hidden"), None);
    }

    #[test]
    fn lists_have_a_column_that_may_tell_groups_or_are_called_by_an_entity() {
        let list = "frame patient\na.jpg P1\nb.jpg P2\n";
        let table = ["frame,patient\na.jpg,P1\nb.jpg,P2\n"];
        assert_eq!(told(&[("x.txt", list)]), table);
        // With a column that is called as those of pictures it is a table as others are.
        assert!(told(&[("x.txt", &list.replace("frame", "image"))]).is_empty());
        let bare = "a.jpg 17\nb.jpg 3\n";
        let named = ["file,identity_name\na.jpg,17\nb.jpg,3\n"];
        assert_eq!(told(&[("identity_CelebA.txt", bare)]), named);
        assert!(told(&[("labels.txt", bare)]).is_empty());
        assert!(told(&[("x.txt", "image weather\na.jpg sun\n")]).is_empty());
        assert!(told(&[("notes.txt", "each patient was told\nso\n")]).is_empty());
    }
}
