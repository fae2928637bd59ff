//! Inverse DCT of one block at every scale.
//!
//! A *scaled* inverse DCT makes x times y samples of an 8x8 block, x and y = 1, 2, 4 or 8, each the
//! mean of the block over a cell of 8/x times 8/y samples, with the coefficients of index x
//! (across) and y (down) and above taken as zero. For 1 by 1 that is exactly the mean of the block.
//! Between 1 and 8 the mean of the *full* inverse DCT, which is what libjpeg-turbo makes, would
//! differ in detail finer than its own samples, and would need nearly all coefficients; thumbnails
//! made of either were equally close to those made of the full picture. Everything that can be is
//! folded into the dequantisation factors, so what is left are butterflies. Floating point without
//! fused operations: the same result on every machine.

use super::scale::Scale;

/// cos(k pi / 16) for k = 0..=8.
const COS: [f64; 9] = [
    1.0,
    0.980_785_280_403_230_4,
    0.923_879_532_511_286_7,
    0.831_469_612_302_545_2,
    0.707_106_781_186_547_5,
    0.555_570_233_019_602_2,
    0.382_683_432_365_089_8,
    0.195_090_322_016_128_3,
    0.0,
];

/// The order in which the coefficients of a block are coded: row * 8 + column (T.81, figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Where a coefficient goes that the scale does not need.
const ELSEWHERE: u8 = 64;

/// By zigzag index: where a scale of `X` by `Y` samples keeps the coefficient, column by column.
const fn places<const X: usize, const Y: usize>() -> [u8; 64] {
    let mut places = [ELSEWHERE; 64];
    let mut k = 0;
    while k < 64 {
        let (row, column) = (ZIGZAG[k] / 8, ZIGZAG[k] % 8);
        if (row as usize) < Y && (column as usize) < X {
            places[k] = column * Y as u8 + row;
        }
        k += 1;
    }
    places
}

/// Zigzag index of the last coefficient that a scale needs.
const fn last(places: &[u8; 64]) -> u32 {
    let mut last = 0;
    let mut k = 0;
    while k < 64 {
        if places[k] != ELSEWHERE {
            last = k as u32;
        }
        k += 1;
    }
    last
}

/// The inverse DCT at one scale.
pub(super) struct Transform {
    /// By zigzag index: where a [`Block`] keeps the coefficient.
    places: [u8; 64],
    /// Zigzag index of the last coefficient needed.
    pub(super) last: u32,
    factors: fn(&[u16; 64]) -> Factors,
    put: fn(&Block, &Factors, &mut [u8], usize),
}

impl Transform {
    const fn at<const X: usize, const Y: usize>() -> Self {
        let places = places::<X, Y>();
        Self {
            places,
            last: last(&places),
            factors: factors::<X, Y>,
            put: put::<X, Y>,
        }
    }

    /// The one for a scale.
    pub(super) fn of(scale: Scale) -> &'static Self {
        static ALL: [[Transform; 4]; 4] = [
            [
                Transform::at::<1, 1>(),
                Transform::at::<1, 2>(),
                Transform::at::<1, 4>(),
                Transform::at::<1, 8>(),
            ],
            [
                Transform::at::<2, 1>(),
                Transform::at::<2, 2>(),
                Transform::at::<2, 4>(),
                Transform::at::<2, 8>(),
            ],
            [
                Transform::at::<4, 1>(),
                Transform::at::<4, 2>(),
                Transform::at::<4, 4>(),
                Transform::at::<4, 8>(),
            ],
            [
                Transform::at::<8, 1>(),
                Transform::at::<8, 2>(),
                Transform::at::<8, 4>(),
                Transform::at::<8, 8>(),
            ],
        ];
        let place = |samples: usize| samples.trailing_zeros() as usize;
        &ALL[place(scale.across)][place(scale.down)]
    }

    /// What coefficients are multiplied with: quantisation step times constants of the transform.
    pub(super) fn factors(&self, quantisation: &[u16; 64]) -> Factors {
        (self.factors)(quantisation)
    }

    /// Writes the samples of a block to `to`, which starts with the first of them and has `stride`
    /// samples in a row. Rows that do not fit are left out.
    #[inline(always)]
    pub(super) fn put(&self, block: &Block, factors: &Factors, to: &mut [u8], stride: usize) {
        (self.put)(block, factors, to, stride);
    }
}

