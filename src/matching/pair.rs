//! Two samples that show the same picture, and how we know.

use serde::{Deserialize, Serialize};

use super::area::Area;
use crate::leak::Leak;
use crate::sample::SampleId;

/// What is done to the first picture so that it lies on the second: the eight
/// symmetries of a rectangle.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Transform {
    /// Nothing.
    #[default]
    Identity,
    /// Left and right change places.
    Mirror,
    /// Top and bottom change places.
    Flip,
    /// A quarter turn clockwise.
    Rotate90,
    /// A half turn.
    Rotate180,
    /// A quarter turn counter-clockwise.
    Rotate270,
    /// Rows become columns.
    Transpose,
    /// Rows become columns, from the far corner.
    Transverse,
}

impl Transform {
    /// All eight, in the order in which ties are broken: the plainest explanation first.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Mirror,
        Self::Flip,
        Self::Rotate180,
        Self::Rotate90,
        Self::Rotate270,
        Self::Transpose,
        Self::Transverse,
    ];

    /// Left, upper, right and lower edge of a part as it lies in the transformed picture, whose
    /// sides are `side` long before and after.
    #[must_use]
    pub(crate) fn edges<T>(self, [left, top, right, bottom]: [T; 4], side: T) -> [T; 4]
    where
        T: Copy + std::ops::Sub<Output = T>,
    {
        let [l, t, r, b] = [left, top, right, bottom].map(|edge| side - edge);
        match self {
            Self::Identity => [left, top, right, bottom],
            Self::Mirror => [r, top, l, bottom],
            Self::Flip => [left, b, right, t],
            Self::Rotate180 => [r, b, l, t],
            Self::Transpose => [top, left, bottom, right],
            Self::Rotate90 => [b, left, t, right],
            Self::Rotate270 => [top, r, bottom, l],
            Self::Transverse => [b, r, t, l],
        }
    }

    /// What undoes it.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Self::Rotate90 => Self::Rotate270,
            Self::Rotate270 => Self::Rotate90,
            other => other,
        }
    }
}

/// What was measured of a near duplicate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Bits in which the perceptual hashes differ, 0 to 64; measured where `transform` is the
    /// identity.
    pub distance: Option<u32>,
    /// Verification score, -1 to 1.
    pub similarity: f32,
    /// How the first picture lies on the second.
    pub transform: Transform,
    /// The part of the first, after `transform`, that the second shows.
    pub of_a: Area,
    /// The part of the second that the first shows.
    pub of_b: Area,
}

impl Near {
    /// The same measurement seen from the other picture.
    #[must_use]
    pub fn reversed(self) -> Self {
        let back = self.transform.inverse();
        Self {
            transform: back,
            of_a: self.of_b.transformed(back),
            of_b: self.of_a.transformed(back),
            ..self
        }
    }
}

/// Two samples that show the same picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Strength of the evidence.
    pub kind: Leak,
    /// In a leak, the evaluation sample.
    pub a: SampleId,
    /// In a leak, the training sample.
    pub b: SampleId,
    /// Present for near duplicates.
    pub near: Option<Near>,
}

impl Pair {
    /// Strongest first: by kind, then similarity, then distance, then order of the samples.
    #[must_use]
    pub fn cmp_strength(&self, other: &Self) -> std::cmp::Ordering {
        let similarity = |pair: &Self| pair.near.map_or(f32::INFINITY, |near| near.similarity);
        let distance = |pair: &Self| pair.near.and_then(|near| near.distance);
        self.kind
            .cmp(&other.kind)
            .then_with(|| similarity(other).total_cmp(&similarity(self)))
            .then_with(|| distance(self).cmp(&distance(other)))
            .then_with(|| (self.a, self.b).cmp(&(other.a, other.b)))
    }
}
