//! The line on labels: what was read, from where, and how many pictures have none.

use crate::report::labels::{LabelKind, LabelsRead};
use crate::wording::{count, counted_large};

/// One sentence for each kind of label; `none found` where nothing was read, so that silence never
/// looks like an answer.
pub(super) fn lines(read: &[LabelsRead]) -> Vec<String> {
    if read.is_empty() {
        return vec!["labels: none found".to_owned()];
    }
    read.iter().map(line).collect()
}

fn line(read: &LabelsRead) -> String {
    let classes = || counted_large(read.classes.unwrap_or_default(), "class");
    let what = match read.kind {
        LabelKind::Classes => classes(),
        LabelKind::Tags => format!("{}, several a picture", classes()),
        LabelKind::Numbers => "numbers".to_owned(),
        LabelKind::Boxes => {
            let boxes = counted_large(read.regions.unwrap_or_default(), "box");
            match read.classes {
                Some(0) => boxes,
                _ => format!("{boxes} of {}", classes()),
            }
        }
        LabelKind::Masks => "masks or depth maps".to_owned(),
    };
    let missing = match read.missing {
        0 => String::new(),
        n => format!(
            "; {} of {} images have none",
            count(n),
            count(n + read.labelled)
        ),
    };
    format!("labels: {what}, from {}{missing}", read.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: LabelKind, missing: u64, classes: Option<u64>, regions: Option<u64>) -> String {
        let read = LabelsRead {
            kind,
            source: "`x`".to_owned(),
            labelled: 1000,
            missing,
            classes,
            regions,
        };
        lines(&[read]).concat()
    }

    #[test]
    fn the_line_says_what_was_read_and_what_is_missing() {
        assert_eq!(lines(&[]), ["labels: none found"]);
        let classes = read(LabelKind::Classes, 0, Some(1), None);
        assert_eq!(classes, "labels: 1 class, from `x`");
        let boxes = read(LabelKind::Boxes, 200, Some(2), Some(4321));
        let expected = "labels: 4,321 boxes of 2 classes, from `x`; 200 of 1,200 images have none";
        assert_eq!(boxes, expected);
        let unnamed = read(LabelKind::Boxes, 0, Some(0), Some(1));
        assert_eq!(unnamed, "labels: 1 box, from `x`");
        let tags = read(LabelKind::Tags, 0, Some(14), None);
        assert_eq!(tags, "labels: 14 classes, several a picture, from `x`");
        assert_eq!(
            read(LabelKind::Numbers, 0, None, None),
            "labels: numbers, from `x`"
        );
    }
}
