//! Tables of the words in a log's names: the side they belong to and what they measure.

use super::{Quantity, languages};
use crate::report::explanation::Metric;

/// Side of the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// Training.
    Train,
    /// Validation.
    Validation,
}

/// What a number measures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    /// The loss itself.
    Loss,
    /// A part of it, or a loss by another name, such as `box loss` or `rmse`.
    NamedLoss(String),
    /// Share of right answers.
    Accuracy,
    /// Share of wrong answers.
    ErrorRate,
    /// A metric that is no mean over samples, by its name.
    Metric(String),
}

/// A name, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The side that the name itself gives.
    pub(super) side: Option<Side>,
    /// What it measures; `None` where it names only a side (`train: 0.41`).
    pub(super) measure: Option<Measure>,
    /// Lower counts first where several names of one side say the same: 0 an epoch's own value, 1 a
    /// plain name, 2 a step or a running mean, 3 a test set, which stands in where there is no
    /// validation.
    pub(super) rank: u8,
}

/// Words for the sides; a test set is a validation set of lower rank.
const SIDES: [(&str, Side, u8); 29] = [
    ("train", Side::Train, 1),
    ("training", Side::Train, 1),
    ("trn", Side::Train, 1),
    ("tr", Side::Train, 1),
    ("trainset", Side::Train, 1),
    ("learn", Side::Train, 1),
    ("val", Side::Validation, 1),
    ("vld", Side::Validation, 1),
    ("valid", Side::Validation, 1),
    ("validation", Side::Validation, 1),
    ("validating", Side::Validation, 1),
    ("validate", Side::Validation, 1),
    ("valset", Side::Validation, 1),
    ("vl", Side::Validation, 1),
    ("va", Side::Validation, 1),
    ("eval", Side::Validation, 1),
    ("evaluation", Side::Validation, 1),
    ("evaluating", Side::Validation, 1),
    ("dev", Side::Validation, 1),
    ("devel", Side::Validation, 1),
    ("devset", Side::Validation, 1),
    ("holdout", Side::Validation, 1),
    ("heldout", Side::Validation, 1),
    ("test", Side::Validation, 3),
    ("testing", Side::Validation, 3),
    ("tst", Side::Validation, 3),
    ("testset", Side::Validation, 3),
    ("cv", Side::Validation, 1),
    ("oof", Side::Validation, 1),
];

/// Words that say how a number was averaged and change neither side nor measure, with the rank they
/// give.
const FILLERS: [(&str, u8); 29] = [
    ("epoch", 0),
    ("step", 2),
    ("running", 2),
    ("batch", 2),
    ("iter", 2),
    ("smooth", 2),
    ("smoothed", 2),
    ("avg", 1),
    ("average", 1),
    ("averaged", 1),
    ("mean", 1),
    ("total", 1),
    ("overall", 1),
    ("current", 1),
    ("set", 1),
    ("split", 1),
    ("the", 1),
    ("on", 1),
    ("of", 1),
    ("for", 1),
    ("over", 1),
    ("is", 1),
    ("was", 1),
    ("data", 1),
    ("per", 1),
    ("s", 1),
    ("in", 1),
    ("iteration", 2),
    ("metrics", 1),
];

/// Words that make a name speak of something else than this epoch's value.
const ELSEWHERE: [&str; 25] = [
    "best",
    "improved",
    "improve",
    "decreased",
    "increased",
    "from",
    "saving",
    "saved",
    "save",
    "lowest",
    "highest",
    "min",
    "max",
    "minimum",
    "previous",
    "last",
    "final",
    "delta",
    "patience",
    "std",
    "threshold",
    "weight",
    "time",
    "elapsed",
    "memory",
];

/// Loss by another name, the more usual first; counted where nothing is called a loss.
const NAMED_LOSSES: [&str; 14] = [
    "logloss",
    "cost",
    "objective",
    "nll",
    "crossentropy",
    "entropy",
    "ce",
    "bce",
    "mse",
    "rmse",
    "mae",
    "l1",
    "l2",
    "huber",
];

/// What those that are known are.
const KNOWN_LOSSES: [(&str, Metric); 10] = [
    ("logloss", Metric::LogLoss),
    ("nll", Metric::LogLoss),
    ("crossentropy", Metric::LogLoss),
    ("entropy", Metric::LogLoss),
    ("ce", Metric::LogLoss),
    ("bce", Metric::LogLoss),
    ("mse", Metric::SquaredError),
    ("l2", Metric::SquaredError),
    ("mae", Metric::AbsoluteError),
    ("l1", Metric::AbsoluteError),
];

/// Names of a loss that do not say which.
const ANY_LOSS: [&str; 4] = ["cost", "objective", "criterion", "main"];

/// Metrics that are no means over samples.
const METRICS: [&str; 17] = [
    "f1",
    "auc",
    "auroc",
    "auprc",
    "iou",
    "miou",
    "jaccard",
    "dice",
    "dsc",
    "map",
    "map50",
    "ap",
    "precision",
    "recall",
    "kappa",
    "mcc",
    "psnr",
];

