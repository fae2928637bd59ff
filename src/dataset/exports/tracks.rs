//! Boxes of MOT: `gt/gt.txt` beside the frames of its sequence, with a line for each object in each
//! frame (`frame,track,left,top,width,height,considered,class,visible`).

use std::collections::BTreeMap;
use std::path::Path;

use super::{Export, Row, stem};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::walk::Walked;
use crate::source::read_file_up_to;
use crate::source::text::SETTINGS;

/// Fields of a line that are numbers of a box.
const LEAST_FIELDS: usize = 6;

/// What the file of a sequence says of its frames; `None` for other texts.
pub(super) fn boxes(root: &Path, path: &str, text: &str, walked: &Walked) -> Option<Export> {
    let sequence = match path.strip_suffix("gt/gt.txt")? {
        "" => "",
        folder => folder.strip_suffix('/').map(|_| folder)?,
    };
    let frames = frames(sequence, walked);
    let classes = lines_of(root, &format!("{sequence}gt/labels.txt"));
    let size = size_of(root, sequence);
    let row = |name: String| Row {
        name,
        size,
        ..Row::default()
    };
    let here = frames.iter();
    let mut rows: BTreeMap<u64, Row> = here
        .map(|(frame, picture)| (*frame, row((*picture).to_owned())))
        .collect();
    for (line, number) in text.lines().zip(1u32..) {
        if line.trim().is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let frame = fields[0].parse::<u64>().ok()?;
        let absent = || row(format!("{sequence}: frame {frame}"));
        let row = rows.entry(frame).or_insert_with(absent);
        match drawn(&fields, &classes, size) {
            Some(drawn) => row.drawn.extend(drawn.map(|drawn| Drawn {
                line: number,
                ..drawn
            })),
            None => {
                let detail = format!("line {number}: the box is not of four numbers");
                row.faults.push((FaultKind::Malformed, detail));
            }
        }
    }
    Some(Export::new("MOT", rows.into_values().collect()))
}

/// The frames of a sequence by their numbers.
fn frames<'a>(sequence: &str, walked: &'a Walked) -> BTreeMap<u64, &'a str> {
    let of_sequence = walked.images.iter().filter_map(|image| {
        let inside = image.path.strip_prefix(sequence)?;
        let (folder, _) = inside.split_once('/')?;
        Some((folder, image.path.as_str()))
    });
    let mut frames = BTreeMap::new();
    for (folder, path) in of_sequence {
        if let Ok(number) = stem(path).parse() {
            // A second camera counts its frames, too.
            if folder == "img1" || !frames.contains_key(&number) {
                frames.insert(number, path);
            }
        }
    }
    frames
}

/// The object of a line; nothing for one to be left out of account, `None` for no numbers.
fn drawn(fields: &[&str], classes: &[String], size: Option<(u32, u32)>) -> Option<Option<Drawn>> {
    let numbers = fields.get(2..LEAST_FIELDS)?.iter();
    let numbers: Vec<f32> = numbers
        .map(|cell| cell.parse().ok())
        .collect::<Option<_>>()?;
    let at = Bounds::from_corner(numbers.try_into().ok()?, Unit::Pixels);
    // Objects are drawn whole where they leave the picture.
    let (width, height) = size.map_or((f32::INFINITY, f32::INFINITY), |(width, height)| {
        (width as f32, height as f32)
    });
    let bounds = Bounds {
        left: at.left.max(0.0),
        top: at.top.max(0.0),
        right: at.right.min(width),
        bottom: at.bottom.min(height),
        ..at
    };
    if fields.get(6) == Some(&"0") {
        return Some(None);
    }
    let number = fields.get(7).and_then(|cell| cell.parse::<usize>().ok());
    let name = |number: usize| {
        let name = classes.get(number.checked_sub(1)?);
        Some(name.cloned().unwrap_or_else(|| number.to_string()))
    };
    Some(Some(Drawn {
        class: number.and_then(name),
        bounds: Some(bounds),
        ..Drawn::default()
    }))
}

/// Names of classes, of which the first is number 1.
fn lines_of(root: &Path, path: &str) -> Vec<String> {
    let bytes = read_file_up_to(&root.join(path), SETTINGS).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    text.lines().map(|line| line.trim().to_owned()).collect()
}

/// Width and height of the frames, as `seqinfo.ini` tells them.
fn size_of(root: &Path, sequence: &str) -> Option<(u32, u32)> {
    let lines = lines_of(root, &format!("{sequence}seqinfo.ini"));
    let side = |name: &str| {
        let told = lines.iter().filter_map(|line| line.split_once('='));
        let mut told = told.filter(|(key, _)| key.trim() == name);
        told.next()?.1.trim().parse().ok()
    };
    Some((side("imWidth")?, side("imHeight")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;
    use crate::source::Place;

    /// `name class@left-right:line …` of the frames of a sequence, with what is beside its boxes.
    fn told(path: &str, text: &str, beside: &[(&str, &str)]) -> Option<Vec<String>> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in beside {
            let file = root.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let images = [
            "a/img1/000001.jpg",
            "a/img1/000002.jpg",
            "b/img1/000001.jpg",
        ];
        let images = images.map(|name| WalkedFile::new(name.to_owned(), Place::Named));
        let walked = Walked {
            images: images.into(),
            ..Walked::default()
        };
        let export = boxes(root.path(), path, text, &walked)?;
        let row = |row: &Row| {
            let drawn = row.drawn.iter().map(|one| {
                let (class, at) = (one.class.as_deref().unwrap_or("-"), one.bounds.unwrap());
                format!(" {class}@{}-{}:{}", at.left, at.right, one.line)
            });
            let faults = row.faults.iter().map(|fault| format!(" !{}", fault.1));
            format!("{}{}", row.name, drawn.chain(faults).collect::<String>())
        };
        Some(export.rows.iter().map(row).collect())
    }

    #[test]
    fn boxes_are_those_of_the_frames_of_their_sequence() {
        let text =
            "1,1,-5,2,15,4,1,1,0.8\n1,2,3,2,9,4,0,1,0\n2,1,6,2,30,4,1,2,1\n2,1,x,2,3,4,1,2,1\n";
        let plain = told("a/gt/gt.txt", text, &[]).unwrap();
        let expected = [
            "a/img1/000001.jpg 1@0-10:1",
            "a/img1/000002.jpg 2@6-36:3 !line 4: the box is not of four numbers",
        ];
        assert_eq!(plain, expected);
        let beside = [
            ("a/gt/labels.txt", "person\ncar\n"),
            ("a/seqinfo.ini", "[Sequence]\nimWidth=20\nimHeight = 10\n"),
        ];
        let named = told("a/gt/gt.txt", text, &beside).unwrap();
        assert!(
            named[1].starts_with("a/img1/000002.jpg car@6-20:3"),
            "{named:?}"
        );
    }

    #[test]
    fn a_frame_that_is_not_here_is_told_and_other_texts_are_others() {
        let absent = told("a/gt/gt.txt", "7,1,1,2,3,4,1,1,1\n", &[]).unwrap();
        assert_eq!(absent[2], "a/: frame 7 1@1-4:1");
        assert_eq!(told("a/det/det.txt", "1,-1,1,2,3,4,0.9\n", &[]), None);
        assert_eq!(told("a/gt/gt.txt", "word_1.png, \"STOP\"\n", &[]), None);
        assert_eq!(told("agt/gt.txt", "1,1,1,2,3,4,1,1,1\n", &[]), None);
    }
}
