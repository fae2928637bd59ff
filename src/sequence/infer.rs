//! Chooses how a dataset is laid out along its recordings, and says why, or why not.

use crate::median::median;
use crate::report::recordings::{
    Basis, Example, GroupRule, NameEvidence, NameRule, PixelAgreement, PositionUnit, Refusal,
    SequenceFacts, SettledBy,
};
use crate::sample::Sample;

use super::evidence::{self};
use super::group::Groups;
use super::judge::{self, Judgement};
use super::layout::{self, NoLayout};
use super::pattern::SequencePattern;
use super::pixels::{self, Comparison, Verdict};
use super::recording::{self, Recordings};
use super::sources::{self, CaptureTime};
use super::trim::Trim;

/// What an inference works from.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Samples, by id.
    pub samples: &'a [Sample],
    /// Where each was recorded, by sample id, where a table tells it.
    pub places: Option<&'a [Option<Box<str>>]>,
    /// Capture times by sample id, or `None` when no file was opened.
    pub captured: Option<&'a [Option<CaptureTime>]>,
    /// The user's pattern: nothing else is tried then.
    pub pattern: Option<&'a SequencePattern>,
    /// Names give positions of tiles, so that their numbers are no frames.
    pub tiled: bool,
}

impl Inputs<'_> {
    /// Recordings of one place each.
    fn parted(&self, recordings: Recordings) -> Recordings {
        match self.places {
            Some(places) => recordings.parted(places),
            None => recordings,
        }
    }
}

/// A layout that may still need an answer from pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Inference {
    candidate: Option<Candidate>,
    refused: Vec<Refusal>,
}

#[derive(Debug, Clone, PartialEq)]
struct Candidate {
    basis: Basis,
    recordings: Recordings,
    evidence: NameEvidence,
    /// Why names alone are not enough.
    doubt: Option<&'static str>,
    /// Whether names claim that recordings were taken apart, though not surely in which order.
    claims: bool,
}

/// Tries, in this order: the user's pattern (alone), columns, times in names, numbers behind a word
/// for frames, last numbers, capture times. The first that needs no pixels is taken; failing that,
/// the first that does.
#[must_use]
pub fn infer(inputs: &Inputs<'_>) -> Inference {
    let samples = inputs.samples;
    if let Some(pattern) = inputs.pattern {
        let basis = Basis::Pattern(pattern.source().into());
        return from_user(basis, pattern.lay_out(samples), samples);
    }
    let parted = |recordings| inputs.parted(recordings);
    if let Some(recordings) = sources::from_columns(samples).map(parted) {
        return from_user(Basis::Columns, recordings, samples);
    }
    let mut result = Inference {
        candidate: None,
        refused: Vec::new(),
    };
    result.try_names(NameRule::Time, inputs);
    result.try_names(NameRule::FrameWord, inputs);
    result.try_names(NameRule::LastNumber, inputs);
    // Last, because cameras often write whole seconds, into which a recording's frames crowd.
    let captured = inputs.captured.and_then(sources::from_capture_times);
    if let Some(recordings) = captured.map(parted) {
        result.consider(Basis::CaptureTimes, NameRule::Time, recordings, samples);
    }
    result
}

/// Whether times lie hours apart, as those of photos that were taken one by one do.
fn are_single_photos(recordings: &Recordings) -> bool {
    const APART: f64 = 3600e9;
    let gaps = recording::gaps(&recordings.places, &recordings.order);
    let usual = median(gaps.into_iter().map(|gap| gap as f64).collect());
    recordings.unit == PositionUnit::Nanoseconds && usual.is_some_and(|usual| usual > APART)
}

impl Inference {
    /// Similarities that would help; none where the user said how to read the dataset.
    #[must_use]
    pub fn comparisons(&self) -> Vec<Comparison> {
        match &self.candidate {
            Some(candidate) if !candidate.given() => pixels::comparisons(&candidate.recordings),
            _ => Vec::new(),
        }
    }

    /// Decides. Without an agreement (pixels were not looked at), doubt refuses.
    #[must_use]
    pub fn settle(
        self,
        agreement: Option<PixelAgreement>,
        samples: &[Sample],
    ) -> (Option<Recordings>, SequenceFacts) {
        let mut facts = SequenceFacts {
            basis: None,
            unit: None,
            settled_by: None,
            evidence: None,
            pixels: agreement,
            examples: Vec::new(),
            refused: self.refused,
        };
        let Some(candidate) = self.candidate else {
            return (None, facts);
        };
        let answer = agreement.map_or(Verdict::Undecided, pixels::verdict);
        let settled = match (candidate.given(), candidate.doubt, answer) {
            (true, ..) => Ok(SettledBy::User),
            (_, _, Verdict::Denies) => {
                Err("pixels: neighbours are no more alike than samples further away".into())
            }
            (_, None, _) => Ok(SettledBy::Names),
            (_, Some(_), Verdict::Confirms) => Ok(SettledBy::Pixels),
            (_, Some(doubt), Verdict::Undecided) => Err(match agreement {
                None => format!("{doubt}; pixels were not asked"),
                Some(_) => format!("{doubt}; pixels did not settle it"),
            }),
        };
        match settled {
            Ok(settled_by) => {
                facts.examples = examples(&candidate.recordings, samples);
                facts.unit = Some(candidate.recordings.unit);
                facts.basis = Some(candidate.basis);
                facts.settled_by = Some(settled_by);
                facts.evidence = Some(candidate.evidence);
                (Some(candidate.recordings), facts)
            }
            Err(reason) => {
                facts.refused.push(Refusal {
                    basis: candidate.basis,
                    reason,
                });
                (None, facts)
            }
        }
    }

