//! A search in parts: what is asked of every part of the training splits, and what each answers.
//!
//! Whether a pair is found depends on the pair and on the cuts, which are learned once, so that the
//! parts can be searched apart. Of each query the most similar of all parts are the most similar of
//! the most similar of each; of each decoy the best of all parts is the best of the best. So it
//! does not matter how many parts there are, nor in which order they come.

mod merged;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::affine::Affine;
use super::calibration::{self, Decoy, Decoys};
use super::candidates::Limits;
use super::cuts::{Cohort, Cut};
use super::effort::across;
use super::learned::{self, Learned};
use super::picture::{Keyed, Picture, describe};
use super::sample::Key;
use super::threshold::Threshold;
use super::verify::Found;
use super::whitening::Whitening;
use super::{Chosen, present, search, with_residuals};
use crate::matching::area::Area;
use crate::matching::pair::Transform;
pub(crate) use merged::Merged;

/// Queries to be searched for in all of something, part by part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// Their places among the pictures; each has one.
    queries: Vec<u32>,
    /// What a candidate of each has to reach.
    cuts: Vec<Cut>,
    /// Pictures of the whole.
    searched: usize,
}

impl Asked {
    /// What a sample of the whole says of queries.
    pub(super) fn of(pictures: &[Option<Picture>], queries: &[u32], cohort: &Cohort<'_>) -> Self {
        let (queries, residuals) = with_residuals(pictures, queries);
        let batch = cohort.effort.batch;
        let mut cuts = Vec::with_capacity(queries.len());
        for (places, residuals) in queries.chunks(batch).zip(residuals.chunks(batch)) {
            let own = |query: u32| key(pictures, places[query as usize]);
            cuts.extend(cohort.cuts(residuals, &|query, key| own(query) != Some(key)));
        }
        Self {
            queries,
            cuts,
            searched: cohort.searched,
        }
    }

    /// Hands the duplicates of the queries in a part of the whole to `sink`: in order of query,
    /// most similar first.
    pub(super) fn find(
        &self,
        pictures: &[Option<Picture>],
        part: &[u32],
        threshold: Threshold,
        sink: impl FnMut(Found),
    ) {
        // Every query has a picture, so that batches take the cuts in order.
        let mut cuts = self.cuts.iter().copied();
        let choose = |batch: &[u32]| Chosen {
            cuts: cuts.by_ref().take(batch.len()).collect(),
            limits: Limits::NONE,
        };
        let other = |a: u32, b: u32| key(pictures, a) != key(pictures, b);
        let effort = across(self.searched);
        search(
            pictures,
            &self.queries,
            part,
            effort,
            choose,
            threshold,
            other,
            sink,
        );
    }
}

fn key(pictures: &[Option<Picture>], place: u32) -> Option<Key> {
    pictures[place as usize].as_ref().map(|picture| picture.key)
}

/// What one split asks of another, by their numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The split of the queries.
    pub(crate) from: u16,
    /// The split that is searched.
    pub(crate) to: u16,
    asked: Asked,
}

impl Question {
    /// Learns how to search for queries of one split among the pictures of another.
    pub(crate) fn learn(
        (from, to): (u16, u16),
        pictures: &[Option<Picture>],
        queries: &[u32],
        database: &[u32],
    ) -> Self {
        let cohort = Cohort::of(pictures, database, across(database.len()));
        let asked = Asked::of(pictures, queries, &cohort);
        Self { from, to, asked }
    }
}

/// Everything that is asked of every part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// Whitening and pictures, and from which similarity on a pair is told.
    learned: Learned,
    told: Told,
}

/// Of a plan, what is no picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Told {
    questions: Vec<Question>,
    /// Numbers of the splits that decoys are searched for in.
    training: Vec<u16>,
    decoys: Vec<(Decoy, Asked)>,
    /// Keys of pictures for which another one stands in, which shows the same pixels, with the
    /// place of that.
    stand_ins: Vec<(Key, u32)>,
}

/// What a plan is made of.
pub(crate) struct Asking {
    pub(crate) whitening: Whitening,
    pub(crate) questions: Vec<Question>,
    /// Numbers of the training splits.
    pub(crate) training: Vec<u16>,
    /// Places of what is searched for and of what is searched, where decoys are to say how similar
    /// strangers are.
    pub(crate) pool: Option<(Vec<u32>, Vec<u32>)>,
    /// Keys with the places of the pictures that stand in for them.
    pub(crate) stand_ins: Vec<(Key, u32)>,
    /// Pairs are told from this similarity on.
    pub(crate) least: f32,
}