/// Understands a name: `val_loss`, `Validation Loss`, `loss/train`, `eval-logloss`, `trainLoss`.
/// `None` for a name that speaks of no loss, accuracy, metric or side.
#[must_use]
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let words = words(name);
    let mut meaning = Meaning {
        side: None,
        measure: None,
        rank: 1,
    };
    // `eval_train_loss` is the training loss in evaluation mode.
    let names_side = |word: &String| side_of(word).is_some();
    let words = match &words[..] {
        [first, rest @ ..] if first == "eval" && rest.iter().any(names_side) => rest,
        all => all,
    };
    let mut loss = false;
    let mut other: Vec<&str> = Vec::new();
    for word in words.iter().map(String::as_str) {
        if ELSEWHERE.contains(&word) {
            return None;
        }
        if let Some((side, rank)) = side_and_rank(word) {
            // A name of both sides, such as `train/val loss`, is of neither.
            if meaning.side.is_some_and(|own| own != side) {
                return None;
            }
            meaning.side = Some(side);
            meaning.rank = meaning.rank.max(rank);
        } else if let Some(&(_, rank)) = FILLERS.iter().find(|(own, _)| *own == word) {
            meaning.rank = if rank == 1 { meaning.rank } else { rank };
        } else if languages::is_filler(word) {
            // Says nothing of its own.
        } else if languages::is_loss(word) {
            loss = true;
        } else {
            other.push(word);
        }
    }
    let rest = other.join(" ");
    let has = |table: &[&str]| other.iter().any(|word| table.contains(word));
    meaning.measure = if loss && other.is_empty() {
        Some(Measure::Loss)
    } else if loss {
        Some(Measure::NamedLoss(format!("{rest} loss")))
    } else if other.is_empty() {
        meaning.side?;
        None
    } else if is_accuracy(&other) {
        Some(Measure::Accuracy)
    } else if is_error_rate(&other) {
        Some(Measure::ErrorRate)
    } else if has(&METRICS) || rest.starts_with("map") {
        Some(Measure::Metric(rest))
    } else if has(&NAMED_LOSSES) || rest.ends_with("loss") {
        Some(Measure::NamedLoss(rest))
    } else {
        return None;
    };
    Some(meaning)
}

/// What the losses of this name, or of a sum of several, measure.
#[must_use]
pub(super) fn quantity(name: &str) -> Quantity {
    if name.starts_with("sum of ") {
        return Quantity::Other;
    }
    let Some(Measure::NamedLoss(own)) = meaning(name).and_then(|meaning| meaning.measure) else {
        return Quantity::Loss;
    };
    let words: Vec<&str> = own.split(' ').filter(|word| *word != "loss").collect();
    let known = |word: &&str| KNOWN_LOSSES.iter().find(|(own, _)| own == word);
    let usual = [
        "categorical",
        "sparse",
        "binary",
        "cross",
        "mean",
        "squared",
        "absolute",
        "log",
    ];
    match words.iter().find_map(known) {
        Some((_, metric))
            if words
                .iter()
                .all(|word| known(word).is_some() || usual.contains(word)) =>
        {
            Quantity::Named(*metric)
        }
        None if words.iter().all(|word| ANY_LOSS.contains(word)) => Quantity::Loss,
        _ => Quantity::Other,
    }
}

/// Words of a name in lower case, split at punctuation and where a capital follows a small letter;
/// `valloss` and `trainloss` are two words each, and numbers of their own are none.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    // Two names whose capitals start no word.
    let name = name.replace("mAP", "map").replace("IoU", "iou");
    for c in name.chars() {
        if !c.is_alphanumeric() && c != '@' || (c.is_uppercase() && small) {
            words.push(String::new());
        }
        if c.is_alphanumeric() || c == '@' {
            words
                .last_mut()
                .into_iter()
                .for_each(|word| word.extend(c.to_lowercase()));
        }
        small = c.is_lowercase();
    }
    let glued = |word: &String| {
        let ends = languages::GLUED.into_iter().chain(["loss", "acc"]);
        let side = ends.into_iter().find_map(|end| {
            let side = word.strip_suffix(end)?;
            side_of(side).map(|_| vec![side.to_owned(), end.to_owned()])
        });
        side.unwrap_or_else(|| vec![word.clone()])
    };
    // `loss@100`: how many batches it was taken over.
    let words = words.iter().map(|word| match word.split_once('@') {
        Some((name, _)) if name.ends_with("loss") => name.to_owned(),
        _ => word.clone(),
    });
    let words: Vec<String> = words.collect();
    let words = words.iter().flat_map(glued);
    words
        .filter(|word| word.chars().any(char::is_alphabetic))
        .collect()
}