/// The coefficients of a block that a scale needs.
pub(super) struct Block {
    /// Column by column, as the file has them; behind them one that nobody needs.
    by_column: [i16; 65],
}

impl Block {
    /// A block whose only coefficient is the DC one.
    #[inline(always)]
    pub(super) fn flat(dc: i16) -> Self {
        let mut block = Self { by_column: [0; 65] };
        block.begin(dc);
        block
    }

    /// Makes this a block whose only coefficient is the DC one.
    #[inline(always)]
    pub(super) fn begin(&mut self, dc: i16) {
        self.by_column.fill(0);
        self.by_column[0] = dc;
    }

    /// Sets the coefficient of zigzag index `k`, at most 63.
    #[inline(always)]
    pub(super) fn set(&mut self, transform: &Transform, k: u32, value: i16) {
        let place = transform.places[(k & 63) as usize];
        self.by_column[usize::from(place.min(ELSEWHERE))] = value;
    }
}

/// The samples of a block, see [`Transform::put`].
fn put<const X: usize, const Y: usize>(
    block: &Block,
    factors: &Factors,
    to: &mut [u8],
    stride: usize,
) {
    let samples = samples::<X, Y>(block, factors);
    for (row, samples) in samples.iter().enumerate() {
        if let Some(place) = to.get_mut(row * stride..row * stride + X) {
            place.copy_from_slice(samples);
        }
    }
}

/// The samples, row by row.
#[inline(always)]
fn samples<const X: usize, const Y: usize>(block: &Block, factors: &Factors) -> [[u8; X]; Y] {
    let mut columns = [0.0; 64];
    for i in 0..X * Y {
        columns[i] = f32::from(block.by_column[i]) * factors[i];
    }
    // Samples are stored about 128; the DC coefficient has the same share in all of them.
    columns[0] += 128.0;
    let columns = pass::<X, Y>(&columns);
    let mut rows = [0.0; 64];
    for column in 0..X {
        for row in 0..Y {
            rows[row * X + column] = columns[column * Y + row];
        }
    }
    // Transposing the transform commutes with transposing the block: here the index runs along
    // a row of the picture.
    let rows = pass::<Y, X>(&rows);
    std::array::from_fn(|row| std::array::from_fn(|column| level(rows[row * X + column])))
}

/// What the coefficients of a [`Block`] are multiplied with.
pub(super) type Factors = [f32; 64];

/// See [`Transform::factors`].
fn factors<const X: usize, const Y: usize>(quantisation: &[u16; 64]) -> Factors {
    let (across, down) = (one_dimension::<X>(), one_dimension::<Y>());
    let mut factors = [0.0; 64];
    for (k, &place) in places::<X, Y>().iter().enumerate() {
        if let Some(factor) = factors.get_mut(usize::from(place)) {
            let (row, column) = (usize::from(ZIGZAG[k] / 8), usize::from(ZIGZAG[k] % 8));
            *factor = (f64::from(quantisation[k]) * down[row] * across[column]) as f32;
        }
    }
    factors
}

/// The constants of a transform to `N` samples, by index of the coefficient.
fn one_dimension<const N: usize>() -> [f64; 8] {
    std::array::from_fn(|u| {
        // T.81, A.3.3: C(u) / 2 in each dimension.
        let norm = if u == 0 { COS[4] / 2.0 } else { 0.5 };
        match N {
            // The scaled algorithm of Arai, Agui and Nakajima, see `pass`.
            8 => norm * COS[u],
            // The mean of two samples is cos(u pi / 16) times the value between them, the mean of
            // four cos(2 u pi / 16) times that. The values at the centres of the cells have a
            // factor of cos(pi / 4) in common where u = N / 2.
            4 if u < 4 => norm * COS[u] * if u == 2 { COS[4] } else { 1.0 },
            2 if u < 2 => norm * COS[u] * COS[2 * u] * if u == 1 { COS[4] } else { 1.0 },
            1 if u < 1 => norm,
            _ => 0.0,
        }
    })
}

