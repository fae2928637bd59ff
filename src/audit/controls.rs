//! Would copies be found here? Some pictures of training are edited as people edit pictures, and
//! looked for as if they were evaluation samples (positive controls).
//!
//! Decoys say how similar strangers are, which makes a threshold; nothing but copies says how
//! similar copies are. Where pictures share most of what they show (forms, plates, plots of one
//! template), what is left after whitening is so little that saving them again hides it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::recorder::places;
use super::second_look::takes;
use crate::budget::Budget;
use crate::matching::spread::Pictures;
use crate::report::Controls;
use crate::sample::{Dataset, SampleId, SplitId, split_pairs};
use crate::signature::reading::Opened;
use crate::signature::unreadable::caught;
use crate::signature::{Edit, Signature, Signed, Signer, edited};
use crate::source::{Place, Source};
use crate::verification::{self, Found, Picture, Threshold, Whitening};

/// Pictures that are edited.
const MOST: usize = 32;

/// So little less similar than the original is most likely a copy of it.
const AS_NEAR: f32 = 0.03;

/// An edited picture.
struct Copy {
    original: SampleId,
    edit: Edit,
    file: Place,
    signature: Signature,
}

/// How the trial ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    pub(super) controls: Controls,
    /// Cropped copies that count as copies, not as look-alikes.
    cropped: usize,
    /// Nine in ten of the copies that were merely saved again are so similar to their originals.
    saved: Option<f32>,
    /// The nearest other picture that is less similar to such a copy than its original.
    stranger: Option<f32>,
    /// What hardly a picture to train on reaches with another; `None` where they show no template.
    reached: Option<f32>,
}

impl Trial {
    /// The threshold, in the light of the trial. A cropped copy of a template lies otherwise than
    /// all others, so that hardly any is told.
    pub(super) fn judge(self, threshold: Threshold) -> Threshold {
        match is_template(self.cropped, self.controls.pictures as usize) {
            true => threshold.of_template(self.saved, self.stranger, self.reached),
            false => threshold,
        }
    }
}

/// Whether pictures show one template: fewer than three in four cropped copies count as copies.
fn is_template(cropped: usize, pictures: usize) -> bool {
    4 * cropped < 3 * pictures
}

/// Edits some pictures of training, and looks for them there; `None` where none of the files can be
/// read. `pictures` are as they were afterwards.
pub(super) fn look_for(
    dataset: &Dataset,
    signatures: &[Signed],
    copies: &Pictures,
    (whitening, pictures): (&Whitening, &mut Vec<Option<Picture>>),
    threshold: Threshold,
    budget: &Budget,
) -> Option<Trial> {
    let database = &*trained(dataset, copies);
    let originals = originals(signatures, database);
    let mut edited: Vec<Copy> = originals
        .par_iter()
        .map_init(
            || Signer::within(budget),
            |signer, &id| copies_of(dataset, signatures, id, signer, budget),
        )
        .flatten()
        .collect();
    let thumbnails = edited.iter_mut().map(|copy| {
        let key = copy.signature.byte_digest.prefix();
        let thumbnail = copy.signature.thumbnail.take();
        let shows = !copy.signature.low_information;
        thumbnail.filter(|_| shows).map(|own| (key, own))
    });
    let described = verification::describe(whitening, thumbnails.collect());
    let first = pictures.len() as u32;
    // The vector of a large dataset is not doubled for a few.
    pictures.reserve_exact(described.len());
    pictures.extend(described);
    let queries: Vec<u32> = (first..pictures.len() as u32).collect();
    let of = |found: &Found| &edited[(found.query - first) as usize];
    let (mut matches, mut others) = (Vec::new(), Vec::new());
    verification::find(pictures, &queries, database, threshold, |found| {
        match of(&found).original.0 == found.partner {
            true => matches.push(found),
            false => others.push(found),
        }
    });
    pictures.truncate(first as usize);
    let is_copy = |found: &&&Found| {
        let copy = of(found);
        let opened = Opened {
            source: Source::new(Path::new(""), "", &copy.file),
            signature: &copy.signature,
        };
        let original = Opened::of(dataset, signatures, copy.original);
        original.is_some_and(|original| takes(threshold, [opened, original], found, budget))
    };
    let by = |edit| -> Vec<&Found> {
        let found = matches.iter().filter(|found| of(found).edit == edit);
        found.collect()
    };
    let (saved, cropped) = (by(Edit::Saved), by(Edit::Cropped));
    let of_all = edited.len() / Edit::ALL.len();
    let as_copies = cropped.par_iter().filter(is_copy).count();
    // A copy that is small and coarse is less similar to strangers than they are to each other, and
    // those that lie in another frame, as trimmed margins make it, are hardly among a few.
    let reached = is_template(as_copies, of_all)
        .then(|| verification::reached_by_strangers(pictures, database));
    let similarities = saved.iter().map(|found| found.similarity);
    others.retain(|found| of(found).edit == Edit::Saved);
    let stranger = nearest_stranger(&saved, &others);
    (of_all > 0).then(|| Trial {
        controls: Controls {
            pictures: of_all as u64,
            saved: saved.len() as u64,
            cropped: cropped.len() as u64,
        },
        cropped: as_copies,
        saved: reached_by_most(similarities.collect(), of_all),
        stranger,
        reached,
    })
}

