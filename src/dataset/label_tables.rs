//! Tables that tell classes and boxes of pictures, with splits told elsewhere or nowhere: any with
//! columns of boxes, `_annotations.csv`, `_classes.csv` with a column of 0 and 1 for each class,
//! `classifications.csv`, `val_annotations.txt`; and, where nothing else tells labels, any table
//! with a column of classes or several of 0 and 1 (or -1 and 1, as `CelebA` writes them).

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::box_columns::{BoxColumns, Cell, FourNumbers, corners};
use super::csv_header::is_flag;
use super::csv_text::{read_text, reader, table_text};
use super::drawn::{Drawn, Gather};
use super::exports::is_with_boxes;
use super::list_lines::names_a_file;
use super::manifest_columns::PATH;
use super::resolve::Resolver;
use super::split_name::{role_of, words};
use super::walk::Walked;
use crate::annotation::{Annotations, Bounds, FaultKind, Unit};

/// Words of which one is in the name of such a table.
const WORDS: &[&str] = &[
    "ann",
    "anno",
    "annos",
    "anns",
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

/// Names of columns that say how sure someone is of a class, perhaps that it is not there.
const SURENESS: &[&str] = &["confidence", "prob", "probability", "score"];

/// Names of columns of classes.
pub(super) const CLASS: &[&str] = &[
    "class",
    "class_name",
    "classid",
    "category",
    "category_label",
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

/// How a table is told to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// By its name, or by columns of boxes.
    Itself,
    /// By its columns alone, which are believed where nothing else tells labels.
    Columns,
}

/// What such tables say, each by itself; `open` where nothing else tells labels.
pub(super) fn annotations(root: &Path, walked: &Walked, open: bool) -> Vec<Annotations> {
    let told = walked
        .texts
        .iter()
        .filter_map(|path| Some((told_by(root, path, open)?, path)));
    let mut tables: Vec<(By, &String)> = told.collect();
    let are_few = |tables: &[(By, &String)]| tables.len() <= MOST_TABLES;
    if !are_few(&tables) {
        tables.retain(|(by, _)| *by == By::Itself);
    }
    if !are_few(&tables) {
        return Vec::new();
    }
    tables.sort_by_key(|(by, _)| *by);
    let told = tables.into_iter();
    told.filter_map(|(by, path)| of_table(root, path, by, walked))
        .collect()
}

fn told_by(root: &Path, path: &str, open: bool) -> Option<By> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let words = words(stem);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    if has(GUESSES) {
        return None;
    }
    match ending {
        "txt" if has(WORDS) => Some(By::Itself),
        "txt" if open && has(&["list"]) => {
            let text = read_text(&root.join(path)).ok()?;
            counted(&text).map(|_| By::Columns)
        }
        "csv" | "tsv" if has(WORDS) => Some(By::Itself),
        "csv" | "tsv" => by_columns(&root.join(path), open),
        _ => None,
    }
}

/// What the columns of a table tell it to be.
fn by_columns(file: &Path, open: bool) -> Option<By> {
    let text = table_text(file).ok()?;
    let mut reader = reader(&text, true);
    let header = reader.headers().ok()?.clone();
    if BoxColumns::of_table(header.iter(), &text, true).is_some() {
        return Some(By::Itself);
    }
    let lower: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    let has = |names: &[&str]| lower.iter().any(|own| names.contains(&own.as_str()));
    let tells_classes = has(CLASS) || {
        let first = reader.records().next()?.ok()?;
        let is_signed = first.iter().any(|cell| cell == "-1");
        of_columns(&header, name_column(&lower), &first, is_signed).is_some()
    };
    (open && tells_classes && !has(SURENESS)).then_some(By::Columns)
}

