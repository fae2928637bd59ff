//! Signed images, and read masks, as bytes for the cache.
//!
//! An 8-byte check value, then the fields in order as `postcard` writes them.
//! The bytes mean nothing to another [`SIGNATURE_VERSION`](super::SIGNATURE_VERSION).

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::digest::Digest;
use super::thumbnail::Thumbnail;

/// Bytes of the check value: the head of a BLAKE3 digest of the file's digest and
/// of what follows.
const CHECK: usize = 8;

/// Encodes what reading a file with this content came to; `None` where a value
/// is too large to be encoded, which none is.
#[must_use]
pub(crate) fn encode<T: Serialize>(content: Digest, value: &T) -> Option<Vec<u8>> {
    let fields = postcard::to_allocvec(value).ok()?;
    let mut bytes = check_of(content, &fields).to_vec();
    bytes.extend(fields);
    Some(bytes)
}

/// Decodes what [`encode`] wrote for the same content; `None` for anything else.
#[must_use]
pub(crate) fn decode<T: DeserializeOwned>(content: Digest, bytes: &[u8]) -> Option<T> {
    let (check, fields) = bytes.split_at_checked(CHECK)?;
    if check != check_of(content, fields) {
        return None;
    }
    match postcard::take_from_bytes(fields) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

fn check_of(content: Digest, fields: &[u8]) -> [u8; CHECK] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&content.0).update(fields);
    let mut check = [0; CHECK];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK]);
    check
}

/// A run of bytes with its length before it.
impl Serialize for Thumbnail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0[..])
    }
}

impl<'de> Deserialize<'de> for Thumbnail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Box::<[u8]>::from(<&[u8]>::deserialize(deserializer)?);
        let cells = bytes.try_into();
        cells
            .map(Self)
            .map_err(|_| serde::de::Error::custom("a thumbnail of another size"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::unreadable::{DataStore, Format, Unreadable};
    use crate::signature::{Signed, Signer};

    const CONTENT: Digest = Digest([7; 16]);

    /// A plain 40 x 30 PGM, and ways to be none.
    fn examples() -> Vec<Signed> {
        let mut pgm = b"P5 40 30 255\n".to_vec();
        pgm.extend((0..1200u32).map(|i| (i * 7 % 251) as u8));
        let detail = || "unexpected end of file".to_owned();
        let signed = Signer::default().sign(&pgm);
        assert!(signed.is_ok());
        vec![
            signed,
            Err(Unreadable::Empty),
            Err(Unreadable::NotAnImage),
            Err(Unreadable::Pointer(DataStore::GitLfs)),
            Err(Unreadable::Truncated {
                format: Format::Webp,
                detail: detail(),
            }),
            Err(Unreadable::Corrupt {
                format: Format::Other("TGA"),
                detail: detail(),
            }),
        ]
    }

    #[test]
    fn what_is_encoded_comes_back() {
        for signed in examples() {
            assert_eq!(
                decode(CONTENT, &encode(CONTENT, &signed).unwrap()),
                Some(signed)
            );
        }
    }

    #[test]
    fn a_changed_shortened_lengthened_or_misplaced_encoding_is_refused() {
        for signed in examples() {
            let bytes = encode(CONTENT, &signed).unwrap();
            for end in 0..bytes.len() {
                assert_eq!(decode::<Signed>(CONTENT, &bytes[..end]), None);
            }
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 4;
                assert_eq!(decode::<Signed>(CONTENT, &changed), None);
            }
            assert_eq!(decode::<Signed>(Digest([8; 16]), &bytes), None);
            assert_eq!(decode::<Signed>(CONTENT, &[bytes, vec![0]].concat()), None);
        }
    }

    #[test]
    fn every_named_format_comes_back() {
        let others = [
            "BMP",
            "PNM",
            "ICO",
            "Radiance HDR",
            "OpenEXR",
            "farbfeld",
            "QOI",
            "DDS",
        ];
        let others = others.map(Format::Other);
        let named = [Format::Jpeg, Format::Png, Format::Gif, Format::Tiff];
        for format in named.into_iter().chain(others) {
            let signed: Signed = Err(Unreadable::DecoderPanicked { format });
            assert_eq!(
                decode(CONTENT, &encode(CONTENT, &signed).unwrap()),
                Some(signed)
            );
        }
    }
}
