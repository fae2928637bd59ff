//! Tables that tell classes and boxes of pictures beside a layout that tells their splits: any with
//! columns of boxes, `_annotations.csv`, `_classes.csv` with a column of 0 and 1 for each class,
//! `classifications.csv`, `val_annotations.txt`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::box_columns::{BoxColumns, Cell};
use super::csv_header::is_flag;
use super::csv_text::{read_text, reader};
use super::drawn::{Drawn, Gather};
use super::resolve::Resolver;
use super::split_name::{role_of, words};
use super::walk::Walked;
use crate::annotation::{Annotations, FaultKind};

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

/// Words of names of tables that hold what a network says.
const GUESSES: &[&str] = &[
    "detections",
    "inference",
    "output",
    "outputs",
    "pred",
    "prediction",
    "predictions",
    "result",
    "results",
    "submission",
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

/// One row: a picture as it is written, and what is said of it.
#[derive(Debug, Default)]
struct Row {
    name: String,
    line: u32,
    size: Option<(u32, u32)>,
    drawn: Vec<Drawn>,
    fault: Option<String>,
}

/// What such tables say, each by itself.
pub(super) fn annotations(root: &Path, walked: &Walked) -> Vec<Annotations> {
    let is_table = |path: &&String| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let words = words(stem);
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        if has(GUESSES) {
            return false;
        }
        let is_called_so = || has(WORDS);
        match ending {
            "txt" => is_called_so(),
            "csv" | "tsv" => is_called_so() || has_boxes(&root.join(path)),
            _ => false,
        }
    };
    let tables: Vec<&String> = walked.texts.iter().filter(is_table).collect();
    if tables.len() > MOST_TABLES {
        return Vec::new();
    }
    let told = tables.into_iter();
    told.filter_map(|path| of_table(root, path, walked))
        .collect()
}

/// Whether the first line of a table names columns of boxes.
fn has_boxes(file: &Path) -> bool {
    let text = read_text(file).unwrap_or_default();
    let mut reader = reader(&text, true);
    let header = reader.headers();
    header.is_ok_and(|header| BoxColumns::of(header.iter()).is_some())
}

fn of_table(root: &Path, path: &str, walked: &Walked) -> Option<Annotations> {
    let file = root.join(path);
    let rows = rows(&read_text(&file).ok()?, path.ends_with(".txt"))?;
    let resolver = Resolver::new(root, &file, walked);
    let role = path.split('/').rev().find_map(role_of);
    let name_of_file: Arc<str> = Arc::from(path);
    let mut gather = Gather::default();
    let (mut found, all) = (0, rows.len());
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for row in rows {
        let picture = known.entry(row.name).or_insert_with_key(|name| {
            let (path, _, exists) = resolver.resolve(name, role);
            exists.then_some(path)
        });
        let Some(picture) = picture else {
            let detail = "is about a picture that is not here".to_owned();
            let kind = FaultKind::WithoutPicture;
            gather.fault(kind, &name_of_file, row.line, None, detail);
            continue;
        };
        found += 1;
        let line = row.line;
        let drawn = row.drawn.into_iter().map(|drawn| Drawn { line, ..drawn });
        gather.picture(picture, &name_of_file, row.size, drawn);
        if let Some(detail) = row.fault {
            gather.fault(
                FaultKind::Malformed,
                &name_of_file,
                line,
                Some(picture),
                detail,
            );
        }
    }
    (found > 0 && found * 100 >= all * LEAST_FOUND).then(|| gather.finish(format!("`{path}`")))
}

