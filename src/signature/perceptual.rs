//! Thumbnail to a 64-bit perceptual hash; the only user of `img_hash`.
//!
//! The hash is `img_hash`'s mean of the low 8x8 block of a discrete cosine
//! transform, the algorithm known as pHash: one bit per coefficient, set where
//! it exceeds the mean. Resistant to scaling, recompression and small changes
//! of tone; not to cropping or rotation.

use img_hash::{HashAlg, Hasher, HasherConfig, ImageHash};

use super::Hash64;
use super::thumbnail::{SIDE, Thumbnail};

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
                .to_hasher(),
        )
    }

    /// The hash of a thumbnail.
    #[must_use]
    pub fn hash(&self, thumbnail: &Thumbnail) -> Hash64 {
        let side = SIDE as u32;
        let pixels = thumbnail.0.to_vec();
        let Some(image) = image023::GrayImage::from_raw(side, side, pixels) else {
            unreachable!("a thumbnail has side x side pixels")
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
