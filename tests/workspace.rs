//! A dataset in a temporary directory, and the command run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::Value;

/// A directory that vanishes with the test.
pub(crate) struct Workspace {
    directory: tempfile::TempDir,
}

/// What a run printed, and how it ended.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn file(&self, relative: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Writes picture number `seed` in the format that the name's extension says.
    pub(crate) fn image(&self, relative: &str, seed: u32) -> &Self {
        self.file(relative, encode(&picture(seed), relative))
    }

    pub(crate) fn copy(&self, from: &str, to: &str) -> &Self {
        let content = fs::read(self.path(from)).unwrap();
        self.file(to, content)
    }

    /// Runs the command in the directory, with nothing of the caller's environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The same with these variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_splitleak"));
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .args(arguments)
            .current_dir(self.root())
            .env_clear()
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let run = Run {
            status: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        };
        assert!(!run.stderr.contains("internal error"), "{}", run.stderr);
        run
    }

    /// Runs `check . --json -` with more arguments, and gives the report with the
    /// exit status. Every report is checked against the schema.
    pub(crate) fn check(&self, more: &[&str]) -> (Value, i32) {
        self.check_dataset(&[&["."], more].concat())
    }

    /// As [`Workspace::check`], with the dataset among the arguments.
    pub(crate) fn check_dataset(&self, arguments: &[&str]) -> (Value, i32) {
        let run = self.run(&[&["check", "--json", "-"], arguments].concat());
        let report: Value = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", run.stdout, run.stderr));
        validate(&report);
        (report, run.status)
    }

    /// Runs a check that must not give a report; what it says on standard error.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let run = self.run(&[&["check"], arguments].concat());
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", run.stderr);
        run.stderr
    }
}

/// Compares a report with the published schema.
pub(crate) fn validate(report: &Value) {
    let text = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/report.schema.json"
    ));
    let schema: Value = serde_json::from_str(&text.unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// Picture number `seed`: soft blobs, no two alike.
pub(crate) fn picture(seed: u32) -> RgbImage {
    picture_of_size(seed, 96, 72)
}

pub(crate) fn picture_of_size(seed: u32, width: u32, height: u32) -> RgbImage {
    let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f32 / (1u64 << 53) as f32
    };
    for _ in 0..8 {
        random();
    }
    let blobs: Vec<[f32; 5]> = (0..14)
        .map(|_| {
            [
                random(),
                random(),
                0.05 + 0.2 * random(),
                random() * 2.0 - 1.0,
                random(),
            ]
        })
        .collect();
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
        let mut level = 128.0;
        for [cx, cy, size, weight, _] in &blobs {
            let d = ((u - cx).powi(2) + (v - cy).powi(2)) / (size * size);
            level += weight * 120.0 * (-d).exp();
        }
        let level = level.clamp(0.0, 255.0);
        image::Rgb([
            level as u8,
            (level * 0.9) as u8,
            (255.0 - level * 0.7) as u8,
        ])
    })
}

/// Bytes of an image in the format that a name's extension says.
pub(crate) fn encode(image: &RgbImage, name: &str) -> Vec<u8> {
    let format = ImageFormat::from_path(name).unwrap();
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image.clone())
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// Number of leaked samples in the first leakage entry.
pub(crate) fn leaked(report: &Value) -> u64 {
    report["leakage"][0]["leaked"]["count"].as_u64().unwrap()
}

/// Codes of all findings, once each.
pub(crate) fn codes(report: &Value) -> Vec<String> {
    report["finding_counts"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

/// Paths of the findings of one code.
pub(crate) fn paths_of(report: &Value, code: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_code = findings.filter(|finding| finding["code"] == code);
    let paths = of_code.flat_map(|finding| finding["paths"].as_array().unwrap().clone());
    paths
        .map(|path| path.as_str().unwrap().to_owned())
        .collect()
}
