//! JSON, YAML and XML of any nesting that name pictures, as a table: a row for each picture, with
//! what stands beside it and above it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::exports::xml;
use super::picture_names::PictureNames;

/// What is said of one picture, by column.
type Row = (Option<String>, BTreeMap<String, String>);

/// Longest value that is kept.
const LONGEST: usize = 200;

/// The rows of JSON or YAML: `{"P1": ["a.jpg"]}`, `{"patients": [{"id": "P1", "images":
/// [{"file": "a.jpg"}]}]}`. What things are called by their keys stands in a column `own`.
pub(super) fn rows(value: &Value, own: &str, names: &PictureNames) -> Vec<Row> {
    let mut walk = Walk {
        own,
        names,
        above: Vec::new(),
        rows: Vec::new(),
    };
    walk.value(value, "");
    walk.rows
}

struct Walk<'a> {
    own: &'a str,
    names: &'a PictureNames<'a>,
    /// Columns and values of all that stands around.
    above: Vec<(String, String)>,
    rows: Vec<Row>,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, path: &str) {
        match value {
            Value::String(text) if self.names.has(text) => self.picture(text, BTreeMap::new()),
            Value::Array(entries) => entries.iter().for_each(|entry| self.value(entry, path)),
            Value::Object(fields) => self.object(fields, path),
            _ => {}
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, path: &str) {
        let around = self.above.len();
        let is_picture = |value: &&Value| value.as_str().is_some_and(|text| self.names.has(text));
        if let Some(Value::String(file)) = fields.values().find(is_picture) {
            let mut cells = BTreeMap::new();
            told(fields, path, &mut cells);
            return self.picture(file, cells);
        }
        let told = fields
            .iter()
            .filter_map(|(key, value)| Some((column(path, key), text(value)?)));
        self.above.extend(told);
        let inner = fields.iter().filter(|(_, value)| text(value).is_none());
        // Where nothing but lists and objects stands, keys are what these are called.
        let are_names = self.above.len() == around && fields.len() > 1;
        for (key, value) in inner {
            if let (Value::Object(fields), true) = (value, self.names.has(key)) {
                let mut cells = BTreeMap::new();
                self::told(fields, path, &mut cells);
                self.picture(key, cells);
            } else if are_names {
                self.above.push((self.own.to_owned(), key.clone()));
                self.value(value, path);
                self.above.pop();
            } else {
                self.value(value, &column(path, key));
            }
        }
        self.above.truncate(around);
    }

    fn picture(&mut self, file: &str, mut cells: BTreeMap<String, String>) {
        // The nearest of several that are called so.
        for (column, value) in self.above.iter().rev() {
            cells.entry(column.clone()).or_insert_with(|| value.clone());
        }
        if !cells.is_empty() {
            self.rows.push((Some(file.to_owned()), cells));
        }
    }
}

/// Fields of a record, and of those inside it.
fn told(fields: &Map<String, Value>, path: &str, cells: &mut BTreeMap<String, String>) {
    for (key, value) in fields {
        match (value, text(value)) {
            (_, Some(text)) => drop(cells.insert(column(path, key), text)),
            (Value::Object(inner), _) => told(inner, &column(path, key), cells),
            _ => {}
        }
    }
}

fn column(path: &str, key: &str) -> String {
    match path.is_empty() {
        true => key.to_owned(),
        false => format!("{path}.{key}"),
    }
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| text.len() <= LONGEST)
}

/// An element that is not yet closed.
#[derive(Debug, Default)]
struct Open {
    attributes: Vec<(String, String)>,
    names_picture: bool,
    /// What its `name` calls its content.
    called: Option<String>,
}

