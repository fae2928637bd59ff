//! The verdict in one word and in a paragraph that a person can repeat, from the strongest tier
//! that allows one.

use super::losses::{ALMOST_ALL, clean_at_most};
use super::phrases::{
    about, below_training, capital, codes, constant_in_words, copying_learners, fitted_worse,
    leaked_samples, left_to_measure, noun, on_all_and_clean, the_others, what_leaks,
};
use crate::report::explanation::{
    AccuracyBounds, Basis, Cause, Estimate, FromImages, FromLosses, FromPredictions, FromSecondRun,
    FromTargets, Said, Verdict, Word,
};
use crate::wording::TENTH_OF_A_POINT;
use crate::wording::{accuracy as in_percent, as_printed, at_most, count, loss as in_words, times};

/// Least ratio of the copying learner's losses that is worth a projection; its interval must
/// exclude 1, too.
const WORTH_PROJECTING: f64 = 1.1;

/// Where so many samples have a twin or an adjacent training frame, no figure is to be trusted.
const MOSTLY: f64 = 0.5;

/// A loss within this share of the best constant's is called no better than it.
const SAME_AS_CONSTANT: f64 = 0.01;

/// What is known beside the tiers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// Bounds on the accuracy of clean samples, where the log has one.
    pub accuracy: Option<&'a AccuracyBounds>,
    /// Half a unit of the last digit of that accuracy.
    pub accuracy_half_width: f64,
    /// Evaluation frames that resemble a training frame of another recording or pass.
    pub revisited: u64,
    /// Several models are compared, which says more than that there is no loss.
    pub compares: bool,
    /// Codes of what could tell of more leaks and was not answered.
    pub unanswered: &'a [&'static str],
    /// Causes of the gap's sign.
    pub causes: &'a [Cause],
    /// Why there is no usable validation loss.
    pub absent: Option<&'a Estimate>,
}

/// Judges from the tiers there are.
#[must_use]
pub fn verdict(
    beside: Beside<'_>,
    t0: &FromImages,
    t1: Option<&FromLosses>,
    t2: Option<&FromTargets>,
    t3: Option<&FromPredictions>,
    t4: Option<&FromSecondRun>,
) -> Verdict {
    let known = Known {
        beside,
        t0,
        t1,
        t2,
        t3,
        t4,
    };
    let (word, mut says) = known.opening();
    says.extend(known.closing());
    let texts: Vec<&str> = says.iter().map(|said| &*said.text).collect();
    Verdict {
        word,
        line: texts.join(" "),
        says,
    }
}

/// All that a verdict is made from.
#[derive(Clone, Copy)]
struct Known<'a> {
    beside: Beside<'a>,
    t0: &'a FromImages,
    t1: Option<&'a FromLosses>,
    t2: Option<&'a FromTargets>,
    t3: Option<&'a FromPredictions>,
    t4: Option<&'a FromSecondRun>,
}

/// The word and the first sentences, where a way to open the verdict applies.
type Opening = Option<(Word, Vec<Said>)>;

fn said(basis: Basis, text: impl Into<String>) -> Said {
    Said {
        basis,
        text: text.into(),
    }
}