/// One-dimensional inverse DCT over the first index of an `N` x `M` matrix, for all values of the
/// second.
#[inline(always)]
fn pass<const N: usize, const M: usize>(source: &[f32; 64]) -> [f32; 64] {
    let mut matrix = [0.0; 64];
    match N {
        2 => {
            for i in 0..M {
                let (even, odd) = (source[i], source[M + i]);
                matrix[i] = even + odd;
                matrix[M + i] = even - odd;
            }
        }
        4 => {
            for i in 0..M {
                let [c0, c1, c2, c3] = std::array::from_fn(|u| source[u * M + i]);
                let (even, odd) = ([c0 + c2, c0 - c2], [c1 * C1 + c3 * C3, c1 * C3 - c3 * C1]);
                matrix[i] = even[0] + odd[0];
                matrix[M + i] = even[1] + odd[1];
                matrix[2 * M + i] = even[1] - odd[1];
                matrix[3 * M + i] = even[0] - odd[0];
            }
        }
        8 => {
            for i in 0..M {
                let c: [f32; 8] = std::array::from_fn(|u| source[u * M + i]);
                let samples = eight(c);
                for (x, sample) in samples.into_iter().enumerate() {
                    matrix[x * M + i] = sample;
                }
            }
        }
        _ => matrix[..M].copy_from_slice(&source[..M]),
    }
    matrix
}

/// The sample of a block at the smallest scale, from its DC coefficient.
#[inline(always)]
pub(super) fn mean(dc: i16, factors: &Factors) -> u8 {
    level(f32::from(dc) * factors[0] + 128.0)
}

/// `value` rounded to the nearest grey level. Adding 2^23 leaves the integer in the low bits:
/// unlike a cast, this is done for many values at once.
#[inline(always)]
fn level(value: f32) -> u8 {
    let low = if value > 0.0 { value } else { 0.0 };
    let clamped = if low < 255.0 { low } else { 255.0 };
    (clamped + 8_388_608.0).to_bits() as u8
}

/// cos(pi / 8) and cos(3 pi / 8).
const C1: f32 = COS[2] as f32;
const C3: f32 = COS[6] as f32;

