//! Whitening, threshold and described pictures of a dataset, as bytes for the cache.

use rayon::prelude::*;

use super::picture::Picture;
use super::threshold::{Doubt, Threshold};
use super::whitening::Whitening;

/// Raised whenever the same thumbnails could be described or judged in another way than before.
pub(crate) const LEARNED_VERSION: u32 = 8;

/// Pictures in one part: a few megabytes.
const PART: usize = 4096;

/// A dataset as verification knows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Learned {
    /// What all pictures share.
    pub whitening: Whitening,
    /// From which similarity on two are the same.
    pub threshold: Threshold,
    /// The pictures, in an order that the caller knows.
    pub pictures: Vec<Option<Picture>>,
}

/// What [`Learned::from_parts`] reads again, part by part: first whitening and threshold, then
/// pictures.
pub(crate) fn parts<'a>(
    whitening: &Whitening,
    threshold: Threshold,
    pictures: &'a [Option<&'a Picture>],
) -> impl Iterator<Item = Vec<u8>> + use<'a> {
    let Threshold {
        similarity,
        copies,
        negatives,
        false_rate,
        doubt,
    } = threshold;
    let mut head = Vec::with_capacity(HEAD + Whitening::BYTES);
    head.extend(similarity.to_le_bytes());
    head.extend(copies.to_le_bytes());
    head.extend((negatives as u64).to_le_bytes());
    // No rate is negative.
    head.extend(false_rate.unwrap_or(-1.0).to_le_bytes());
    let number = Doubt::ALL.iter().position(|one| Some(*one) == doubt);
    head.push(number.map_or(0, |at| at as u8 + 1));
    head.extend((pictures.len() as u64).to_le_bytes());
    whitening.push_bytes(&mut head);
    let parts = pictures.chunks(PART).map(|pictures| {
        let mut bytes = Vec::with_capacity(pictures.len() * (Picture::BYTES + 1));
        for picture in pictures {
            bytes.push(u8::from(picture.is_some()));
            if let Some(picture) = picture {
                picture.push_bytes(&mut bytes);
            }
        }
        bytes
    });
    [head].into_iter().chain(parts)
}

impl Learned {
    /// From what [`parts`] gave; `None` for anything else.
    #[must_use]
    pub(crate) fn from_parts(parts: &[Vec<u8>]) -> Option<Self> {
        let (head, parts) = parts.split_first()?;
        let (similarity, rest) = head.split_first_chunk()?;
        let (copies, rest) = rest.split_first_chunk()?;
        let (negatives, rest) = rest.split_first_chunk()?;
        let (false_rate, rest) = rest.split_first_chunk()?;
        let (&doubt, rest) = rest.split_first()?;
        let (count, whitening) = rest.split_first_chunk()?;
        let false_rate = f64::from_le_bytes(*false_rate);
        let parts: Option<Vec<Vec<Option<Picture>>>> =
            parts.par_iter().map(|part| pictures_of(part)).collect();
        let pictures: Vec<Option<Picture>> = parts?.into_iter().flatten().collect();
        (pictures.len() as u64 == u64::from_le_bytes(*count)).then_some(Self {
            whitening: Whitening::from_bytes(whitening)?,
            threshold: Threshold {
                similarity: f32::from_le_bytes(*similarity),
                copies: f32::from_le_bytes(*copies),
                negatives: usize::try_from(u64::from_le_bytes(*negatives)).ok()?,
                false_rate: (false_rate >= 0.0).then_some(false_rate),
                doubt: match doubt.checked_sub(1) {
                    None => None,
                    Some(at) => Some(*Doubt::ALL.get(usize::from(at))?),
                },
            },
            pictures,
        })
    }
}

/// The pictures of one part; `None` where it is cut.
fn pictures_of(part: &[u8]) -> Option<Vec<Option<Picture>>> {
    let mut pictures = Vec::with_capacity(PART);
    let mut rest = part;
    while let Some((&present, after)) = rest.split_first() {
        rest = after;
        if present == 0 {
            pictures.push(None);
            continue;
        }
        let (picture, after) = rest.split_at_checked(Picture::BYTES)?;
        pictures.push(Some(Picture::from_bytes(picture)?));
        rest = after;
    }
    Some(pictures)
}

/// Bytes before the whitening.
const HEAD: usize = 4 + 4 + 8 + 8 + 1 + 8;

#[cfg(test)]
mod tests {
    use super::super::picture::describe;
    use super::super::test_pictures::{drawn, key, learned_of, scene};
    use super::*;
    use crate::signature::thumbnail::Thumbnail;

    fn learned(false_rate: Option<f64>) -> Learned {
        let thumbnails: Vec<Thumbnail> = (0..9)
            .map(|seed| drawn(&scene(seed), 40, 30, seed))
            .collect();
        let whitening = learned_of(&thumbnails.iter().collect::<Vec<_>>());
        let given = thumbnails.into_iter().map(|one| Some((key(&one), one)));
        let given = given.chain([None]).collect();
        Learned {
            pictures: describe(&whitening, given),
            whitening,
            threshold: Threshold {
                similarity: 0.62,
                copies: 0.9,
                negatives: 300,
                false_rate,
                doubt: false_rate.is_none().then_some(Doubt::Continuum),
            },
        }
    }

    fn parts_of(learned: &Learned) -> Vec<Vec<u8>> {
        let pictures: Vec<Option<&Picture>> = learned.pictures.iter().map(Option::as_ref).collect();
        parts(&learned.whitening, learned.threshold, &pictures).collect()
    }

    #[test]
    fn what_was_learned_comes_back() {
        for rate in [None, Some(0.0), Some(1.4e-4)] {
            let learned = learned(rate);
            assert_eq!(Learned::from_parts(&parts_of(&learned)), Some(learned));
        }
    }

    #[test]
    fn parts_that_are_cut_missing_or_strange_are_nothing() {
        let parts = parts_of(&learned(None));
        assert_eq!(Learned::from_parts(&[]), None);
        assert_eq!(Learned::from_parts(&parts[..1]), None);
        for part in 0..parts.len() {
            let mut cut = parts.clone();
            cut[part].pop();
            assert_eq!(Learned::from_parts(&cut), None, "part {part}");
        }
    }
}
