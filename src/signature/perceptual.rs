//! Thumbnail to a 64-bit perceptual hash; the only user of `img_hash`.
//!
//! The hash is `img_hash`'s mean of the low 8x8 block of a discrete cosine
//! transform, the algorithm known as pHash: one bit per coefficient, set where
//! it exceeds the mean. Resistant to scaling, recompression and small changes
//! of tone; not to cropping or rotation.
//!
//! `img_hash` takes most of its time to resize. It is given the grid it would make, and told to take the nearest
//! pixel, which then is the pixel itself.

use img_hash::{FilterType, HashAlg, Hasher, HasherConfig, ImageHash};

use super::Hash64;
use super::thumbnail::{SIDE, Thumbnail};

/// Cells on each side of the grid that is transformed: twice those of the hash.
const GRID: usize = 16;

/// Cells of a thumbnail along a side that make two cells of the grid.
const CELLS: usize = 2 * SIDE / GRID;
const _: () = assert!(CELLS * GRID == 2 * SIDE && CELLS == 3);

/// Makes hashes; holds the tables of the transform, so keep one per thread.
pub struct PerceptualHasher(Hasher<[u8; 8]>);

impl PerceptualHasher {
    /// A hasher with the settings that every stored signature is made with.
    #[must_use]
    pub fn new() -> Self {
        let config = HasherConfig::with_bytes_type::<[u8; 8]>();
        Self(
            config
                .hash_size(8, 8)
                .hash_alg(HashAlg::Mean)
                .preproc_dct()
                .resize_filter(FilterType::Nearest)
                .to_hasher(),
        )
    }

    /// The hash of a thumbnail.
    #[must_use]
    pub fn hash(&self, thumbnail: &Thumbnail) -> Hash64 {
        let pixels = grid(thumbnail).as_flattened().to_vec();
        let Some(image) = image023::GrayImage::from_raw(GRID as u32, GRID as u32, pixels) else {
            unreachable!("a grid has side x side pixels")
        };
        let hash: ImageHash<[u8; 8]> = self.0.hash_image(&image);
        let bytes: [u8; 8] = hash.as_bytes().try_into().unwrap_or_default();
        Hash64(u64::from_be_bytes(bytes))
    }
}

impl Default for PerceptualHasher {
    fn default() -> Self {
        Self::new()
    }
}

/// The thumbnail on fewer cells, each the mean of what it covers: one and a half by one and a half.
fn grid(thumbnail: &Thumbnail) -> [[u8; GRID]; GRID] {
    // Of three cells, two thirds and one third make one of the grid, and the rest the other.
    let share = |at: usize| {
        let start = at / 2 * CELLS;
        match at % 2 {
            0 => [(start, 2), (start + 1, 1)],
            _ => [(start + 2, 2), (start + 1, 1)],
        }
    };
    let (rows, _) = thumbnail.0.as_chunks::<SIDE>();
    std::array::from_fn(|y| {
        std::array::from_fn(|x| {
            let sum: u32 = share(y)
                .iter()
                .flat_map(|&(row, down)| {
                    share(x).map(|(column, across)| u32::from(rows[row][column]) * down * across)
                })
                .sum();
            ((sum + 4) / 9) as u8
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thumbnail(level: impl Fn(usize, usize) -> usize) -> Thumbnail {
        Thumbnail(Box::new(std::array::from_fn(|at| {
            level(at % SIDE, at / SIDE) as u8
        })))
    }

    #[test]
    fn a_cell_of_the_grid_is_the_mean_of_what_it_covers() {
        // Along a slope, the mean is the level at the middle: of the cells 0, 1 and half of 1 it is a third.
        let grid = grid(&thumbnail(|x, y| 9 * x + y));
        for (y, row) in grid.iter().enumerate() {
            for (x, &cell) in row.iter().enumerate() {
                let middle = |at: usize| {
                    (at / 2 * 3) as f64
                        + if at.is_multiple_of(2) {
                            1.0 / 3.0
                        } else {
                            5.0 / 3.0
                        }
                };
                let expected = 9.0 * middle(x) + middle(y);
                assert!(
                    (f64::from(cell) - expected).abs() <= 0.51,
                    "{cell} {expected}"
                );
            }
        }
    }

    #[test]
    fn a_paler_copy_hashes_alike_and_its_negative_does_not() {
        let hasher = PerceptualHasher::new();
        let of = |level: &dyn Fn(usize, usize) -> usize| hasher.hash(&thumbnail(level));
        let hill = |x: usize, y: usize| 200 - (x.abs_diff(8) * 6 + y.abs_diff(15) * 3);
        let valley = |x: usize, y: usize| 255 - hill(x, y);
        let (same, other) = (
            of(&hill).distance(of(&|x, y| hill(x, y) * 4 / 5 + 20)),
            of(&hill).distance(of(&valley)),
        );
        assert!(same + 4 < other, "{same} {other}");
    }
}
