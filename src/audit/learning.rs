//! Learning from a dataset before anything is searched: whitening, descriptions, threshold.
//!
//! When only some samples are asked about, it is learned from the others. So a check of what a
//! commit adds finds in the cache what the check before the commit learned, and learns the same
//! where there is no cache.

use crate::cache::Session;
use crate::matching::spread::{Pictures, Settled};
use crate::settings::Settings;
use crate::signature::digest::Digest;
use crate::signature::{SIGNATURE_VERSION, Signed};
use crate::verification::{
    self, Keyed, LEARNED_VERSION, Learned, Merged, Picture, Threshold, Whitening,
};

/// More pictures than this are not kept: the cache would grow by more than a gigabyte.
const MOST_KEPT: usize = 1 << 20;

/// Describes one sample of each picture, at the sample's place, and says from which similarity on
/// two are the same. Takes the thumbnails out of the signatures.
pub(super) fn learn(
    settings: &Settings,
    copies: &Pictures,
    signatures: &mut [Signed],
    session: &Session<'_>,
    merged: Option<&Merged>,
) -> (Whitening, Vec<Option<Picture>>, Threshold) {
    let settled = copies.settled();
    let key = key(settings, &settled, signatures);
    let mut thumbnails = thumbnails(copies, signatures);
    let kept = session
        .learned(key)
        .and_then(|parts| Learned::from_parts(&parts))
        .filter(|kept| kept.pictures.len() == settled.len());
    if let Some(kept) = kept {
        for one in &settled {
            thumbnails[one.id.index()] = None;
        }
        let mut pictures = verification::describe(&kept.whitening, thumbnails);
        for (one, picture) in settled.iter().zip(kept.pictures) {
            pictures[one.id.index()] = picture;
        }
        return (kept.whitening, pictures, kept.threshold);
    }
    let (whitening, pictures) = described(&settled, thumbnails);
    let threshold = threshold(settings, &settled, &pictures, merged);
    if session.keeps_learned() && settled.len() <= MOST_KEPT {
        let of = |one: &Settled| pictures[one.id.index()].as_ref();
        let kept: Vec<Option<&Picture>> = settled.iter().map(of).collect();
        session.keep_learned(key, verification::parts(&whitening, threshold, &kept));
    }
    (whitening, pictures, threshold)
}

/// As [`learn`], without a threshold, and nothing of it is kept.
pub(super) fn whiten(
    copies: &Pictures,
    signatures: &mut [Signed],
) -> (Whitening, Vec<Option<Picture>>) {
    described(&copies.settled(), thumbnails(copies, signatures))
}

fn described(
    settled: &[Settled],
    thumbnails: Vec<Option<Keyed>>,
) -> (Whitening, Vec<Option<Picture>>) {
    let given = settled.iter().filter_map(|one| {
        let (key, thumbnail) = thumbnails[one.id.index()].as_ref()?;
        Some((*key, thumbnail))
    });
    let whitening = Whitening::learn(given.collect());
    let pictures = verification::describe(&whitening, thumbnails);
    (whitening, pictures)
}

/// The threshold that the user gave, or what the dataset's own decoys say, which may have been
/// searched for before.
pub(super) fn threshold(
    settings: &Settings,
    settled: &[Settled],
    pictures: &[Option<Picture>],
    merged: Option<&Merged>,
) -> Threshold {
    if let Some(similarity) = settings.matching.similarity {
        return Threshold::given(similarity);
    }
    match (pool(settled), merged) {
        (Some((queries, database)), Some(merged)) => {
            let best = |decoy, originals: &[u32]| merged.best(pictures, decoy, originals);
            verification::calibrate_by(pictures, &queries, &database, best)
        }
        (Some((queries, database)), None) => verification::calibrate(pictures, &queries, &database),
        (None, _) => {
            let all: Vec<u32> = settled.iter().map(|one| one.id.0).collect();
            verification::calibrate(pictures, &all, &all)
        }
    }
}

