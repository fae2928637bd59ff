//! Is this candidate really the same picture?

use rayon::prelude::*;

use crate::matching::pair::{Near, Transform};
use crate::sample::SampleId;
use crate::signature::Signature;
use crate::signature::thumbnail::{SIDE, Thumbnail};

/// Least correlation of two thumbnails that confirms a candidate.
const CONFIRMED: f32 = 0.95;

/// Every pair within `radius` whose thumbnails agree, upright or mirrored.
#[must_use]
pub fn near_pairs(
    signed: &[(SampleId, &Signature)],
    radius: u32,
) -> Vec<(SampleId, SampleId, Near)> {
    let informative: Vec<_> = signed
        .iter()
        .filter(|(_, one)| !one.low_information)
        .collect();
    let mirrored: Vec<_> = informative
        .par_iter()
        .map_init(
            crate::signature::perceptual::PerceptualHasher::new,
            |hasher, (_, one)| {
                let mirror = mirror(&one.thumbnail);
                (hasher.hash(&mirror), mirror)
            },
        )
        .collect();
    let pairs = (0..informative.len()).into_par_iter().flat_map_iter(|i| {
        let (a, one) = informative[i];
        let (informative, mirrored) = (&informative, &mirrored);
        (i + 1..informative.len()).filter_map(move |j| {
            let (b, other) = informative[j];
            let upright = one.perceptual.distance(other.perceptual);
            let (hash, thumbnail) = &mirrored[j];
            let turned = one.perceptual.distance(*hash);
            let (distance, thumbnail, transform) = if upright <= turned {
                (upright, &other.thumbnail, Transform::Identity)
            } else {
                (turned, thumbnail, Transform::Mirror)
            };
            if distance > radius {
                return None;
            }
            let similarity = correlation(&one.thumbnail, thumbnail);
            (similarity >= CONFIRMED).then_some((
                *a,
                *b,
                Near {
                    distance,
                    similarity,
                    transform,
                },
            ))
        })
    });
    pairs.collect()
}

fn mirror(thumbnail: &Thumbnail) -> Thumbnail {
    let mut mirrored = thumbnail.clone();
    for row in mirrored.0.chunks_exact_mut(SIDE) {
        row.reverse();
    }
    mirrored
}

fn correlation(a: &Thumbnail, b: &Thumbnail) -> f32 {
    let n = (SIDE * SIDE) as f32;
    let mean = |t: &Thumbnail| t.0.iter().map(|&v| f32::from(v)).sum::<f32>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0f32, 0f32, 0f32);
    for (&x, &y) in a.0.iter().zip(b.0.iter()) {
        let (x, y) = (f32::from(x) - mean_a, f32::from(y) - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa * bb > 0.0 {
        ab / (aa * bb).sqrt()
    } else {
        0.0
    }
}