    /// Recordings that names claim and whose order pixels deny or do not confirm: what was recorded
    /// together was so in any order, and a prefix that counts samples may be a patient or a book as
    /// well as a recording. To be asked before [`settle`](Self::settle).
    #[must_use]
    pub fn recordings_without_order(&self, agreement: Option<PixelAgreement>) -> Option<Groups> {
        let candidate = self
            .candidate
            .as_ref()
            .filter(|candidate| !candidate.given())?;
        let answer = agreement.map_or(Verdict::Undecided, pixels::verdict);
        let settled = match answer {
            Verdict::Confirms => true,
            Verdict::Denies => false,
            // Where names alone are taken, their distances hold, and the question is open.
            Verdict::Undecided => {
                candidate.doubt.is_none()
                    && (agreement.is_none_or(|said| said.compared == 0)
                        || candidate.recordings.names.len() < 2)
            }
        };
        // Neighbours that are a little more alike than chance speak for a recording with large
        // steps.
        let hinted = answer == Verdict::Undecided && agreement.is_some_and(pixels::hints);
        let recordings = &candidate.recordings;
        if settled || !(candidate.claims || hinted) || are_single_photos(recordings) {
            return None;
        }
        let of = recordings.places.iter();
        let example = recordings.names.first().map_or("", |name| &**name);
        Some(Groups {
            rule: GroupRule::Entity(format!("the recording that their names tell (`{example}`)")),
            of: of.map(|place| Some((*place)?.recording)).collect(),
            names: recordings.names.clone(),
        })
    }

    fn try_names(&mut self, rule: NameRule, inputs: &Inputs<'_>) {
        if self.is_certain() {
            return;
        }
        let basis = Basis::Names(rule);
        if inputs.tiled && rule != NameRule::Time {
            let reason = "names give positions of tiles".into();
            self.refused.push(Refusal { basis, reason });
            return;
        }
        match layout::lay_out(rule, inputs.samples) {
            Ok(recordings) => {
                let recordings = inputs.parted(recordings);
                self.consider(basis, rule, recordings, inputs.samples);
            }
            // A rule that reads nothing at all was never in question.
            Err(NoLayout::NoneRead) => {}
            Err(NoLayout::FewRead) => {
                let reason = "fewer than half of the names can be read so".into();
                self.refused.push(Refusal { basis, reason });
            }
            Err(NoLayout::OneEach) => {
                let reason = "nearly every name would be a recording of its own".into();
                self.refused.push(Refusal { basis, reason });
            }
        }
    }

    fn consider(
        &mut self,
        basis: Basis,
        rule: NameRule,
        recordings: Recordings,
        samples: &[Sample],
    ) {
        if self.is_certain() {
            return;
        }
        let evidence = evidence::measure(&recordings, samples);
        let doubt = match judge::judge(rule, &evidence) {
            Judgement::Adopt => None,
            Judgement::AskPixels(doubt) => Some(doubt),
            Judgement::Refuse(reason) => {
                self.refused.push(Refusal {
                    basis,
                    reason: reason.into(),
                });
                return;
            }
        };
        let by_device = evidence.in_device_named_recordings * 2 >= evidence.placed;
        let by_tool = matches!(basis, Basis::Names(_)) && Trim::of(samples).leading_hash;
        let claims = doubt.is_none() || ((by_device || by_tool) && !evidence.recordings_are_labels);
        let candidate = Candidate {
            basis,
            recordings,
            evidence,
            doubt,
            claims,
        };
        match (&self.candidate, doubt) {
            (None, _) => self.candidate = Some(candidate),
            (Some(_), None) => {
                if let Some(doubted) = self.candidate.replace(candidate)
                    && let Some(doubt) = doubted.doubt
                {
                    self.refused.push(Refusal {
                        basis: doubted.basis,
                        reason: doubt.into(),
                    });
                }
            }
            (Some(_), Some(doubt)) => {
                let basis = candidate.basis;
                self.refused.push(Refusal {
                    basis,
                    reason: format!("{doubt}; another rule comes first"),
                });
            }
        }
    }

    fn is_certain(&self) -> bool {
        self.candidate
            .as_ref()
            .is_some_and(|candidate| candidate.doubt.is_none())
    }
}

impl Candidate {
    fn given(&self) -> bool {
        matches!(self.basis, Basis::Pattern(_) | Basis::Columns)
    }
}

fn from_user(basis: Basis, recordings: Recordings, samples: &[Sample]) -> Inference {
    if recordings.order.is_empty() {
        let reason = format!("it tells the place of none of {} samples", samples.len());
        return Inference {
            candidate: None,
            refused: vec![Refusal { basis, reason }],
        };
    }
    let evidence = evidence::measure(&recordings, samples);
    let candidate = Some(Candidate {
        basis,
        recordings,
        evidence,
        doubt: None,
        claims: true,
    });
    Inference {
        candidate,
        refused: Vec::new(),
    }
}

fn examples(recordings: &Recordings, samples: &[Sample]) -> Vec<Example> {
    let count = recordings.order.len();
    let mut shown = vec![0, count / 2, count.saturating_sub(1)];
    shown.dedup();
    shown
        .into_iter()
        .filter_map(|index| {
            let id = *recordings.order.get(index)?;
            let place = recordings.place(id)?;
            Some(Example {
                path: samples[id.index()].path.to_string(),
                recording: recordings.names[place.recording as usize].to_string(),
                position: place.position,
                step: place.step,
            })
        })
        .collect()
}
