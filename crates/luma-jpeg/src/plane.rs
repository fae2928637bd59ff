//! The samples of one component, and how components make luma.

use super::frame::Frame;
use super::luma::Luma;
use super::scale::Scale;
use super::transform::{Block, Factors, Transform};

/// One component at the chosen scale, in whole blocks.
pub(super) struct Plane {
    /// Index of the component in the frame.
    pub(super) component: usize,
    /// Blocks in a row.
    across: usize,
    /// Samples in a row.
    stride: usize,
    /// Row by row.
    samples: Vec<u8>,
    /// Progressive files only: what the scans have said so far, block by block.
    coefficients: Vec<i16>,
    /// Coefficients kept of each block, in zigzag order: 64, or only the DC one at 1/8.
    kept: usize,
    scale: Scale,
    /// The quantisation table in force at the component's first scan.
    pub(super) quantisation: Option<[u16; 64]>,
}

impl Plane {
    /// An empty plane.
    pub(super) fn new(frame: &Frame, component: usize, scale: Scale) -> Self {
        let (across, down) = frame.components[component].padded_blocks;
        let kept = if scale == Scale::EIGHTH { 1 } else { 64 };
        Self {
            component,
            across,
            kept,
            scale,
            stride: across * scale.across,
            samples: vec![0; across * down * scale.across * scale.down],
            coefficients: if frame.progressive {
                vec![0; across * down * kept]
            } else {
                Vec::new()
            },
            quantisation: None,
        }
    }

    /// The coefficients kept of the block at (`across`, `down`). `None` outside the plane.
    #[inline(always)]
    pub(super) fn coefficients(&mut self, (across, down): (usize, usize)) -> Option<&mut [i16]> {
        let start = (down * self.across + across) * self.kept;
        self.coefficients.get_mut(start..start + self.kept)
    }

    /// Puts the samples of a block at block position (`across`, `down`).
    #[inline(always)]
    pub(super) fn put(
        &mut self,
        (across, down): (usize, usize),
        block: &Block,
        transform: &Transform,
        factors: &Factors,
    ) {
        let start = down * self.scale.down * self.stride + across * self.scale.across;
        if let Some(place) = self.samples.get_mut(start..) {
            transform.put(block, factors, place, self.stride);
        }
    }

    /// Puts the one sample of a block that the smallest scale has.
    #[inline(always)]
    pub(super) fn put_mean(&mut self, (across, down): (usize, usize), level: u8) {
        if let Some(place) = self.samples.get_mut(down * self.stride + across) {
            *place = level;
        }
    }

    /// Turns the coefficients of a progressive file into samples.
    pub(super) fn transform(&mut self) {
        let transform = Transform::of(self.scale);
        let factors = transform.factors(&self.quantisation.unwrap_or([1; 64]));
        let coefficients = std::mem::take(&mut self.coefficients);
        for (index, values) in coefficients.chunks_exact(self.kept).enumerate() {
            let mut block = Block::flat(values[0]);
            for (k, &value) in (1..=transform.last).zip(&values[1..]) {
                if value != 0 {
                    block.set(transform, k, value);
                }
            }
            let place = (index % self.across, index / self.across);
            self.put(place, &block, transform, &factors);
        }
    }
}

/// Luma of the picture from its planes: one plane is luma already, three are red, green and blue.
pub(super) fn luma(frame: &Frame, mut planes: Vec<Plane>, scale: Scale) -> Luma {
    let (width, height) = scale.of((frame.width, frame.height));
    let full_sampling =
        |plane: &Plane| frame.components[plane.component].sampling == frame.sampling;
    let data = match &mut planes[..] {
        [plane] if full_sampling(plane) => {
            for row in 1..height {
                plane
                    .samples
                    .copy_within(row * plane.stride..row * plane.stride + width, row * width);
            }
            plane.samples.truncate(width * height);
            std::mem::take(&mut plane.samples)
        }
        planes => {
            // Subsampled components are repeated.
            let sample = |plane: &Plane, x: usize, y: usize| {
                let (across, down) = frame.components[plane.component].sampling;
                let (x, y) = (x * across / frame.sampling.0, y * down / frame.sampling.1);
                u32::from(plane.samples[y * plane.stride + x])
            };
            let positions = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let at = |(x, y)| match &planes[..] {
                // ITU-R BT.601, as in JFIF, in units of 1/65,536.
                [red, green, blue] => {
                    let sum = 19_595 * sample(red, x, y)
                        + 38_470 * sample(green, x, y)
                        + 7_471 * sample(blue, x, y);
                    ((sum + 32_768) >> 16) as u8
                }
                planes => planes.first().map_or(0, |plane| sample(plane, x, y) as u8),
            };
            positions.map(at).collect()
        }
    };
    Luma {
        width: width as u32,
        height: height as u32,
        data,
    }
}
