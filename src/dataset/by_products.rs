//! What a file is once its place and its size are known: models, logs and numbers about pictures
//! have the forms of data, but hold no samples.

use std::path::Path;

use super::file_kind::{FileKind, is_unknown, may_be_a_model, says_nothing};
use super::split_name::words;

/// Why what a training run wrote is no sample.
pub(super) const OF_A_RUN: &str = "written by a training run";

/// Whether a text that begins so is a report of this tool in JSON, SARIF or XML, which names
/// pictures and tells nothing of a dataset.
pub(crate) fn is_report(text: &str) -> bool {
    const LOOKED_AT: usize = 4096;
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let marks: &[&str] = match text.bytes().next() {
        Some(b'{') => &["\"name\": \"splitleak\"", "sarif-2.1.0"],
        Some(b'<') => &["<testsuites name=\"splitleak\""],
        _ => &[],
    };
    marks.iter().any(|mark| text[..end].contains(mark))
}

/// Smallest file of an unknown form that may hold pictures.
pub(super) const HOLDS_PICTURES: u64 = 64 << 10;

/// Words of folders that training programs write models to.
const FOLDERS: &[&str] = &[
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "logs",
    "model",
    "models",
    "pretrained",
    "runs",
    "snapshots",
    "weights",
];

/// Words of names of models, and of what a run keeps beside them.
const MODELS: &[&str] = &[
    "acc",
    "backbone",
    "best",
    "checkpoint",
    "ckpt",
    "classifier",
    "decoder",
    "discriminator",
    "ema",
    "encoder",
    "epoch",
    "generator",
    "history",
    "iter",
    "last",
    "latest",
    "loss",
    "model",
    "net",
    "network",
    "optim",
    "optimizer",
    "params",
    "pretrained",
    "resnet",
    "rng",
    "scaler",
    "scheduler",
    "state",
    "tfevents",
    "unet",
    "vgg",
    "vit",
    "weights",
    "yolo",
];

/// Words of names of files that hold something about pictures: features, labels.
pub(super) const ABOUT_PICTURES: &[&str] = &[
    "ann",
    "anno",
    "annotation",
    "annotations",
    "annos",
    "annots",
    "attributes",
    "bbox",
    "boxes",
    "cache",
    "captions",
    "classes",
    "depth",
    "embedding",
    "embeddings",
    "encodings",
    "feat",
    "feats",
    "feature",
    "features",
    "filenames",
    "gt",
    "ids",
    "index",
    "indices",
    "info",
    "infos",
    "keypoints",
    "label",
    "labels",
    "list",
    "log",
    "logits",
    "mask",
    "masks",
    "mean",
    "meta",
    "metadata",
    "names",
    "output",
    "outputs",
    "pred",
    "prediction",
    "predictions",
    "preds",
    "results",
    "scores",
    "seg",
    "stats",
    "std",
    "target",
    "targets",
    "text",
    "truth",
    "y",
];

/// Words of folders of clouds of points, which have no form of their own.
const POINTS: &[&str] = &["lidar", "pointcloud", "points", "radar", "velodyne"];

/// Whether a path lies in a folder that training programs write: logs, weights, and pictures of
/// batches with their boxes.
pub(super) fn is_of_a_run(path: &str) -> bool {
    const RUNS: &[&str] = &["classify", "detect", "obb", "pose", "segment"];
    let folders: Vec<&str> = path.split('/').collect();
    let (_, folders) = folders.split_last().unwrap_or((&"", &[]));
    let alone = ["lightning_logs", "mlruns", "wandb"];
    folders.iter().any(|folder| alone.contains(folder))
        || folders
            .windows(2)
            .any(|pair| pair[0] == "runs" && RUNS.contains(&pair[1]))
}

/// Whether a name says that a file holds something about pictures.
pub(super) fn is_about_pictures(stem: &str) -> bool {
    has(stem, ABOUT_PICTURES)
}

fn has(name: &str, wanted: &[&str]) -> bool {
    words(name)
        .iter()
        .any(|word| wanted.contains(&word.as_str()))
}

/// What a file at `path`, relative to the root, is after all; `bytes` gives its size.
pub(super) fn settled(kind: FileKind, path: &str, bytes: impl FnOnce() -> Option<u64>) -> FileKind {
    let FileKind::Unread(reason) = &kind else {
        return kind;
    };
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let of_a_run = || has(name, MODELS) || has(folders, FOLDERS);
    if (may_be_a_model(reason) && of_a_run()) || name.ends_with(".pth.tar") {
        return FileKind::Other(OF_A_RUN.to_owned());
    }
    let describes =
        || is_about_pictures(name) || has(folders, POINTS) || name.ends_with(".pcd.bin");
    if says_nothing(reason) && describes() {
        return FileKind::Companion("numbers about pictures".to_owned());
    }
    // A pipe or a device has no size, and nothing in it was looked at.
    if is_unknown(reason) && bytes().is_none_or(|bytes| bytes < HOLDS_PICTURES) {
        let extension = Path::new(name).extension().unwrap_or_default();
        let extension = extension.to_string_lossy().to_ascii_lowercase();
        return FileKind::Other(match &*extension {
            "" => "no extension, no image inside".to_owned(),
            _ => format!("not an image (.{extension})"),
        });
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str, reason: &str, bytes: u64) -> FileKind {
        settled(FileKind::Unread(reason.to_owned()), path, || Some(bytes))
    }

    #[test]
    fn models_and_what_runs_keep_are_no_samples_and_data_of_a_split_may_be() {
        let tensors = "tensors (.pt)";
        for path in [
            "model.pth",
            "best.pt",
            "weights/train_final.pth",
            "checkpoints/7.pt",
            "val_loss_best.pth",
            "optimizer.bin",
            "runs/exp/weights/x.pt",
        ] {
            let expected = FileKind::Other(OF_A_RUN.to_owned());
            assert_eq!(kind(path, tensors, 1 << 20), expected, "{path}");
        }
        for path in ["train.pt", "val/extra.pth", "data/test_images.pt"] {
            let expected = FileKind::Unread(tensors.to_owned());
            assert_eq!(kind(path, tensors, 1 << 20), expected, "{path}");
        }
        // The same words are those of pictures where no model has the form.
        let video = FileKind::Unread("video (.mp4)".to_owned());
        assert_eq!(kind("best.mp4", "video (.mp4)", 9), video);
    }

    #[test]
    fn folders_of_training_runs_are_known_and_others_of_such_names_are_not() {
        for path in ["runs/detect/train/x.jpg", "a/wandb/x.png", "mlruns/0/x.png"] {
            assert!(is_of_a_run(path), "{path}");
        }
        for path in ["runs/monday/x.jpg", "train/detect/x.jpg", "wandb.png"] {
            assert!(!is_of_a_run(path), "{path}");
        }
    }

    #[test]
    fn numbers_about_pictures_are_no_samples() {
        for path in ["val/labels.pt", "velodyne/1.bin", "LIDAR_TOP/1.pcd.bin"] {
            let kind = kind(path, "tensors (.bin)", 1 << 20);
            assert!(matches!(kind, FileKind::Companion(_)), "{path}");
        }
    }

    #[test]
    fn a_small_file_of_an_unknown_form_holds_no_pictures() {
        let unknown = "data of an unknown form (.dat)";
        let small = kind("val/x.dat", unknown, HOLDS_PICTURES - 1);
        assert_eq!(small, FileKind::Other("not an image (.dat)".to_owned()));
        let large = kind("val/x.dat", unknown, HOLDS_PICTURES);
        assert_eq!(large, FileKind::Unread(unknown.to_owned()));
    }
}