impl Plan {
    /// What has to be known of all these pictures, without the others.
    pub(crate) fn learn(pictures: &[Option<Picture>], asking: Asking) -> Self {
        let decoys = asking.pool.map(|(queries, database)| {
            let cohort = Cohort::of(pictures, &database, across(database.len()));
            let kinds = calibration::all_decoys(pictures, &queries, &database);
            let kinds = kinds.into_iter().map(|(decoy, originals)| {
                let cuts = Decoys::of(pictures, &originals, decoy).cuts(&cohort);
                let asked = Asked {
                    queries: originals,
                    cuts,
                    searched: database.len(),
                };
                (decoy, asked)
            });
            kinds.collect()
        });
        let mut told = Told {
            questions: asking.questions,
            training: asking.training,
            decoys: decoys.unwrap_or_default(),
            stand_ins: asking.stand_ins,
        };
        let mut kept = BTreeMap::new();
        told.places_mut().for_each(|place| {
            let next = kept.len() as u32;
            *place = *kept.entry(*place).or_insert(next);
        });
        let mut own = vec![None; kept.len()];
        for (place, at) in kept {
            own[at as usize].clone_from(&pictures[place as usize]);
        }
        let learned = Learned {
            whitening: asking.whitening,
            threshold: Threshold::given(asking.least),
            pictures: own,
        };
        Self { learned, told }
    }

    /// What [`Plan::from_parts`] reads again.
    pub(crate) fn parts(&self) -> Vec<Vec<u8>> {
        // Numbers and lists of numbers: nothing that could not be written.
        let told = postcard::to_allocvec(&self.told).unwrap_or_default();
        let Learned {
            whitening,
            threshold,
            pictures,
        } = &self.learned;
        let pictures: Vec<Option<&Picture>> = pictures.iter().map(Option::as_ref).collect();
        let learned = learned::parts(whitening, *threshold, &pictures);
        std::iter::once(told).chain(learned).collect()
    }

    /// From what [`Plan::parts`] gave; `None` for anything else.
    pub(crate) fn from_parts(parts: &[Vec<u8>]) -> Option<Self> {
        let (told, learned) = parts.split_first()?;
        let (mut told, rest): (Told, _) = postcard::take_from_bytes(told).ok()?;
        let learned = Learned::from_parts(learned)?;
        let known = |place: &mut u32| (*place as usize) < learned.pictures.len();
        (rest.is_empty() && told.places_mut().all(known)).then_some(Self { learned, told })
    }

    /// Gets ready to search parts.
    pub(crate) fn searcher(&self) -> Searcher<'_> {
        let pictures = self.learned.pictures.clone();
        let decoys = self.told.decoys.iter();
        let decoys = decoys.map(|(decoy, asked)| Decoys::of(&pictures, &asked.queries, *decoy));
        Searcher {
            decoys: decoys.collect(),
            plan: self,
            pictures,
        }
    }
}

/// Searches parts one after the other.
pub(crate) struct Searcher<'a> {
    plan: &'a Plan,
    /// Those of the plan; while a part is searched, its own behind them.
    pictures: Vec<Option<Picture>>,
    /// In the order of the plan.
    decoys: Vec<Decoys>,
}