/// The rows of XML: attributes of the element that names a picture in one, those of elements
/// around it, and what elements inside it say: `<image file="a.jpg" patient="P1"/>`.
pub(super) fn of_xml(document: &str, names: &PictureNames) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let read = xml::each(document, |around, _, met| {
        match met {
            xml::Met::Start(element) => {
                let own = xml::attributes(element);
                let file = own.iter().find(|(_, value)| names.has(value));
                if let Some((_, file)) = file {
                    let above = open.iter().flat_map(|one| &one.attributes).chain(&own);
                    let cells = above.filter(|(_, value)| value != file);
                    rows.push((Some(file.clone()), cells.cloned().collect()));
                }
                let names_picture = file.is_some();
                let called = own.iter().find(|(key, _)| key == "name");
                let called = called.map(|(_, name)| name.clone());
                open.push(Open {
                    attributes: own,
                    names_picture,
                    called,
                });
            }
            xml::Met::End(content) => {
                let closed = open.pop().unwrap_or_default();
                let mut around_it = open.iter();
                let is_inside = around_it.any(|one| one.names_picture) && !closed.names_picture;
                if let (true, Some(row), false) = (is_inside, rows.last_mut(), content.is_empty()) {
                    let column = closed
                        .called
                        .or_else(|| around.last().cloned())
                        .unwrap_or_default();
                    row.1.entry(column).or_insert_with(|| content.to_owned());
                }
            }
        }
        true
    });
    match read {
        Ok(()) => rows,
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::{Walked, WalkedFile};
    use crate::source::Place;

    /// `file column=value …` of each row, of pictures `a.jpg`, `b.jpg` and `c.jpg`.
    fn of(read: impl Fn(&PictureNames) -> Vec<Row>) -> Vec<String> {
        let files = ["a.jpg", "b.jpg", "c.jpg"];
        let walked = Walked {
            images: files
                .map(|path| WalkedFile::new(path.to_owned(), Place::Named))
                .into(),
            ..Walked::default()
        };
        let rows = read(&PictureNames::of(&walked)).into_iter();
        let told = rows.map(|(file, cells)| {
            let cells = cells
                .into_iter()
                .map(|(key, value)| format!(" {key}={value}"));
            file.unwrap_or_default() + &cells.collect::<String>()
        });
        told.collect()
    }

    fn json(text: &str) -> Vec<String> {
        let value: Value = serde_json::from_str(text).unwrap();
        of(|names| rows(&value, "patient_name", names))
    }

    #[test]
    fn what_pictures_are_listed_under_is_said_of_each() {
        assert_eq!(
            json(r#"{"P1": ["a.jpg", "b.jpg"], "P2": ["c.jpg"]}"#),
            [
                "a.jpg patient_name=P1",
                "b.jpg patient_name=P1",
                "c.jpg patient_name=P2"
            ]
        );
        assert_eq!(
            json(r#"{"patients": [{"id": "P1", "images": [{"file": "a.jpg", "view": 2}]}]}"#),
            ["a.jpg patients.id=P1 patients.images.file=a.jpg patients.images.view=2"]
        );
        assert_eq!(
            json(r#"{"items": [{"file": "a.jpg", "meta": {"patient_id": "P1"}}]}"#),
            ["a.jpg items.file=a.jpg items.meta.patient_id=P1"]
        );
        assert!(json(r#"{"P1": ["x.png"], "P2": [3]}"#).is_empty());
    }

    #[test]
    fn attributes_and_elements_of_xml_are_said_of_the_picture_that_they_stand_at() {
        let xml = |text: &str| of(|names| of_xml(text, names));
        assert_eq!(
            xml(
                r#"<images><image file="a.jpg" patient="P1"/><image file="b.jpg" patient="P2"/></images>"#
            ),
            ["a.jpg patient=P1", "b.jpg patient=P2"]
        );
        let cvat = r#"<s><image id="0" name="train/a.jpg"><tag label="m"><attribute name="patient_id">P1</attribute></tag></image></s>"#;
        assert_eq!(
            xml(cvat),
            ["a.jpg id=0 patient_id=P1"].map(|row| row.replacen("a.jpg", "train/a.jpg", 1))
        );
        assert!(xml("<a><b>a.jpg").is_empty());
    }
}
