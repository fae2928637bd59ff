//! Tables that tell the classes of pictures beside a layout that tells their splits:
//! `_annotations.csv`, `_classes.csv` with a column of 0 and 1 for each class,
//! `classifications.csv`, `val_annotations.txt`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::claim::Claim;
use super::csv_text::{read_text, reader};
use super::resolve::Resolver;
use super::split_name::{role_of, words};
use super::walk::Walked;
use crate::sample::Layout;

/// Words of which one is in the name of such a table.
const WORDS: &[&str] = &[
    "annotation",
    "annotations",
    "class",
    "classes",
    "classification",
    "classifications",
    "gt",
    "label",
    "labels",
    "solution",
    "truth",
];

/// Names of columns of classes.
const CLASS: &[&str] = &[
    "class",
    "class_name",
    "classid",
    "category",
    "label",
    "labelname",
    "label_name",
    "predictionstring",
    "species",
    "target",
];

/// Most tables that are read; more are annotations of single pictures.
const MOST_TABLES: usize = 50;

/// Percent of the rows that must name pictures.
const LEAST_FOUND: usize = 90;

/// What such tables say, each as a claim without splits.
pub(super) fn labels(root: &Path, walked: &Walked) -> Vec<Claim> {
    let is_table = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        ["csv", "tsv", "txt"].contains(&ending)
            && words(stem)
                .iter()
                .any(|word| WORDS.contains(&word.as_str()))
    };
    let tables: Vec<&String> = walked.texts.iter().filter(is_table).collect();
    if tables.len() > MOST_TABLES {
        return Vec::new();
    }
    let told = tables.into_iter();
    told.filter_map(|path| labels_of(root, path, walked))
        .collect()
}

fn labels_of(root: &Path, path: &str, walked: &Walked) -> Option<Claim> {
    let file = root.join(path);
    let rows = rows(&read_text(&file).ok()?, path.ends_with(".txt"))?;
    let resolver = Resolver::new(root, &file, walked);
    let role = path.split('/').rev().find_map(role_of);
    let mut classes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut found, mut all) = (0, 0);
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for (name, class) in rows {
        let picture = known.entry(name).or_insert_with_key(|name| {
            let (path, _, exists) = resolver.resolve(name, role);
            exists.then_some(path)
        });
        all += 1;
        if let Some(picture) = picture {
            found += 1;
            classes.entry(picture.clone()).or_default().insert(class);
        }
    }
    let one_each = classes.values().all(|classes| classes.len() == 1);
    if found == 0 || found * 100 < all * LEAST_FOUND || !one_each {
        return None;
    }
    let labels = classes
        .into_iter()
        .map(|(path, classes)| (path, classes.into_iter().next()));
    Some(Claim::of_labels(
        Layout::Tables,
        format!("`{path}`"),
        labels,
    ))
}

/// Name of a picture and its class, row by row; `None` where no column tells classes.
fn rows(text: &str, is_list: bool) -> Option<Vec<(String, String)>> {
    if is_list {
        let row = |line: &str| {
            let mut fields = line.split_whitespace();
            Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
        };
        return text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(row)
            .collect();
    }
    let mut reader = reader(text, true);
    let header = reader.headers().ok()?.clone();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().ok()?;
    let lower: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    let class = CLASS
        .iter()
        .find_map(|name| lower.iter().position(|own| own == name));
    let row = |record: &csv::StringRecord| {
        let class = match class {
            Some(at) => record.get(at)?.split_whitespace().next()?.to_owned(),
            None => of_columns(&header, record)?,
        };
        Some((record.get(0)?.to_owned(), class))
    };
    records.iter().map(row).collect()
}

/// The class whose column has the one 1 among zeros.
fn of_columns(header: &csv::StringRecord, record: &csv::StringRecord) -> Option<String> {
    let flags: Option<Vec<bool>> = record
        .iter()
        .skip(1)
        .map(|cell| match cell {
            "0" | "0.0" => Some(false),
            "1" | "1.0" => Some(true),
            _ => None,
        })
        .collect();
    let flags = flags?;
    let mut set = (1..).zip(&flags).filter(|(_, flag)| **flag);
    match (set.next(), set.next()) {
        (Some((at, _)), None) if flags.len() > 1 => header.get(at).map(ToOwned::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, is_list: bool) -> Option<String> {
        let rows = rows(text, is_list)?.into_iter();
        let rows: Vec<String> = rows
            .map(|(name, class)| format!("{name}={class}"))
            .collect();
        Some(rows.join(" "))
    }

    #[test]
    fn classes_stand_in_a_column_in_several_or_behind_the_name() {
        let of = |text| told(text, false);
        assert_eq!(
            of("ImageID,Source,LabelName\na,x,cat\n").as_deref(),
            Some("a=cat")
        );
        assert_eq!(
            of("filename, cat, dog\na.jpg, 0, 1\n").as_deref(),
            Some("a.jpg=dog")
        );
        assert_eq!(
            of("ImageId,PredictionString\na,n01 1 2 3 4\n").as_deref(),
            Some("a=n01")
        );
        assert_eq!(
            told("a.JPEG\tn01\t0\t0\n", true).as_deref(),
            Some("a.JPEG=n01")
        );
        assert_eq!(of("filename,cat,dog\na.jpg,1,1\n"), None, "two classes");
        assert_eq!(of("filename,score\na.jpg,0.7\n"), None);
        assert_eq!(told("cat\ndog\n", true), None, "names alone");
    }
}