/// Eight-point inverse DCT with five multiplications, for coefficients scaled by cos(u pi / 16): Y.
/// Arai, T. Agui, M. Nakajima, "A fast DCT-SQ scheme for images", Trans. IEICE E71 (1988),
/// transposed.
#[inline(always)]
fn eight(c: [f32; 8]) -> [f32; 8] {
    const ROOT: f32 = (2.0 * COS[4]) as f32;
    const SUM: f32 = (2.0 * COS[2]) as f32;
    const LESS: f32 = (2.0 * (COS[2] - COS[6])) as f32;
    const MORE: f32 = (2.0 * (COS[2] + COS[6])) as f32;
    let (sum04, difference04, sum26) = (c[0] + c[4], c[0] - c[4], c[2] + c[6]);
    let rotated26 = (c[2] - c[6]) * ROOT - sum26;
    let even = [
        sum04 + sum26,
        difference04 + rotated26,
        difference04 - rotated26,
        sum04 - sum26,
    ];
    let (sum53, difference53, sum17, difference17) =
        (c[5] + c[3], c[5] - c[3], c[1] + c[7], c[1] - c[7]);
    let both = (difference53 + difference17) * SUM;
    let odd0 = sum17 + sum53;
    let odd1 = both - difference53 * MORE - odd0;
    let odd2 = (sum17 - sum53) * ROOT - odd1;
    let odd3 = both - difference17 * LESS - odd2;
    [
        even[0] + odd0,
        even[1] + odd1,
        even[2] + odd2,
        even[3] + odd3,
        even[3] - odd3,
        even[2] - odd2,
        even[1] - odd1,
        even[0] - odd0,
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The scaled transform from its definition: the full inverse DCT of the coefficients below
    /// the scale, averaged over cells.
    fn naive(scale: Scale, coefficients: &[i16; 64], quantisation: &[u16; 64]) -> Vec<f64> {
        let norm = |u: usize| if u == 0 { 0.5_f64.sqrt() / 2.0 } else { 0.5 };
        let basis = |u: usize, x: usize| {
            norm(u) * ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let sample = |x: usize, y: usize| -> f64 {
            let terms = (0..64).map(|k| {
                let (v, u) = (usize::from(ZIGZAG[k] / 8), usize::from(ZIGZAG[k] % 8));
                let kept = if u < scale.across && v < scale.down {
                    1.0
                } else {
                    0.0
                };
                kept * f64::from(coefficients[k])
                    * f64::from(quantisation[k])
                    * basis(u, x)
                    * basis(v, y)
            });
            terms.sum::<f64>() + 128.0
        };
        let (width, height) = (8 / scale.across, 8 / scale.down);
        let cells = (0..scale.across * scale.down).map(|cell| {
            let (left, top) = (cell % scale.across * width, cell / scale.across * height);
            let inside = (0..width * height).map(|i| sample(left + i % width, top + i / width));
            inside.sum::<f64>() / (width * height) as f64
        });
        cells.collect()
    }

    const SIDES: [usize; 4] = [1, 2, 4, 8];

    fn scales() -> impl Iterator<Item = Scale> {
        SIDES
            .into_iter()
            .flat_map(|across| SIDES.map(|down| Scale { across, down }))
    }

    fn samples(block: &Block, scale: Scale, quantisation: &[u16; 64]) -> Vec<u8> {
        let transform = Transform::of(scale);
        let mut samples = vec![0; scale.across * scale.down];
        transform.put(
            block,
            &transform.factors(quantisation),
            &mut samples,
            scale.across,
        );
        samples
    }

    proptest! {
        #[test]
        fn every_scale_is_the_mean_over_its_cells(
            values in prop::collection::vec(-40_i16..=40, 63),
            dc in -500_i16..=500,
            steps in prop::collection::vec(1_u16..=20, 64),
            zero_from in 1_usize..=64,
        ) {
            let mut coefficients = [0; 64];
            coefficients[0] = dc;
            coefficients[1..zero_from].copy_from_slice(&values[..zero_from - 1]);
            let quantisation = std::array::from_fn(|k| steps[k]);
            for scale in scales() {
                let mut block = Block::flat(dc);
                for k in 1..64 {
                    block.set(Transform::of(scale), k, coefficients[k as usize]);
                }
                let found = samples(&block, scale, &quantisation);
                for (found, expected) in found.into_iter().zip(naive(scale, &coefficients, &quantisation)) {
                    // Half a level for rounding, and what single precision costs at the largest
                    // coefficients.
                    let error = (f64::from(found) - expected.clamp(0.0, 255.0)).abs();
                    prop_assert!(error < 0.51, "{scale:?}: {found} is not {expected}");
                }
            }
        }
    }

    #[test]
    fn extreme_coefficients_saturate() {
        for scale in scales() {
            let of = |dc: i16| samples(&Block::flat(dc), scale, &[u16::MAX; 64]);
            assert!(of(i16::MAX).into_iter().all(|level| level == 255));
            assert!(of(i16::MIN).into_iter().all(|level| level == 0));
        }
    }

    #[test]
    fn no_coefficient_after_the_last_is_needed() {
        for scale in scales() {
            let transform = Transform::of(scale);
            let needed = |k: u32| transform.places[k as usize] != ELSEWHERE;
            assert!(needed(transform.last));
            assert!((transform.last + 1..64).all(|k| !needed(k)));
            assert_eq!(
                (0..64).filter(|&k| needed(k)).count(),
                scale.across * scale.down
            );
        }
    }
}