/// Places of all pictures of evaluation and of all of training; `None` where one of them has none.
pub(super) fn pool(settled: &[Settled]) -> Option<(Vec<u32>, Vec<u32>)> {
    let with = |wanted: fn(&Settled) -> bool| -> Vec<u32> {
        let own = settled.iter().filter(|one| wanted(one));
        own.map(|one| one.id.0).collect()
    };
    let (queries, database) = (with(|one| one.in_evaluation), with(|one| one.in_training));
    (!queries.is_empty() && !database.is_empty()).then_some((queries, database))
}

/// The thumbnail of one sample of each picture, at the sample's place. Its key is of what the file
/// holds, so that it does not depend on names.
fn thumbnails(copies: &Pictures, signatures: &mut [Signed]) -> Vec<Option<Keyed>> {
    let mut thumbnails: Vec<_> = signatures.iter().map(|_| None).collect();
    for id in copies.representatives() {
        if let Ok(signature) = &mut signatures[id.index()]
            && !signature.low_information
        {
            let key = signature.byte_digest.prefix();
            thumbnails[id.index()] = signature.thumbnail.take().map(|own| (key, own));
        }
    }
    for signature in signatures.iter_mut().flatten() {
        signature.thumbnail = None;
    }
    thumbnails
}

/// A digest over everything that what is learned depends on.
fn key(settings: &Settings, settled: &[Settled], signatures: &[Signed]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let head = format!(
        "{} {SIGNATURE_VERSION} {LEARNED_VERSION} {:?}",
        env!("CARGO_PKG_VERSION"),
        settings.matching
    );
    hasher.update(head.as_bytes());
    for one in settled {
        if let Ok(signature) = &signatures[one.id.index()] {
            let roles = [u8::from(one.in_evaluation), u8::from(one.in_training)];
            hasher.update(&signature.byte_digest.0).update(&roles);
        }
    }
    Digest::from_hasher(&hasher)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, settings};
    use super::*;
    use crate::sample::{SampleId, SplitRole};

    #[test]
    fn what_was_learned_is_known_by_everything_that_it_depends_on() {
        let mut world = World::new(&[("train", SplitRole::Training)]);
        world.picture("a", Some(0), 1, 0);
        world.picture("b", Some(0), 2, 0);
        let one = |id, in_evaluation, in_training| Settled {
            id: SampleId(id),
            in_evaluation,
            in_training,
        };
        let both = [one(0, true, false), one(1, false, true)];
        let mut calibrated = settings(0.8);
        calibrated.matching.similarity = None;
        let keys = [
            key(&settings(0.8), &both, &world.signatures),
            key(&settings(0.7), &both, &world.signatures),
            key(&calibrated, &both, &world.signatures),
            key(&settings(0.8), &both[..1], &world.signatures),
            key(&settings(0.8), &[both[1], both[0]], &world.signatures),
            key(
                &settings(0.8),
                &[one(0, true, true), both[1]],
                &world.signatures,
            ),
            key(
                &settings(0.8),
                &[one(0, false, true), both[1]],
                &world.signatures,
            ),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}");
        }
        assert_eq!(keys[0], key(&settings(0.8), &both, &world.signatures));
        let mut renamed = settings(0.8);
        renamed.detail.pairs_per_sample = 1;
        assert_eq!(keys[0], key(&renamed, &both, &world.signatures));
    }

    #[test]
    fn pictures_are_learned_from_once_and_thumbnails_are_taken() {
        let mut world = World::new(&[("train", SplitRole::Training)]);
        world.picture("a", Some(0), 1, 0);
        world.again("b", Some(0), 0);
        world.picture("c", Some(0), 2, 0);
        let copies = world.copies(&[0, 0, 2]);
        let mut signatures = world.signatures.clone();
        let taken = thumbnails(&copies, &mut signatures);
        let there: Vec<bool> = taken.iter().map(Option::is_some).collect();
        assert_eq!(there, [true, false, true]);
        assert!(
            signatures
                .iter()
                .flatten()
                .all(|one| one.thumbnail.is_none())
        );
    }
}
