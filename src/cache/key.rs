//! One digest over everything that a report depends on.

use std::io::{BufWriter, Write};

use crate::annotation::Annotations;
use crate::report::SCHEMA_VERSION;
use crate::sample::{Dataset, Sample};
use crate::settings::Settings;
use crate::signature::SIGNATURE_VERSION;
use crate::signature::digest::Digest;
use crate::source::{Place, Stamp};

/// The key of a report: versions, the program file, settings, the place of the
/// dataset, its samples in order, and a stamp for each of its files and masks.
pub(super) fn report_key(
    program: Option<Stamp>,
    settings: &Settings,
    root: &str,
    dataset: &Dataset,
    stamps: &[Stamp],
) -> Digest {
    let mut hasher = blake3::Hasher::new();
    // Taken apart without `..`: a new field does not compile until it is considered here.
    let Dataset {
        root: _,
        layout,
        evidence,
        splits,
        samples,
        problems,
        ignored,
        unread,
        companions,
        mask_classes,
        // What they say is in the samples.
        texts: _,
        perhaps: _,
        image_files,
        labels_from,
        annotations,
        group_columns,
        placed,
    } = dataset;
    // Derived `Debug` shows every field, so that a new setting cannot be forgotten. Not as one
    // text: the detections of several models would be hundreds of megabytes of it.
    write!(
        BufWriter::new(&mut hasher),
        "{} {SCHEMA_VERSION} {SIGNATURE_VERSION} {program:?} {settings:?} {root:?} \
         {layout:?} {evidence:?} {splits:?} {problems:?} {ignored:?} {unread:?} {companions:?} {mask_classes:?} {image_files} {labels_from:?} {group_columns:?} {placed:?}",
        env!("CARGO_PKG_VERSION")
    )
    .expect("hashing cannot fail");
    let mut buffer = Vec::new();
    for sample in samples {
        buffer.clear();
        push_sample(&mut buffer, sample);
        hasher.update(&buffer);
    }
    push_annotations(&mut hasher, annotations);
    for stamp in stamps {
        buffer.clear();
        buffer.extend(stamp.size.to_le_bytes());
        buffer.extend(stamp.modified.to_le_bytes());
        buffer.extend(stamp.changed.to_le_bytes());
        hasher.update(&buffer);
    }
    Digest::from_hasher(&hasher)
}

fn push_sample(buffer: &mut Vec<u8>, sample: &Sample) {
    let Sample {
        path,
        place,
        split,
        label,
        target,
        group,
        time,
        // Told by the paths and splits of all.
        of_split: _,
    } = sample;
    push(buffer, Some(path.as_bytes()));
    match place {
        Place::Named => push(buffer, None::<&[u8]>),
        Place::File(file) => push(buffer, Some(file.as_os_str().as_encoded_bytes())),
        Place::Memory(bytes) => push(buffer, Some(Digest::of(bytes).0)),
        Place::Inside(inside) => {
            for number in inside.key() {
                push(buffer, Some(number.to_le_bytes()));
            }
        }
    }
    push(buffer, split.map(|split| split.0.to_le_bytes()));
    push(buffer, label.as_deref());
    push(buffer, target.map(f64::to_le_bytes));
    push(buffer, group.as_deref());
    push(buffer, time.map(f64::to_le_bytes));
}

/// One text for each picture: of all annotations together it would be a large one.
fn push_annotations(hasher: &mut blake3::Hasher, annotations: &Annotations) {
    let Annotations {
        source,
        classes,
        declared,
        numbers,
        pictures,
        faults,
    } = annotations;
    hasher.update(format!("{source:?} {classes:?} {declared} {numbers:?} {faults:?}").as_bytes());
    for picture in pictures {
        hasher.update(format!("{picture:?}").as_bytes());
    }
}

/// A field with its length before it, so that no two lists of fields run together.
fn push(buffer: &mut Vec<u8>, field: Option<impl AsRef<[u8]>>) {
    match field {
        None => buffer.extend(u64::MAX.to_le_bytes()),
        Some(field) => {
            buffer.extend((field.as_ref().len() as u64).to_le_bytes());
            buffer.extend(field.as_ref());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::annotation::Annotated;
    use crate::sample::{Layout, MaskClasses, MaskValues, SplitId};
    use crate::settings::Input;

    fn sample(path: &str) -> Sample {
        Sample {
            split: Some(SplitId(0)),
            ..Sample::new(path)
        }
    }

    fn key_of(change: impl FnOnce(&mut Settings, &mut Dataset, &mut Vec<Stamp>)) -> Digest {
        let input = Input::Tree {
            root: "data".into(),
            layout: None,
        };
        let mut settings = Settings::new(input);
        let mut dataset = Dataset {
            root: "data".into(),
            layout: Layout::ImageFolder,
            evidence: String::new(),
            splits: Vec::new(),
            samples: vec![sample("a.png"), sample("b.png")],
            problems: Vec::new(),
            ignored: Vec::new(),
            unread: Vec::new(),
            companions: Vec::new(),
            mask_classes: None,
            texts: Vec::new(),
            perhaps: None,
            image_files: 2,
            labels_from: String::new(),
            group_columns: Vec::new(),
            placed: None,
            annotations: Annotations::default(),
        };
        let stamp = Stamp {
            size: 5,
            modified: 6,
            changed: 7,
        };
        let mut stamps = vec![stamp; 2];
        change(&mut settings, &mut dataset, &mut stamps);
        report_key(None, &settings, "/data", &dataset, &stamps)
    }

    #[test]
    fn whatever_a_report_depends_on_changes_its_key() {
        let keys = [
            key_of(|_, _, _| {}),
            key_of(|settings, _, _| settings.matching.similarity = Some(0.7)),
            key_of(|settings, _, _| settings.detail.pairs_per_sample += 1),
            key_of(|_, dataset, _| dataset.layout = Layout::CsvManifest),
            key_of(|_, dataset, _| dataset.evidence = "a table".to_owned()),
            key_of(|_, dataset, _| dataset.samples[1].path = "c.png".into()),
            key_of(|_, dataset, _| dataset.samples[1].split = None),
            key_of(|_, dataset, _| dataset.labels_from = "a table".to_owned()),
            key_of(|_, dataset, _| dataset.annotations.declared = 1),
            key_of(|_, dataset, _| {
                let values = MaskValues::Levels([0, 1].into());
                let file = "codes.txt".to_owned();
                dataset.mask_classes = Some(MaskClasses { file, values });
            }),
            key_of(|_, dataset, _| {
                let said = Annotated {
                    path: "a.png".to_owned(),
                    file: "a.txt".into(),
                    id: None,
                    size: None,
                    regions: Vec::new(),
                };
                dataset.annotations.pictures.push(said);
            }),
            key_of(|_, dataset, _| dataset.samples[1].label = Some("cat".into())),
            key_of(|_, dataset, _| dataset.samples[1].group = Some("cat".into())),
            key_of(|_, dataset, _| dataset.samples[1].time = Some(0.0)),
            key_of(|_, dataset, _| dataset.samples[1].target = Some(0.0)),
            key_of(|_, dataset, _| dataset.samples[1].place = Place::File(Path::new("x").into())),
            key_of(|_, _, stamps| stamps[1].size += 1),
            key_of(|_, _, stamps| stamps[1].modified += 1),
            key_of(|_, _, stamps| stamps[1].changed += 1),
            key_of(|_, _, stamps| stamps[0].size += 1),
        ];
        let mut distinct = keys.to_vec();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(keys[0], key_of(|_, _, _| {}));
    }
}
