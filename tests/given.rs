//! Samples that a program hands over: as files, as bytes and as pixels, with one report.

use std::collections::BTreeMap;

use serde_json::Value;
use splitleak::cache::Cache;
use splitleak::dataset::{Draft, Given, given};
use splitleak::progress::Silent;
use splitleak::report::Report;
use splitleak::sample::SplitRole;
use splitleak::settings::{Input, Settings};
use splitleak::source::{NumberKind, Pixels, Place};

use crate::workspace::{Workspace, picture, validate};

/// Name of the folder, split and number of the picture. Two leak: one is a copy, one mirrored.
const SAMPLES: [(&str, SplitRole, u32); 9] = [
    ("train", SplitRole::Training, 1),
    ("train", SplitRole::Training, 2),
    ("train", SplitRole::Training, 3),
    ("train", SplitRole::Training, 4),
    ("train", SplitRole::Training, 5),
    ("val", SplitRole::Validation, 2),
    ("val", SplitRole::Validation, MIRRORED),
    ("val", SplitRole::Validation, 50),
    ("val", SplitRole::Validation, 51),
];
const MIRRORED: u32 = 1000;

fn made(seed: u32) -> image::RgbImage {
    match seed {
        MIRRORED => image::imageops::flip_horizontal(&picture(4)),
        seed => picture(seed),
    }
}

/// A file without compression, byte for byte as pixels in memory are written.
fn file(image: &image::RgbImage) -> Vec<u8> {
    let head = format!("P6\n{} {}\n255\n", image.width(), image.height());
    [head.as_bytes(), image.as_raw()].concat()
}

/// Names that tell nothing of order, as positions have none.
const NAMES: [&str; 9] = [
    "amber", "birch", "cedar", "daisy", "ember", "fjord", "grape", "hazel", "iris",
];

fn drafts(place: impl Fn(usize, &image::RgbImage) -> Place) -> Vec<Draft> {
    let samples = SAMPLES.iter().enumerate();
    samples
        .map(|(at, &(split, role, seed))| Draft {
            place: place(at, &made(seed)),
            split: Some((split.to_owned(), role)),
            ..Draft::default()
        })
        .collect()
}

fn audited(given: &Given) -> Report {
    let settings = Settings::new(Input::Tree {
        root: given.dataset.root.clone(),
        layout: None,
    });
    splitleak::audit_dataset(&settings, &given.dataset, &Cache::off(), &Silent).unwrap()
}

/// A report as JSON, each name replaced by the position of its sample, without what was tried to
/// read of names.
fn without_names(report: &Report, names: &[String]) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    validate(&value);
    value["recordings"]["sequences"].take();
    let positions: BTreeMap<&str, usize> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), at))
        .collect();
    rename(&mut value, &positions);
    value
}

fn rename(value: &mut Value, positions: &BTreeMap<&str, usize>) {
    match value {
        Value::String(text) => {
            if let Some(at) = positions.get(text.as_str()) {
                *text = format!("sample {at}");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, positions)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| rename(field, positions)),
        _ => {}
    }
}

#[test]
fn files_bytes_and_pixels_give_one_report() {
    let workspace = Workspace::new();
    let files = drafts(|at, image| {
        let name = format!("{}/{}.ppm", SAMPLES[at].0, NAMES[at]);
        workspace.file(&name, file(image));
        Place::File(workspace.path(&name).into())
    });
    let bytes = drafts(|_, image| Place::Memory(file(image).into()));
    let pixels = drafts(|_, image| {
        let pixels = Pixels {
            height: u64::from(image.height()),
            width: u64::from(image.width()),
            channels: 3,
            planar: false,
            kind: NumberKind::Byte,
            numbers: image.as_raw(),
        };
        pixels.place().unwrap()
    });
    let mut reports = Vec::new();
    for drafts in [files, bytes, pixels] {
        let given = given(drafts, &[]).unwrap();
        let report = audited(&given);
        assert_eq!(report.leakage[0].leaked.count, 2);
        reports.push(without_names(&report, &given.names));
    }
    assert_eq!(reports[0], reports[1]);
    assert_eq!(reports[1], reports[2]);

    // The directory itself, but for how it was recognised.
    let (by_folder, _) = workspace.check(&["--no-cache"]);
    for key in ["leakage", "duplicates", "finding_counts", "detection"] {
        assert_eq!(by_folder[key], reports[0][key], "{key}");
    }
}
