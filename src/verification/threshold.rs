//! From which similarity on two pictures are copies, and why similarity alone may not tell.

/// Where nothing can be calibrated: between what edits of a picture and what unrelated
/// pictures reach in sets of photos, frames and drawings (see `docs/method.md`).
pub(super) const PRIOR: Threshold = Threshold {
    similarity: 0.65,
    copies: 0.65,
    negatives: 0,
    false_rate: None,
    doubt: None,
};

/// Where nothing tells whether distinct pictures are as similar as copies: what pictures of one
/// kind hardly reach. Measured on sets of 70: mugs, shirts, cells and charts up to 0.89, plain
/// icons up to 0.97; CIFAR-10, photos and driving frames up to 0.7.
pub(super) const SURE: f32 = 0.9;

/// How much nearer than the nearest of a few dozen pictures of a template that of a whole split may
/// be: on six sets of drawn bottles no stranger was.
const NEARER: f32 = 0.05;

/// The similarity that makes a pair, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Threshold {
    /// Pairs at least this similar are reported, 0 to 1.
    pub similarity: f32,
    /// Pairs at least this similar are copies whatever a second look would say; more than
    /// `similarity` only where there is doubt.
    pub copies: f32,
    /// Negatives it was estimated from; 0 when the dataset is too small or too uniform and a prior
    /// stands in.
    pub negatives: usize,
    /// Expected part of queries without any duplicate that get a false one; `None` when nothing was
    /// estimated, or the estimate was not believed.
    pub false_rate: Option<f64>,
    /// Why similarity alone tells no copy below `copies`; `None` where it does.
    pub doubt: Option<Doubt>,
}

/// Why similarity alone does not tell copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The estimate is as exact as a sample of decoys makes it: just above it are strangers, too.
    Sampling,
    /// Real pictures come nearer to each other than decoys do, beyond the lower limit of what is
    /// believed: no rate holds there.
    Bounded,
    /// Too few pictures tell whether distinct ones are as similar as copies.
    FewImages,
    /// The dataset is a continuum of look-alikes: distinct pictures are as similar as copies.
    Continuum,
    /// All pictures show one template, so that copies are little more similar than distinct ones,
    /// and the fine detail of distinct ones agrees.
    Template,
}

impl Doubt {
    /// All, in the order of their numbers in files, from 1.
    pub(super) const ALL: [Self; 5] = [
        Self::Sampling,
        Self::FewImages,
        Self::Continuum,
        Self::Template,
        Self::Bounded,
    ];
}

impl Threshold {
    /// A threshold that the user gave.
    #[must_use]
    pub(crate) fn given(similarity: f32) -> Self {
        Self {
            similarity,
            copies: similarity,
            ..PRIOR
        }
    }

    /// From which similarity on two pictures that something else brings together, as their time
    /// does, are the same.
    #[must_use]
    pub(crate) fn of_neighbours(self) -> f32 {
        match self.doubt {
            None | Some(Doubt::Sampling | Doubt::Bounded) => self.similarity,
            Some(Doubt::FewImages | Doubt::Continuum | Doubt::Template) => self.copies,
        }
    }

    /// The threshold with pairs in doubt below `copies`; as it is where that is no more.
    pub(super) fn with_doubt(self, copies: f32, doubt: Doubt) -> Self {
        let more = copies > self.similarity;
        Self {
            copies: copies.max(self.similarity),
            doubt: more.then_some(doubt),
            ..self
        }
    }

    /// The threshold where too few pictures tell whether distinct ones are as similar as copies.
    pub(super) fn in_doubt(self) -> Self {
        self.with_doubt(SURE, Doubt::FewImages)
    }

    /// The threshold where a bound stands in for what decoys say, and real strangers reach it.
    pub(super) fn at_bound(self) -> Self {
        self.with_doubt(SURE, Doubt::Bounded)
    }

    /// Whether a bound stands in for what decoys say.
    pub(super) fn is_bound(self) -> bool {
        self.negatives > 0 && self.false_rate.is_none()
    }

    /// The threshold of a continuum of look-alikes: what strangers reach is not what decoys say, so
    /// that no rate holds.
    pub(super) fn among_look_alikes(self, copies: f32) -> Self {
        Self {
            copies: copies.max(self.similarity),
            false_rate: None,
            doubt: Some(Doubt::Continuum),
            ..self
        }
    }

    /// The threshold where all pictures show one template, and copies are as similar as `saved`,
    /// or not similar enough to be told: what decoys reach says nothing of strangers there, what
    /// real ones reach does. The nearest of a few was `stranger`, and `reached` is what hardly one
    /// of the pictures reaches with another.
    #[must_use]
    pub(crate) fn of_template(
        self,
        saved: Option<f32>,
        stranger: Option<f32>,
        reached: Option<f32>,
    ) -> Self {
        let strangers = match self.doubt {
            Some(Doubt::Continuum) => self.copies,
            _ => self.similarity,
        };
        let strangers = stranger.map_or(strangers, |one| strangers.max(one + NEARER));
        let strangers = reached.map_or(strangers, |reached| strangers.max(reached));
        Self {
            copies: saved.unwrap_or(f32::INFINITY).max(strangers),
            false_rate: None,
            doubt: Some(Doubt::Template),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_a_bound_that_strangers_reach_a_pair_needs_a_second_look_up_to_what_is_sure() {
        let bound = Threshold {
            negatives: 200,
            ..Threshold::given(0.55)
        };
        assert!(bound.is_bound() && !Threshold::given(0.55).is_bound());
        let doubted = bound.at_bound();
        assert_eq!(
            (doubted.similarity, doubted.copies, doubted.doubt),
            (0.55, SURE, Some(Doubt::Bounded))
        );
        // What time brings together needs no more than before.
        assert_eq!(doubted.of_neighbours(), 0.55);
    }

    #[test]
    fn among_pictures_of_one_template_only_what_is_as_near_as_copies_counts() {
        let known = Threshold {
            similarity: 0.6,
            copies: 0.7,
            false_rate: Some(0.001),
            ..PRIOR
        };
        let copies = |threshold: Threshold, saved| {
            let judged = threshold.of_template(saved, None, None);
            assert_eq!(
                (judged.doubt, judged.false_rate),
                (Some(Doubt::Template), None)
            );
            assert_eq!(
                (judged.similarity, judged.of_neighbours()),
                (0.6, judged.copies)
            );
            judged.copies
        };
        assert_eq!(copies(known, Some(0.9)), 0.9);
        assert_eq!(copies(known, Some(0.5)), 0.6);
        assert_eq!(copies(known, None), f32::INFINITY);
        // What real strangers reach is known in a continuum.
        let continuum = known.among_look_alikes(0.95);
        assert_eq!(copies(continuum, Some(0.9)), 0.95);
        // Nor is what the nearest of some strangers nearly reaches.
        let judged = known.of_template(Some(0.7), Some(0.8), None);
        assert!((0.8..0.9).contains(&judged.copies), "{}", judged.copies);
        // Nor what hardly a picture reaches with another.
        let judged = |reached| known.of_template(Some(0.7), None, Some(reached)).copies;
        assert_eq!((judged(0.88), judged(0.5)), (0.88, 0.7));
    }
}
