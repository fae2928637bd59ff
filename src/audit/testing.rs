//! Signed pictures that tests make sample by sample, without files.

use super::search::{Found, search};
use crate::cache::{Cache, Session};
use crate::dataset::Builder;
use crate::matching::spread::{Identity, Pictures};
use crate::sample::{Dataset, Layout, Sample, Split, SplitId, SplitRole};
use crate::settings::{Input, Settings};
use crate::signature::digest::Digest;
use crate::signature::{Signed, Signer};

/// Training, extra images, test and validation.
pub(super) const SPLITS: [(&str, SplitRole); 4] = [
    ("train", SplitRole::Training),
    ("extra", SplitRole::Other),
    ("test", SplitRole::Test),
    ("val", SplitRole::Validation),
];

pub(super) struct World {
    pub(super) dataset: Dataset,
    pub(super) signatures: Vec<Signed>,
    signer: Signer,
}

impl World {
    /// No sample yet.
    pub(super) fn new(splits: &[(&str, SplitRole)]) -> Self {
        let split = |&(name, role): &(&str, SplitRole)| Split {
            name: name.to_owned(),
            role,
            part: None,
        };
        let mut dataset = Builder::new("data", Layout::CsvManifest).build();
        dataset.splits = splits.iter().map(split).collect();
        Self {
            dataset,
            signatures: Vec::new(),
            signer: Signer::default(),
        }
    }

    /// Adds picture `seed`, brighter by `light`, to the end; the paths of samples have to ascend.
    pub(super) fn picture(&mut self, path: &str, split: Option<u16>, seed: u32, light: u8) {
        let signed = self.signer.sign(&png(seed, light));
        self.push(path, split, signed);
    }

    /// Adds a file of its own with the pixels of an earlier sample.
    pub(super) fn again(&mut self, path: &str, split: Option<u16>, of: usize) {
        let mut signed = self.signatures[of].clone();
        if let Ok(signature) = &mut signed {
            signature.byte_digest = Digest([self.signatures.len() as u8; 16]);
        }
        self.push(path, split, signed);
    }

    fn push(&mut self, path: &str, split: Option<u16>, signed: Signed) {
        self.dataset.samples.push(Sample {
            split: split.map(SplitId),
            ..Sample::new(path)
        });
        self.signatures.push(signed);
    }

    /// Samples by picture; `pictures` numbers the picture of each.
    pub(super) fn copies(&self, pictures: &[u32]) -> Pictures {
        let role = |id: SplitId| self.dataset.splits[id.index()].role;
        let samples = self.dataset.samples.iter().zip(pictures).zip(0u32..);
        let identities = samples.map(|((sample, &pixels), file)| {
            Some(Identity {
                split: sample.split.map(|id| (id, role(id))),
                part: None,
                file,
                bytes: file,
                pixels,
                asked: true,
            })
        });
        Pictures::new(&identities.collect::<Vec<_>>())
    }

    /// Searches with a given threshold, so that nothing depends on how many pictures there are.
    pub(super) fn search(&self, settings: &Settings, margin: f32) -> Found {
        let cache = Cache::off();
        let session = Session::of_contents(&cache, &self.dataset);
        let mut signatures = self.signatures.clone();
        search(
            settings,
            &self.dataset,
            &mut signatures,
            margin,
            &session,
            None,
        )
    }
}

/// Settings with a similarity given by the user.
pub(super) fn settings(similarity: f32) -> Settings {
    let mut settings = Settings::new(Input::Tree {
        root: "data".into(),
        layout: None,
    });
    settings.matching.similarity = Some(similarity);
    settings
}

/// Soft blobs at places that `seed` chooses, as a PNG.
fn png(seed: u32, light: u8) -> Vec<u8> {
    let mut state = u64::from(seed) * 0x9E37_79B9 + 1;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    for _ in 0..8 {
        random();
    }
    let blobs: Vec<[f32; 4]> = (0..20)
        .map(|_| {
            [
                random(),
                random(),
                0.04 + 0.15 * random(),
                random() * 160.0 - 80.0,
            ]
        })
        .collect();
    let image = image::GrayImage::from_fn(64, 64, |x, y| {
        let (x, y) = (x as f32 / 64.0, y as f32 / 64.0);
        let blob = |b: &[f32; 4]| {
            b[3] * (-((x - b[0]).powi(2) + (y - b[1]).powi(2)) / (b[2] * b[2])).exp()
        };
        let level = 110.0 + blobs.iter().map(blob).sum::<f32>();
        image::Luma([(level.clamp(0.0, 220.0)) as u8 + light])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    let written = image.write_to(&mut bytes, image::ImageFormat::Png);
    assert!(written.is_ok());
    bytes.into_inner()
}