fn is_accuracy(words: &[&str]) -> bool {
    let usual = [
        "acc", "accuracy", "acc1", "acc@1", "top1", "top@1", "prec@1",
    ];
    let kinds = [
        "categorical",
        "sparse",
        "binary",
        "multiclass",
        "top1",
        "classification",
        "crossentropy",
    ];
    words.iter().any(|word| usual.contains(word))
        && words
            .iter()
            .all(|word| usual.contains(word) || kinds.contains(word))
}

fn is_error_rate(words: &[&str]) -> bool {
    matches!(
        words,
        ["error", "rate"] | ["top1", "err" | "error"] | ["err1" | "error" | "merror" | "err"]
    )
}

/// The side that a word standing by itself names.
#[must_use]
pub(super) fn side_of(word: &str) -> Option<Side> {
    side_and_rank(&word.to_lowercase()).map(|(side, _)| side)
}

fn side_and_rank(word: &str) -> Option<(Side, u8)> {
    let found = SIDES.iter().find(|(own, ..)| *own == word);
    let english = found.map(|&(_, side, rank)| (side, rank));
    english.or_else(|| languages::side(word).map(|side| (side, 1)))
}

/// The side that the words of a name give, where they give one.
#[must_use]
pub(super) fn side_within(name: &str) -> Option<Side> {
    let mut sides: Vec<Side> = words(name)
        .iter()
        .filter_map(|word| side_of(word))
        .collect();
    sides.dedup();
    match sides[..] {
        [side] => Some(side),
        _ => None,
    }
}

/// Whether a word changes neither side nor measure.
#[must_use]
pub(super) fn is_filler(word: &str) -> bool {
    FILLERS.iter().any(|(own, _)| *own == word) || languages::is_filler(word)
}

/// Whether a word standing by itself names a test set.
#[must_use]
pub(super) fn is_test(word: &str) -> bool {
    let word = word.to_lowercase();
    SIDES
        .iter()
        .any(|(own, _, rank)| *own == word && *rank == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_losses_give_their_side() {
        for (name, side) in [
            ("loss", None),
            ("train_loss", Some(Side::Train)),
            ("Training Loss", Some(Side::Train)),
            ("tr_loss", Some(Side::Train)),
            ("loss/train", Some(Side::Train)),
            ("trainLoss", Some(Side::Train)),
            ("val_loss", Some(Side::Validation)),
            ("Average validation loss", Some(Side::Validation)),
            ("validation_total_loss", Some(Side::Validation)),
            ("valloss", Some(Side::Validation)),
            ("dev-loss", Some(Side::Validation)),
            ("Test set: Average loss", Some(Side::Validation)),
        ] {
            let meaning = meaning(name).unwrap();
            assert_eq!(
                (meaning.side, meaning.measure),
                (side, Some(Measure::Loss)),
                "{name}"
            );
        }
    }

    #[test]
    fn parts_other_metrics_and_foreign_names_are_no_loss() {
        let measure = |name| meaning(name).and_then(|meaning| meaning.measure);
        assert_eq!(
            measure("train/box_loss"),
            Some(Measure::NamedLoss("box loss".into()))
        );
        assert_eq!(
            measure("eval-logloss"),
            Some(Measure::NamedLoss("logloss".into()))
        );
        assert_eq!(
            measure("val_sparse_categorical_accuracy"),
            Some(Measure::Accuracy)
        );
        assert_eq!(measure("Acc@1"), Some(Measure::Accuracy));
        assert_eq!(measure("error_rate"), Some(Measure::ErrorRate));
        assert!(measure("metrics/mAP50-95(B)").is_some());
        for name in [
            "lr",
            "best val loss",
            "val_loss improved from inf to",
            "grad_norm",
            "train/val loss",
        ] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_says_which_loss_it_is_or_that_it_is_another() {
        use Metric::{AbsoluteError, LogLoss, SquaredError};
        for (name, what) in [
            ("val_loss", Quantity::Loss),
            ("valid_cost", Quantity::Loss),
            ("eval-logloss", Quantity::Named(LogLoss)),
            ("val_categorical_crossentropy", Quantity::Named(LogLoss)),
            ("val_bce_loss", Quantity::Named(LogLoss)),
            ("val_mse", Quantity::Named(SquaredError)),
            ("val_mae", Quantity::Named(AbsoluteError)),
            ("val_dice_loss", Quantity::Other),
            ("val_dice_bce_loss", Quantity::Other),
            ("val/box_loss", Quantity::Other),
            ("val_focal_loss", Quantity::Other),
            ("val_rmse", Quantity::Other),
            ("sum of box loss, cls loss, dfl loss", Quantity::Other),
        ] {
            assert_eq!(quantity(name), what, "{name}");
        }
    }

    #[test]
    fn a_mean_over_the_epoch_comes_before_a_step_and_validation_before_a_test() {
        let rank = |name| meaning(name).unwrap().rank;
        assert!(rank("train_loss_epoch") < rank("train_loss"));
        assert!(rank("train_loss") < rank("train_loss_step"));
        assert!(rank("val_loss") < rank("test_loss"));
    }
}
