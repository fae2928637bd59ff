//! Thumbnail to a 64-bit perceptual hash; the only user of `img_hash`.
//!
//! The hash is `img_hash`'s block hash (<https://blockhash.io>): the picture on 8x8 blocks, of
//! which those are set that are lighter than the median of their half, upper or lower: about half
//! of them, where few are equal. Resistant to scaling, recompression and changes of tone; not to
//! cropping or rotation.
//!
//! Of the algorithms of `img_hash` it is the only one that does not resize first, which was most of
//! its time.

use img_hash::{HashAlg, Hasher, HasherConfig, ImageHash};

use super::Hash64;
use super::thumbnail::{SIDE, Thumbnail};

/// Blocks on each side.
const BLOCKS: u32 = 8;
const _: () = assert!(
    SIDE.is_multiple_of(BLOCKS as usize),
    "a block covers whole cells, so that no arithmetic with a point decides a bit"
);

/// Makes hashes.
pub struct PerceptualHasher(Hasher<[u8; 8]>);

impl PerceptualHasher {
    /// A hasher with the settings that every stored signature is made with.
    #[must_use]
    pub fn new() -> Self {
        let config = HasherConfig::with_bytes_type::<[u8; 8]>();
        let config = config.hash_size(BLOCKS, BLOCKS);
        Self(config.hash_alg(HashAlg::Blockhash).to_hasher())
    }

    /// The hash of a thumbnail.
    #[must_use]
    pub fn hash(&self, thumbnail: &Thumbnail) -> Hash64 {
        let side = SIDE as u32;
        let Some(image) = image023::GrayImage::from_raw(side, side, thumbnail.0.to_vec()) else {
            unreachable!("a thumbnail has side x side cells")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(level: impl Fn(usize, usize) -> usize) -> Hash64 {
        let cells = std::array::from_fn(|at| level(at % SIDE, at / SIDE) as u8);
        PerceptualHasher::new().hash(&Thumbnail(Box::new(cells)))
    }

    fn hill(x: usize, y: usize) -> usize {
        200 - (x.abs_diff(8) * 6 + y.abs_diff(15) * 3)
    }

    #[test]
    fn blocks_lighter_than_the_median_of_their_half_are_set() {
        // Of the four rows of blocks of a half the third is the median, and the fourth is lighter.
        assert_eq!(hash(|_, y| y), Hash64(0x0000_00ff_0000_00ff));
    }

    #[test]
    fn a_paler_copy_hashes_alike_and_its_negative_does_not() {
        let paler = hash(|x, y| hill(x, y) * 4 / 5 + 20);
        let negative = hash(|x, y| 255 - hill(x, y));
        assert!(
            hash(hill).distance(paler) <= 4,
            "{:?} {paler:?}",
            hash(hill)
        );
        assert!(hash(hill).distance(negative) >= 56, "{negative:?}");
    }
}