/// Places of all pictures of training that evaluation splits are searched in; of all pictures where
/// nothing is evaluated.
fn trained(dataset: &Dataset, copies: &Pictures) -> Vec<u32> {
    let pairs = split_pairs(&dataset.splits).into_iter();
    let training: BTreeSet<SplitId> = pairs.map(|(_, training)| training).collect();
    if training.is_empty() {
        let all = copies.representatives().into_iter();
        return all.map(|id| id.0).collect();
    }
    let own = |split| places(copies, Some(split));
    let all: BTreeSet<u32> = training.into_iter().flat_map(own).collect();
    all.into_iter().collect()
}

/// What nine in ten of `all` reach, of whom only these have a similarity.
fn reached_by_most(mut similarities: Vec<f32>, all: usize) -> Option<f32> {
    similarities.sort_unstable_by(|a, b| b.total_cmp(a));
    similarities.get((9 * all).div_ceil(10) - 1).copied()
}

/// The similarity of the nearest other picture to a copy that is less similar to it than its
/// original, `own`; to one whose original was not found, of all others.
fn nearest_stranger(own: &[&Found], others: &[Found]) -> Option<f32> {
    let own: BTreeMap<u32, f32> = own.iter().map(|one| (one.query, one.similarity)).collect();
    let is_stranger = |found: &&Found| {
        let own = own.get(&found.query);
        own.is_none_or(|own| found.similarity < own - AS_NEAR)
    };
    let strangers = others.iter().filter(is_stranger);
    strangers
        .map(|found| found.similarity)
        .max_by(f32::total_cmp)
}

/// Pictures to edit, also such as show too little to be found: those of the least digests, so that
/// names and order change nothing.
fn originals(signatures: &[Signed], database: &[u32]) -> Vec<SampleId> {
    let digest = |id: SampleId| {
        signatures[id.index()]
            .as_ref()
            .ok()
            .map(|one| one.byte_digest)
    };
    let mut ids: Vec<SampleId> = database.iter().map(|&place| SampleId(place)).collect();
    ids.sort_by_key(|id| digest(*id));
    ids.truncate(MOST);
    ids
}

/// A copy by each edit; none where one of them cannot be made.
fn copies_of(
    dataset: &Dataset,
    signatures: &[Signed],
    id: SampleId,
    signer: &mut Signer,
    budget: &Budget,
) -> Vec<Copy> {
    let files = || {
        let opened = Opened::of(dataset, signatures, id)?;
        edited(opened, &mut budget.share())
    };
    let files = caught(|| Ok(files())).ok().flatten();
    let copies = files.into_iter().flatten().map(|(edit, file)| {
        let signature = signer.sign(&file).ok()?;
        Some(Copy {
            original: id,
            edit,
            file: Place::Memory(file.into()),
            signature,
        })
    });
    copies.collect::<Option<Vec<Copy>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::area::Area;
    use crate::matching::pair::Transform;
    use crate::verification::{Affine, Doubt};

    #[test]
    fn what_nine_in_ten_reach_counts_those_that_were_not_found() {
        let found = |count: u8| (0..count).map(|at| f32::from(at) / 10.0).collect();
        assert_eq!(reached_by_most(found(10), 10), Some(0.1));
        assert_eq!(reached_by_most(found(9), 10), Some(0.0));
        assert_eq!(reached_by_most(found(8), 10), None);
        assert_eq!(reached_by_most(found(1), 1), Some(0.0));
    }

    #[test]
    fn strangers_are_others_that_are_clearly_less_similar_than_the_original() {
        let found = |query, similarity| Found {
            query,
            partner: 0,
            similarity,
            transform: Transform::Identity,
            map: Affine::IDENTITY,
            of_query: Area::WHOLE,
            of_partner: Area::WHOLE,
        };
        let own = [found(1, 0.9), found(2, 0.7)];
        let own: Vec<&Found> = own.iter().collect();
        let nearest = |others: &[Found]| nearest_stranger(&own, others);
        assert_eq!(nearest(&[]), None);
        assert_eq!(nearest(&[found(1, 0.8), found(2, 0.6)]), Some(0.8));
        // As near as the original, so that it is a copy of it.
        assert_eq!(nearest(&[found(1, 0.88), found(2, 0.69)]), None);
        assert_eq!(nearest(&[found(2, 0.69), found(1, 0.69)]), Some(0.69));
        // The original of the third was not found.
        assert_eq!(nearest(&[found(3, 0.95)]), Some(0.95));
    }

    #[test]
    fn a_template_is_where_fewer_than_three_in_four_of_the_cropped_ones_are_copies() {
        let doubt = |cropped| {
            let trial = Trial {
                controls: Controls {
                    pictures: 32,
                    saved: 32,
                    cropped: 32,
                },
                cropped,
                saved: Some(0.9),
                stranger: None,
                reached: None,
            };
            trial.judge(Threshold::given(0.6)).doubt
        };
        assert_eq!(doubt(24), None);
        assert_eq!(doubt(23), Some(Doubt::Template));
    }
}