/// The rows of a table; `None` where no column tells classes or boxes.
fn rows(text: &str, is_list: bool) -> Option<Vec<Row>> {
    if is_list {
        let row = |(line, number): (&str, u32)| {
            let mut fields = line.split_whitespace();
            Some(Row {
                name: fields.next()?.to_owned(),
                line: number,
                drawn: vec![Drawn::tag(fields.next()?)],
                ..Row::default()
            })
        };
        let lines = text.lines().zip(1..);
        let lines = lines.filter(|(line, _)| !line.trim().is_empty());
        return lines.map(row).collect();
    }
    let mut reader = reader(text, true);
    let header = reader.headers().ok()?.clone();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().ok()?;
    let lower: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    let class = CLASS
        .iter()
        .find_map(|name| lower.iter().position(|own| own == name));
    let boxes = BoxColumns::of(header.iter());
    let row = |record: &csv::StringRecord| {
        let mut row = Row {
            name: record.get(0)?.to_owned(),
            line: record.position().map_or(0, |at| at.line() as u32),
            size: boxes.and_then(|boxes| boxes.size(record)),
            ..Row::default()
        };
        let class = class.map(|at| record.get(at).unwrap_or_default());
        // What a class is followed by is how sure it is, or a box.
        let class = class.map(|class| class.split_whitespace().next().map(ToOwned::to_owned));
        match (boxes.map(|boxes| boxes.read(record)), class) {
            (None, None) => {
                let set = of_columns(&header, record)?;
                row.drawn.extend(set.into_iter().map(Drawn::tag));
            }
            (Some(Cell::Box(bounds)), class) => row.drawn.push(Drawn {
                class: class.flatten(),
                bounds: Some(bounds),
                ..Drawn::default()
            }),
            (Some(Cell::Malformed(detail)), _) => row.fault = Some(detail),
            (Some(Cell::Empty) | None, class) => row.drawn.extend(class.flatten().map(Drawn::tag)),
        }
        Some(row)
    };
    records.iter().map(row).collect()
}

/// The classes whose columns have a 1 among zeros; `None` where columns hold something else.
fn of_columns(header: &csv::StringRecord, record: &csv::StringRecord) -> Option<Vec<String>> {
    let flags: Option<Vec<bool>> = record.iter().skip(1).map(is_flag).collect();
    let flags = flags.filter(|flags| flags.len() > 1)?;
    let names = header.iter().skip(1).zip(flags);
    let set = names
        .filter(|(_, flag)| *flag)
        .map(|(name, _)| name.to_owned());
    Some(set.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, is_list: bool) -> Option<String> {
        let rows = rows(text, is_list)?.into_iter();
        let rows: Vec<String> = rows
            .map(|row| {
                let drawn = row.drawn.iter().map(|one| {
                    let edge = one.bounds.map(|at| format!("@{}", at.right));
                    format!(
                        "{}{}",
                        one.class.as_deref().unwrap_or("-"),
                        edge.unwrap_or_default()
                    )
                });
                let drawn = drawn.collect::<Vec<_>>().join("+");
                format!(
                    "{}:{}={drawn}{}",
                    row.name,
                    row.line,
                    row.fault.unwrap_or_default()
                )
            })
            .collect();
        Some(rows.join(" "))
    }

    #[test]
    fn classes_stand_in_a_column_in_several_or_behind_the_name() {
        let of = |text| told(text, false);
        assert_eq!(
            of("ImageID,Source,LabelName\na,x,cat\n").as_deref(),
            Some("a:2=cat")
        );
        assert_eq!(
            of("filename, cat, dog\na.jpg, 0, 1\n").as_deref(),
            Some("a.jpg:2=dog")
        );
        assert_eq!(
            of("ImageId,PredictionString\na,n01 1 2 3 4\n").as_deref(),
            Some("a:2=n01")
        );
        assert_eq!(
            told("a.JPEG\tn01\t0\t0\n", true).as_deref(),
            Some("a.JPEG:1=n01")
        );
        assert_eq!(
            of("filename,cat,dog\na.jpg,1,1\n").as_deref(),
            Some("a.jpg:2=cat+dog")
        );
        assert_eq!(of("filename,score\na.jpg,0.7\n"), None);
        assert_eq!(told("cat\ndog\n", true), None, "names alone");
    }

    #[test]
    fn a_row_may_be_a_box() {
        let of = |text| told(text, false);
        assert_eq!(
            of("filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,1,1,5,5\nb.jpg,dog,1,1,x,5\n")
                .as_deref(),
            Some("a.jpg:2=cat@5 b.jpg:3=`1,1,x,5` are not the four numbers of a box")
        );
        assert_eq!(
            of("image_id,width,height,bbox\na,9,9,\"[1, 1, 3, 3]\"\nb,9,9,\n").as_deref(),
            Some("a:2=-@4 b:3=")
        );
    }
}