impl Searcher<'_> {
    /// Searches a part: thumbnails with the number of the split that each is in.
    pub(crate) fn search(&mut self, part: Vec<(u16, Keyed)>) -> Answers {
        let members = self.describe(part);
        let (plan, pictures) = (self.plan, &self.pictures);
        let mut answers = Answers::default();
        for question in &plan.told.questions {
            let part: Vec<u32> = members
                .get(&question.to)
                .into_iter()
                .flatten()
                .copied()
                .collect();
            let threshold = plan.learned.threshold;
            question.asked.find(pictures, &part, threshold, |found| {
                let keys = key(pictures, found.query).zip(key(pictures, found.partner));
                answers.pairs.extend(keys.map(|(query, partner)| Answer {
                    from: question.from,
                    to: question.to,
                    query,
                    partner,
                    found,
                }));
            });
        }
        let pool = plan
            .told
            .training
            .iter()
            .filter_map(|split| members.get(split));
        let pool: BTreeSet<u32> = pool.flatten().copied().collect();
        let (_, pool) = present(pictures, &pool.into_iter().collect::<Vec<_>>());
        for (decoys, (decoy, asked)) in self.decoys.iter().zip(&plan.told.decoys) {
            let best = decoys.best(&pool, &asked.cuts, across(asked.searched));
            let keys = asked
                .queries
                .iter()
                .filter_map(|&place| key(pictures, place));
            let best = keys.zip(best).map(|(key, best)| (*decoy, key, best));
            answers.decoys.extend(best);
        }
        answers
    }

    /// Puts the pictures of a part in place of those of the part before, each once, and says which
    /// of them every split has.
    fn describe(&mut self, part: Vec<(u16, Keyed)>) -> BTreeMap<u16, BTreeSet<u32>> {
        self.pictures.truncate(self.plan.learned.pictures.len());
        let stand_ins = self.plan.told.stand_ins.iter();
        let mut place_of: HashMap<Key, u32> = stand_ins.copied().collect();
        let mut members: BTreeMap<u16, BTreeSet<u32>> = BTreeMap::new();
        let mut own = Vec::new();
        for (split, (key, thumbnail)) in part {
            let place = *place_of.entry(key).or_insert_with(|| {
                own.push(Some((key, thumbnail)));
                (self.pictures.len() + own.len() - 1) as u32
            });
            members.entry(split).or_default().insert(place);
        }
        let described = describe(&self.plan.learned.whitening, own);
        self.pictures.extend(described);
        members
    }
}

impl Told {
    /// Every place that is named.
    fn places_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        let questions = self
            .questions
            .iter_mut()
            .map(|question| &mut question.asked);
        let decoys = self.decoys.iter_mut().map(|(_, asked)| asked);
        let queries = questions.chain(decoys).flat_map(|asked| &mut asked.queries);
        queries.chain(self.stand_ins.iter_mut().map(|(_, place)| place))
    }
}

/// A pair that was found in a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answer {
    /// Number of the query's split.
    pub(crate) from: u16,
    /// Number of the partner's split.
    pub(crate) to: u16,
    /// Key of the query.
    pub(crate) query: Key,
    /// Key of the partner.
    pub(crate) partner: Key,
    /// How they lie on each other; its places mean nothing elsewhere.
    pub(crate) found: Found,
}

impl Answer {
    /// Bytes of [`Answer::laid`].
    pub(crate) const LAID: usize = 9 + 6 * size_of::<f32>();

    /// How one lies on the other: the number of the transform, both areas, and the map.
    pub(crate) fn laid(&self) -> Vec<u8> {
        let Found {
            transform,
            map,
            of_query,
            of_partner,
            ..
        } = self.found;
        let number = Transform::ALL.iter().position(|one| *one == transform);
        let mut laid = vec![number.unwrap_or_default() as u8];
        for area in [of_query, of_partner] {
            laid.extend([area.left, area.top, area.right, area.bottom]);
        }
        let map = [map.xx, map.xy, map.yx, map.yy, map.x0, map.y0];
        laid.extend(map.iter().flat_map(|cell| cell.to_le_bytes()));
        laid
    }

    /// From the numbers of the splits, the keys of the pictures, and [`Answer::laid`].
    pub(crate) fn new(
        (from, to): (u16, u16),
        (query, partner): (Key, Key),
        similarity: f32,
        laid: &[u8],
    ) -> Option<Self> {
        let laid: &[u8; Self::LAID] = laid.try_into().ok()?;
        let area = |at: usize| Area {
            left: laid[at],
            top: laid[at + 1],
            right: laid[at + 2],
            bottom: laid[at + 3],
        };
        let cell = |number: usize| {
            let at = 9 + size_of::<f32>() * number;
            f32::from_le_bytes(std::array::from_fn(|byte| laid[at + byte]))
        };
        let found = Found {
            query: 0,
            partner: 0,
            similarity,
            transform: *Transform::ALL.get(usize::from(laid[0]))?,
            map: Affine {
                xx: cell(0),
                xy: cell(1),
                yx: cell(2),
                yy: cell(3),
                x0: cell(4),
                y0: cell(5),
            },
            of_query: area(1),
            of_partner: area(5),
        };
        Some(Self {
            from,
            to,
            query,
            partner,
            found,
        })
    }
}

/// What a part answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Answers {
    /// Pairs that are similar enough.
    pub(crate) pairs: Vec<Answer>,
    /// The best similarity of each decoy, by the key of its original.
    pub(crate) decoys: Vec<(Decoy, Key, f32)>,
}
