//! Pictures made by formula: scenes that differ in everything, and sets in which unrelated pictures
//! look alike.

use luma_jpeg::Luma;

use super::sample::Key;
use super::whitening::Whitening;
use crate::signature::digest::Digest;
use crate::signature::thumbnail::{Thumbnail, thumbnail};

/// Grey (0 to 255) at a place of the unit square.
pub(super) type Picture = Box<dyn Fn(f32, f32) -> f32>;

/// Pictures described by what they share themselves.
pub(super) fn described(
    thumbnails: Vec<Option<Thumbnail>>,
) -> Vec<Option<super::picture::Picture>> {
    let given: Vec<&Thumbnail> = thumbnails.iter().flatten().collect();
    let whitening = learned_of(&given);
    let keyed = thumbnails.into_iter().map(|thumbnail| {
        let thumbnail = thumbnail?;
        Some((key(&thumbnail), thumbnail))
    });
    super::picture::describe(&whitening, keyed.collect())
}

/// A number by which pictures are sampled.
pub(super) fn key(thumbnail: &Thumbnail) -> Key {
    Digest::of(&thumbnail.0[..]).prefix()
}

/// What is learned of thumbnails.
pub(super) fn learned_of(thumbnails: &[&Thumbnail]) -> Whitening {
    let keyed = thumbnails
        .iter()
        .map(|&thumbnail| (key(thumbnail), thumbnail));
    Whitening::learn(keyed.collect())
}

/// A fixed sequence of numbers from 0 to 1 (the generator of Knuth's MMIX).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u32) -> Self {
        let mut random = Self(u64::from(seed) * 0x9E37_79B9 + 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    pub(super) fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u64 << 24) as f32
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next()
    }
}

/// Blobs of all sizes over a slope: the spectrum of a photo.
pub(super) fn scene(seed: u32) -> Picture {
    let mut random = Random::new(seed);
    let blobs: Vec<[f32; 4]> = (0..40)
        .map(|i| {
            let size = 0.25 / (1.0 + i as f32 / 5.0);
            [
                random.next(),
                random.next(),
                size,
                random.between(-70.0, 70.0),
            ]
        })
        .collect();
    let slope = [random.between(-40.0, 40.0), random.between(-40.0, 40.0)];
    Box::new(move |x, y| {
        let blob = |b: &[f32; 4]| {
            b[3] * (-((x - b[0]).powi(2) + (y - b[1]).powi(2)) / (2.0 * b[2] * b[2])).exp()
        };
        128.0 + slope[0] * x + slope[1] * y + blobs.iter().map(blob).sum::<f32>()
    })
}

/// One dark shape with three arms on a plain sky.
pub(super) fn silhouette(seed: u32) -> Picture {
    let mut random = Random::new(seed);
    let middle = [random.between(0.45, 0.55), random.between(0.45, 0.55)];
    let arms: Vec<[f32; 3]> = (0..3)
        .map(|_| {
            [
                random.between(0.0, 6.3),
                random.between(0.2, 0.35),
                random.between(0.03, 0.07),
            ]
        })
        .collect();
    Box::new(move |x, y| {
        let (dx, dy) = (x - middle[0], y - middle[1]);
        let on = |arm: &[f32; 3]| {
            let along = dx * arm[0].cos() + dy * arm[0].sin();
            let across = dy * arm[0].cos() - dx * arm[0].sin();
            along > 0.0 && along < arm[1] && across.abs() < arm[2]
        };
        if arms.iter().any(on) {
            30.0
        } else {
            190.0 - 20.0 * y
        }
    })
}

/// A scene inside a white frame with rounded corners.
pub(super) fn framed(seed: u32) -> Picture {
    let inside = scene(seed);
    Box::new(move |x, y| {
        let (dx, dy) = (
            ((x - 0.5).abs() - 0.28).max(0.0),
            ((y - 0.5).abs() - 0.28).max(0.0),
        );
        if dx.hypot(dy) < 0.06 {
            inside(x, y)
        } else {
            252.0
        }
    })
}

/// A bright stroke of four joints on black, in the middle: a digit.
pub(super) fn digit(seed: u32) -> Picture {
    let mut random = Random::new(seed);
    let joints: Vec<[f32; 2]> = (0..5)
        .map(|_| [random.between(0.3, 0.7), random.between(0.2, 0.8)])
        .collect();
    Box::new(move |x, y| {
        let near = joints.windows(2).map(|ends| {
            let (ax, ay) = (x - ends[0][0], y - ends[0][1]);
            let (bx, by) = (ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]);
            let along = ((ax * bx + ay * by) / (bx * bx + by * by).max(1e-6)).clamp(0.0, 1.0);
            (ax - along * bx).hypot(ay - along * by)
        });
        if near.fold(1.0, f32::min) < 0.05 {
            250.0
        } else {
            0.0
        }
    })
}

/// Texture seen through a round vignette, the same for all: a microscope.
pub(super) fn microscope(seed: u32) -> Picture {
    let inside = scene(seed);
    Box::new(move |x, y| {
        let radius = (x - 0.5).hypot(y - 0.5);
        if radius < 0.46 {
            (128.0 + (inside(x, y) - 128.0) * 0.4) * (1.0 - radius)
        } else {
            3.0
        }
    })
}

/// A road scene above a bonnet that never changes: a fixed camera in a car.
pub(super) fn dashboard(seed: u32) -> Picture {
    let (outside, bonnet) = (scene(seed), scene(u32::MAX));
    Box::new(move |x, y| {
        if y > 0.6 + 0.3 * (x - 0.5).powi(2) {
            bonnet(x, y) * 1.4 - 40.0
        } else {
            outside(x, y)
        }
    })
}

/// Dark words on white lines.
pub(super) fn document(seed: u32) -> Picture {
    let mut random = Random::new(seed);
    let lines: Vec<Vec<f32>> = (0..14)
        .map(|_| (0..9).map(|_| random.next()).collect())
        .collect();
    Box::new(move |x, y| {
        let (line, within) = (((y - 0.08) * 16.0).floor(), ((y - 0.08) * 16.0).fract());
        if !(0.0..14.0).contains(&line) || !(0.1..0.9).contains(&x) || within > 0.55 {
            return 245.0;
        }
        let words = &lines[line as usize];
        let word = ((x - 0.1) / 0.8 * words.len() as f32) as usize;
        let in_word = ((x - 0.1) / 0.8 * words.len() as f32).fract();
        if in_word < 0.35 + 0.6 * words[word.min(words.len() - 1)] {
            60.0
        } else {
            245.0
        }
    })
}

/// The thumbnail of a picture drawn `width` x `height`, with a little noise as every camera adds.
pub(super) fn drawn(picture: &Picture, width: u32, height: u32, noise_seed: u32) -> Thumbnail {
    let mut random = Random::new(noise_seed);
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let grey = places.map(|(x, y)| {
        let (u, v) = (
            (x as f32 + 0.5) / width as f32,
            (y as f32 + 0.5) / height as f32,
        );
        picture(u, v) + random.between(-2.0, 2.0)
    });
    thumbnail(&Luma {
        width,
        height,
        data: grey.map(|grey| grey.clamp(0.0, 255.0) as u8).collect(),
    })
}