impl Known<'_> {
    fn exposed(&self) -> f64 {
        self.t0.f_exposed.value.unwrap_or(0.0)
    }

    /// The reported loss with half a unit of its last digit.
    fn loss(&self) -> Option<(f64, f64)> {
        let reported = &self.t1?.validation_loss;
        let value = reported.value?;
        Some((value, reported.hi.map_or(0.0, |hi| hi - value)))
    }

    /// The number that people look at: the accuracy where there is one, or the loss.
    fn figure(&self) -> Option<String> {
        let accuracy = self.beside.accuracy;
        let accuracy = accuracy.map(|a| in_percent(a.accuracy, self.beside.accuracy_half_width));
        accuracy.or_else(|| self.loss().map(|(loss, half)| as_printed(loss, half)))
    }

    fn opening(&self) -> (Word, Vec<Said>) {
        if self.exposed() == 0.0 {
            return self.without_leak();
        }
        let ways: [fn(&Self) -> Opening; 8] = [
            Self::measured,
            Self::no_better_than_constant,
            Self::of_accuracy,
            Self::on_clean_images,
            Self::projected,
            Self::far_from_copying,
            Self::of_metric,
            Self::without_loss,
        ];
        let first = ways.iter().find_map(|way| way(self));
        first.unwrap_or_else(|| self.bounded())
    }

    fn without_leak(&self) -> (Word, Vec<Said>) {
        let unanswered = self.beside.unanswered;
        if !unanswered.is_empty() {
            let what = self.figure().map_or_else(String::new, |figure| {
                format!("Whether {figure} can be trusted is not known: ")
            });
            let text = format!(
                "{what}no leak was found, but not all could be judged: see {}.",
                codes(unanswered)
            );
            return (Word::CannotTell, vec![said(Basis::Refused, capital(&text))]);
        }
        let trust = self.figure().map_or_else(String::new, |figure| {
            format!(": leakage gives no reason to doubt {figure}")
        });
        let mut says = match self.beside.revisited {
            0 => vec![said(
                Basis::Computed,
                format!("No leak found between training and validation{trust}."),
            )],
            n => vec![
                said(Basis::Computed, format!("No leak in time{trust}.")),
                said(
                    Basis::Refused,
                    format!(
                        "But {} of {} validation frames show places that training has passed at another time: how it does in new places this split does not measure.",
                        count(n),
                        count(self.t0.n_validation)
                    ),
                ),
            ],
        };
        says.extend(
            self.against_constant()
                .map(|text| said(Basis::Computed, text)),
        );
        (Word::NoneFound, says)
    }

    /// The sentence for a network that is no better than a constant.
    fn against_constant(&self) -> Option<String> {
        let (loss, half) = self.loss()?;
        let targets = self.t2?;
        let constant = targets.yardsticks.trivial_loss.value.filter(|&c| c > 0.0)?;
        let same = as_printed(loss, half) == as_printed(constant, half)
            || (loss / constant - 1.0).abs() <= SAME_AS_CONSTANT;
        let how = match loss >= constant {
            _ if same => "no better than",
            true => "worse than",
            false => return None,
        };
        Some(format!(
            "{} is {how} {} ({}).",
            as_printed(loss, half),
            constant_in_words(targets),
            in_words(constant)
        ))
    }

    fn no_better_than_constant(&self) -> Option<(Word, Vec<Said>)> {
        let fault = self.against_constant()?;
        let mut says = vec![said(Basis::Computed, format!("{fault} Mend that first."))];
        says.push(said(Basis::Computed, what_leaks(self.t0)));
        says.push(said(
            Basis::Refused,
            "What that adds to a network that has learned so little cannot be told from the loss.",
        ));
        Some((Word::Possible, says))
    }

    fn measured(&self) -> Option<(Word, Vec<Said>)> {
        let ratios = [
            self.t4.map(|t4| {
                (
                    &t4.paired_ratio,
                    "The second run loses {} times the reported loss on the same samples",
                )
            }),
            self.t3.map(|t3| {
                (
                    &t3.inflation_ratio,
                    "Its clean samples lose {} times the loss of all",
                )
            }),
        ];
        let mut ratios = ratios.into_iter().flatten();
        let (value, lo, hi, who) = ratios
            .find_map(|(ratio, who)| Some((ratio.value?, ratio.lo?, ratio.hi?, who)))
            .filter(|(_, lo, hi, _)| *lo > 1.0 || *hi < 1.0)?;
        let figure = self.figure();
        let first = figure.map(|figure| {
            let text = match value > 1.0 {
                true => format!("Do not trust {figure}."),
                false => format!("Leakage does not make {figure} too good."),
            };
            said(Basis::Computed, text)
        });
        let measured = format!(
            "{} (95 % interval {lo:.2} to {hi:.2}).",
            who.replace("{}", &format!("{value:.2}"))
        );
        let says = first
            .into_iter()
            .chain([
                said(Basis::Computed, what_leaks(self.t0)),
                said(Basis::Computed, measured),
            ])
            .collect();
        Some((Word::Measured, says))
    }

    /// Still images: what the predictions lose on the clean ones was measured.
    fn on_clean_images(&self) -> Opening {
        if self.t0.adjacent_share.is_some() {
            return None;
        }
        let (loss, half) = self.loss()?;
        let clean = self.t3?.clean_loss()?;
        let (value, lo, hi) = (clean.value?, clean.lo?, clean.hi?);
        let told = as_printed(loss, half);
        let first = match lo > loss {
            true => format!("Do not trust {told}."),
            false => format!("{told} counts leaked {}s.", noun(self.t0)),
        };
        let measured = format!(
            "On {} the predictions lose {} ({} to {}).",
            the_others(self.t0),
            in_words(value),
            in_words(lo),
            in_words(hi)
        );
        let texts = [first, what_leaks(self.t0), measured];
        let says = texts.map(|text| said(Basis::Computed, text));
        Some((Word::Measured, says.into()))
    }

    fn of_accuracy(&self) -> Option<(Word, Vec<Said>)> {
        let bounds = self.beside.accuracy?;
        let half = self.beside.accuracy_half_width;
        let told = in_percent(bounds.accuracy, half);
        let leak = said(Basis::Computed, what_leaks(self.t0));
        let seen = self.t3.and_then(|t3| t3.accuracy.as_ref());
        if let Some((value, lo, hi)) = seen.and_then(|seen| {
            let clean = &seen.clean;
            Some((clean.value?, clean.lo?, clean.hi?))
        }) {
            let of_clean = format!(
                "On {} the predictions are right in {} ({} to {}).",
                the_others(self.t0),
                in_percent(value, TENTH_OF_A_POINT),
                in_percent(lo, TENTH_OF_A_POINT),
                in_percent(hi, TENTH_OF_A_POINT)
            );
            let says = vec![
                said(
                    Basis::Computed,
                    format!("{told} counts leaked {}s.", noun(self.t0)),
                ),
                leak,
                said(Basis::Computed, of_clean),
            ];
            return Some((Word::Possible, says));
        }
        let (Some(lo), Some(hi), Some(most)) =
            (bounds.clean_lo, bounds.clean_hi, bounds.leakage_at_most)
        else {
            let says = vec![
                said(Basis::Computed, format!("Do not trust {told}.")),
                leak,
                said(
                    Basis::Refused,
                    "No sample is clean, so nothing is known of new images.",
                ),
            ];
            return Some((Word::Possible, says));
        };
        if lo == 0.0 && hi == 1.0 {
            let text = format!(
                "Whether {} are right in every case or in none, {told} does not tell.",
                the_others(self.t0)
            );
            let says = vec![
                said(Basis::Computed, format!("Do not trust {told}.")),
                leak,
                said(Basis::Refused, text),
            ];
            return Some((Word::Possible, says));
        }
        // Points are no more exact than the accuracy that they are taken from.
        let digits = half.max(TENTH_OF_A_POINT);
        let (lowest, highest) = (
            in_percent(lo, digits),
            in_percent(hi, if hi == 1.0 { 0.005 } else { digits }),
        );
        let others = the_others(self.t0);
        let on_the_others = match lo == hi {
            true => format!("On {others} it is {highest}, too."),
            false => format!(
                "On {others} it is between {lowest} and {highest}, as if all leaked ones were right or none."
            ),
        };
        let points = in_percent(most, digits);
        let says = vec![
            said(
                Basis::Bounded,
                format!(
                    "{told} is at most {} points too high because of leakage.",
                    points.trim_end_matches(" %")
                ),
            ),
            leak,
            said(Basis::Bounded, on_the_others),
        ];
        Some((Word::Possible, says))
    }

    fn projected(&self) -> Option<(Word, Vec<Said>)> {
        let targets = self.t2?;
        let projection = &targets.honest_projection;
        let (value, lo, hi) = (projection.value?, projection.lo?, projection.hi?);
        let (loss, half) = self.loss().filter(|(loss, _)| *loss > 0.0)?;
        let ratio = &targets.exclusion.as_ref()?.ratio_five_nearest;
        ratio.value.filter(|&ratio| ratio > WORTH_PROJECTING)?;
        ratio.lo.filter(|&lo| lo > 1.0)?;
        let where_to = match self.t0.adjacent_share {
            Some(_) => "On stretches recorded apart from training",
            None => "With these images out of training",
        };
        let says = vec![
            said(
                Basis::Computed,
                format!("Do not trust {}.", as_printed(loss, half)),
            ),
            said(Basis::Computed, what_leaks(self.t0)),
            said(
                Basis::Projected,
                format!(
                    "{where_to} expect about {} ({} to {}, a projection).",
                    about(value),
                    about(lo),
                    about(hi)
                ),
            ),
        ];
        Some((Word::Projected, says))
    }

    fn far_from_copying(&self) -> Option<(Word, Vec<Said>)> {
        let projection = &self.t2?.honest_projection;
        let far = projection.reason_code.as_deref() == Some("far_from_copying");
        let figure = self.figure().filter(|_| far)?;
        let mostly = self.t0.f_near.value >= Some(MOSTLY);
        let first = mostly.then(|| said(Basis::Computed, format!("Do not trust {figure}.")));
        let unknown = format!(
            "How much too low {} is cannot be told from here: {}.",
            if mostly { "it" } else { &figure },
            projection.message
        );
        let rest = [
            said(Basis::Computed, what_leaks(self.t0)),
            said(Basis::Refused, unknown),
        ];
        Some((Word::Possible, first.into_iter().chain(rest).collect()))
    }

    /// No loss of all samples, but predictions that tell a metric of the clean ones.
    fn of_metric(&self) -> Opening {
        let texts = on_all_and_clean(self.t3.filter(|_| self.t1.is_none())?, self.t0)?;
        let says = texts.map(|text| said(Basis::Computed, text));
        Some((Word::Measured, says.into()))
    }

    fn without_loss(&self) -> Option<(Word, Vec<Said>)> {
        if self.t1.is_some() {
            return None;
        }
        let why = match self.beside.absent {
            Some(absent) if absent.reason_code.as_deref() != Some("no_log") => {
                format!(
                    "How much it matters cannot be said: {}.",
                    absent.message.trim_end_matches('.')
                )
            }
            _ => "Without a validation loss, how much it matters cannot be said.".to_owned(),
        };
        let leak = said(Basis::Computed, what_leaks(self.t0));
        let why = (!self.beside.compares).then(|| said(Basis::Refused, why));
        Some((Word::CannotTell, [leak].into_iter().chain(why).collect()))
    }

    fn bounded(&self) -> (Word, Vec<Said>) {
        let (loss, half) = self.loss().unwrap_or((0.0, 0.0));
        let told = as_printed(loss, half);
        let leak = said(Basis::Computed, what_leaks(self.t0));
        if self.exposed() > ALMOST_ALL {
            let clean = self.t0.n_validation - leaked_samples(self.t0);
            let left = left_to_measure(clean, self.t0);
            let mut says = vec![
                said(Basis::Computed, format!("Do not trust {told}.")),
                leak,
                said(
                    Basis::Refused,
                    format!("How much lower than honest it is, the number cannot bound: {left}."),
                ),
            ];
            let copying = self.t2.and_then(copying_learners);
            says.extend(copying.map(|text| said(Basis::Computed, text)));
            return (Word::Possible, says);
        }
        let worse = self.t1.and_then(|t1| fitted_worse(t1, self.t0, &told));
        if let Some(text) = worse {
            return (Word::Possible, vec![said(Basis::Computed, text), leak]);
        }
        // The bound includes the rounding of the log; a training loss in evaluation mode makes it
        // sharper.
        let plain = (loss + half) / (1.0 - self.exposed());
        let sharpest = self.t1.and_then(clean_at_most);
        let most = sharpest.map_or(plain, |most| most.min(plain));
        let unless =
            match most < plain && self.t1.is_some_and(|t1| t1.train_loss_evaluation.is_some()) {
                true => "if the leaked ones are fitted neither worse nor better than training",
                false => "if the leaked ones are not fitted worse",
            };
        let says = vec![
            said(Basis::Computed, format!("{told} may be too good.")),
            leak,
            said(
                Basis::Bounded,
                format!(
                    "On {} the loss is at most {}, {unless}.",
                    the_others(self.t0),
                    at_most(most, half)
                ),
            ),
        ];
        (Word::Possible, says)
    }

    /// What follows whatever the verdict is.
    fn closing(&self) -> Vec<Said> {
        let mut says = Vec::new();
        let below = self.t1.filter(|_| self.beside.accuracy.is_none());
        if let Some(text) = below.and_then(|t1| below_training(t1, self.beside.causes)) {
            says.push(said(Basis::Computed, text));
        }
        let logs = self.t4.filter(|t4| t4.paired_ratio.value.is_none());
        if let Some(ratio) = logs.and_then(|t4| t4.ratio_of_logs.value) {
            let text = format!(
                "The second run reports {} times that loss, on other {}s.",
                times(ratio),
                noun(self.t0)
            );
            says.push(said(Basis::Computed, text));
        }
        let open = self.beside.unanswered;
        if self.exposed() > 0.0 && !open.is_empty() {
            let text = format!("More may leak: see {}.", codes(open));
            says.push(said(Basis::Refused, text));
        }
        says
    }
}