fn of_table(root: &Path, path: &str, by: By, walked: &Walked) -> Option<Annotations> {
    let file = root.join(path);
    let is_list = path.ends_with(".txt");
    let text = match is_list {
        true => read_text(&file),
        false => table_text(&file),
    };
    let rows = rows(&text.ok()?, is_list)?;
    if by == By::Columns && !recur(&rows) {
        return None;
    }
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
        return counted(text).map_or_else(|| list_rows(text), |table| rows(&table, false));
    }
    let mut reader = reader(text, true);
    let header = reader.headers().ok()?.clone();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().ok()?;
    let lower: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    let class = CLASS
        .iter()
        .find_map(|name| lower.iter().position(|own| own == name));
    let boxes = BoxColumns::of_table(header.iter(), text, true);
    let name = name_column(&lower);
    let is_signed = records.iter().flatten().any(|cell| cell == "-1");
    let row = |record: &csv::StringRecord| {
        let mut row = Row {
            name: record.get(name)?.to_owned(),
            line: record.position().map_or(0, |at| at.line() as u32),
            size: boxes.and_then(|boxes| boxes.size(record)),
            ..Row::default()
        };
        let class = class.map(|at| record.get(at).unwrap_or_default());
        // What a class is followed by is how sure it is, or a box.
        let class = class.map(|class| class.split_whitespace().next().map(ToOwned::to_owned));
        match (boxes.map(|boxes| boxes.read(record)), class) {
            (None, None) => {
                let set = of_columns(&header, name, record, is_signed)?;
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

/// A text of `CelebA`'s form as a table: the number of rows, the names of columns but perhaps that
/// of pictures, and the rows, with spaces between. `None` for another form.
fn counted(text: &str) -> Option<String> {
    let mut lines = text.lines();
    let count: usize = lines.next()?.trim().parse().ok()?;
    let names: Vec<&str> = lines.next()?.split_whitespace().collect();
    let rows = lines.map(|line| line.split_whitespace().collect());
    let rows: Vec<Vec<&str>> = rows.filter(|row: &Vec<&str>| !row.is_empty()).collect();
    let width = rows.first()?.len();
    let missing = width
        .checked_sub(names.len())
        .filter(|missing| *missing < 2)?;
    let fits = |row: &Vec<&str>| row.len() == width && !row.iter().any(|cell| cell.contains(','));
    if rows.len() != count || !rows.iter().all(fits) {
        return None;
    }
    // An empty line for that of the number, so that lines are counted as in the file.
    let mut table = format!("\n{}{}\n", "image,".repeat(missing), names.join(","));
    for row in rows {
        table.push_str(&row.join(","));
        table.push('\n');
    }
    Some(table)
}

/// The rows of a list: a picture and its class. Four numbers behind them, with commas between all,
/// are a box where they are [corners]. What is quoted is the text that a picture shows.
fn list_rows(text: &str) -> Option<Vec<Row>> {
    let is_gap = |c: char| c.is_whitespace() || c == ',' || c == ';';
    let lines = text.lines().zip(1u32..);
    let lines = lines.filter(|(line, _)| !line.trim().is_empty());
    let lines: Vec<(&str, u32)> = lines.collect();
    if lines.first().is_some_and(|(line, _)| is_with_boxes(line)) {
        return None;
    }
    let edges = |(line, _): &(&str, u32)| -> Option<FourNumbers> {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let numbers: Option<Vec<f32>> = match fields.as_slice() {
            [_, _, edges @ ..] => edges.iter().map(|edge| edge.parse().ok()).collect(),
            _ => None,
        };
        Some((numbers?.try_into().ok()?, None))
    };
    let boxes: Option<Vec<FourNumbers>> = lines.iter().map(edges).collect();
    let boxes = boxes.filter(|boxes| corners(boxes));
    let row = |(at, (line, number)): (usize, &(&str, u32))| {
        let mut fields = line.split(is_gap).filter(|field| !field.is_empty());
        let (name, class) = (fields.next()?, fields.next()?);
        let bounds = boxes
            .as_ref()
            .map(|boxes| Bounds::from_edges(boxes[at].0, Unit::Pixels));
        let drawn = Drawn {
            bounds,
            ..Drawn::tag(class)
        };
        Some(Row {
            name: name.to_owned(),
            line: *number,
            drawn: vec![drawn],
            ..Row::default()
        })
        .filter(|_| !names_a_file(class) && !class.starts_with('"'))
    };
    let rows: Option<Vec<Row>> = lines.iter().enumerate().map(row).collect();
    let has_commas = lines.iter().any(|(line, _)| line.contains(','));
    rows.filter(|rows| !has_commas || recur(rows))
}

/// Whether classes that are words stand in two rows each, on average: those of transcriptions and
/// captions do not.
fn recur(rows: &[Row]) -> bool {
    let classes = rows.iter().flat_map(|row| &row.drawn);
    let classes = classes.filter_map(|one| one.class.as_deref());
    let words: Vec<&str> = classes
        .filter(|class| class.parse::<f64>().is_err())
        .collect();
    let distinct: HashSet<&str> = words.iter().copied().collect();
    distinct.len() * 2 <= words.len()
}

/// The column of pictures: the one that is called so, else the first.
fn name_column(lower: &[String]) -> usize {
    let called_so = |own: &String| PATH.contains(&own.as_str());
    lower.iter().position(called_so).unwrap_or(0)
}

/// The classes whose columns have a 1 among zeros; `None` where columns hold something else.
fn of_columns(
    header: &csv::StringRecord,
    name: usize,
    record: &csv::StringRecord,
    is_signed: bool,
) -> Option<Vec<String>> {
    // Beside 0 and 1, -1 is another answer: not known.
    let is_set = |cell: &str| match cell {
        "-1" if is_signed => Some(false),
        "0" if is_signed => None,
        _ => is_flag(cell),
    };
    let cells = record.iter().enumerate().filter(|(at, _)| *at != name);
    let flags: Option<Vec<bool>> = cells.map(|(_, cell)| is_set(cell)).collect();
    let flags = flags.filter(|flags| flags.len() > 1)?;
    let names = header.iter().enumerate().filter(|(at, _)| *at != name);
    let set = names
        .map(|(_, name)| name)
        .zip(flags)
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
        let words = "a.png, \"FOOD\"\nb.png, \"EXIT\"\n";
        assert_eq!(told(words, true), None, "transcriptions");
        let boxes = "a.png 1,2,3,4,0 5,6,7,8,1\nb.png 1,2,3,4,0\n";
        assert_eq!(told(boxes, true), None, "boxes behind the name");
        let masks = "a.png a_mask.png\nb.png b_mask.png\n";
        assert_eq!(told(masks, true), None, "masks");
        assert_eq!(
            of("number,image,label\n7,a.jpg,cat\n").as_deref(),
            Some("a.jpg:2=cat")
        );
    }

    #[test]
    fn texts_that_count_their_rows_have_columns_of_signs() {
        let of = |text| told(text, true);
        let faces = "2\nBald Young \na.jpg  1 -1\nb.jpg -1  1\n";
        assert_eq!(of(faces).as_deref(), Some("a.jpg:3=Bald b.jpg:4=Young"));
        assert_eq!(
            told("image,cat,dog\na.jpg,1,-1\n", false).as_deref(),
            Some("a.jpg:2=cat")
        );
        assert_eq!(
            told("image,cat,dog\na.jpg,1,-1\nb.jpg,0,1\n", false),
            None,
            "not known"
        );
        let boxes = "2\nimage_name x_1 y_1 x_2 y_2\na.jpg 1 2 30 40\nb.jpg 1 2 50 60\n";
        assert_eq!(of(boxes).as_deref(), Some("a.jpg:3=-@30 b.jpg:4=-@50"));
        for other in [
            "3\nBald Young\na.jpg 1 -1\nb.jpg -1 1\n",
            "2\nBald\na.jpg 1 -1\nb.jpg -1 1\n",
            "2\nBald Young\na.jpg 1 -1\nb.jpg 1\n",
            "1\nx y z w\na.jpg 69 109 7 8\n",
        ] {
            let table = counted(other).and_then(|table| rows(&table, false));
            assert!(table.is_none(), "{other}");
        }
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
        let lines = |gap: &str, count: u32| -> Option<String> {
            let line = |at: u32| format!("a.jpg{gap}cat{gap}{at}0{gap}1{gap}{at}9{gap}9\n");
            let rows = told(&(0..count).map(line).collect::<String>(), true)?;
            rows.split(' ').next().map(ToOwned::to_owned)
        };
        assert_eq!(lines(",", 10).as_deref(), Some("a.jpg:1=cat@9"));
        assert_eq!(lines(",", 3).as_deref(), Some("a.jpg:1=cat"), "few rows");
        assert_eq!(lines("\t", 10).as_deref(), Some("a.jpg:1=cat"));
    }
}
