//! Parts of the verdict's sentences: what leaks, what that does to a number, and why validation may
//! be below training.

use crate::report::explanation::{
    Cause, Estimate, Evidence, Exposure, FromImages, FromLosses, FromPredictions, FromTargets,
    Metric, MetricByExposure, Status,
};
use crate::wording::TENTH_OF_A_POINT;
use crate::wording::{accuracy, as_printed, count, loss, metric, percent, times};

/// From this share on, "nearly every".
const NEARLY_EVERY: f64 = 0.95;

/// How the most usual way of belonging together is called in `FromImages::shared`.
pub(crate) const A_GROUP: &str = "one group";

/// Samples of an evaluation split as people call them.
pub(super) fn noun(images: &FromImages) -> &'static str {
    match images.adjacent_share {
        Some(_) => "frame",
        None => "image",
    }
}

/// Evaluation samples of these classes.
pub(super) fn samples_in(images: &FromImages, wanted: impl Fn(Exposure) -> bool) -> u64 {
    let classes = images.classes.iter();
    classes.filter(|c| wanted(c.class)).map(|c| c.n).sum()
}

/// Evaluation samples that are not clean.
pub(super) fn leaked_samples(images: &FromImages) -> u64 {
    samples_in(images, |class| class != Exposure::Clean)
}

/// `Nearly every validation frame has`, `30 of 100 validation images have`: the subject with the
/// form of the verb for one or many.
fn subject(n: u64, images: &FromImages, one: &str, many: &str) -> String {
    let (all, noun) = (images.n_validation, noun(images));
    match n {
        n if n == all && all > 1 => format!("Every validation {noun} {one}"),
        n if n as f64 >= NEARLY_EVERY * all as f64 && n < all => {
            format!("Nearly every validation {noun} {one}")
        }
        1 => format!("1 of {} validation {noun}s {one}", count(all)),
        n => {
            let share = match all > 100 {
                true => format!(" ({})", percent(n as f64 / all as f64)),
                false => String::new(),
            };
            format!(
                "{} of {} validation {noun}s{share} {many}",
                count(n),
                count(all)
            )
        }
    }
}

/// Steps of a recording in seconds, where a clock tells them.
fn distance(images: &FromImages, steps: u32) -> String {
    match (images.seconds_per_step, steps) {
        (Some(seconds), steps) => format!("{} s", about(seconds * f64::from(steps))),
        (None, 1) => "1 step".to_owned(),
        (None, steps) => format!("{steps} steps"),
    }
}

/// What leaks, in one sentence that a person can repeat. Not empty where anything leaks.
pub(super) fn what_leaks(images: &FromImages) -> String {
    let n = |class| samples_in(images, |own| own == class);
    let (twins, adjacent, shadowed) = (
        n(Exposure::Twin),
        n(Exposure::Adjacent),
        n(Exposure::Shadowed),
    );
    let together = n(Exposure::Together);
    let shared = images.shared.join(", ");
    if adjacent + shadowed == 0 {
        let groups = shared.is_empty() || shared == A_GROUP;
        let (one, many) = match (twins, together) {
            (_, 0) => ("is in training, too", "are in training, too"),
            (0, _) if groups => (
                "shares a group with training",
                "share a group with training",
            ),
            (0, _) => (
                "belongs together with training",
                "belong together with training",
            ),
            _ => (
                "is in training, too, or belongs together with it",
                "are in training, too, or belong together with it",
            ),
        };
        let how = match together > 0 && !groups {
            true => format!(" ({shared})"),
            false => String::new(),
        };
        return format!("{}{how}.", subject(twins + together, images, one, many));
    }
    let near = twins + adjacent;
    let lag = images.decorrelation_lag_steps;
    let within = |n: u64, steps: u32| {
        let copy = match twins > 0 && n >= twins {
            true => "a copy or ",
            false => "",
        };
        let rest = format!("{copy}a training frame within {}", distance(images, steps));
        subject(n, images, &format!("has {rest}"), &format!("have {rest}"))
    };
    let others = match together {
        0 => String::new(),
        n => format!(", {} more by belonging together ({shared})", count(n)),
    };
    if near == 0 {
        return format!("{}{others}.", within(shadowed, lag));
    }
    // Told so that the two add up, unless the first says it all.
    let nearly_all = near as f64 >= NEARLY_EVERY * images.n_validation as f64;
    let further = match shadowed > 0 && !nearly_all {
        true => format!(
            ", {} more one within {}",
            count(shadowed),
            distance(images, lag)
        ),
        false => String::new(),
    };
    format!("{}{further}{others}.", within(near, 1))
}

/// What a metric is on all samples and on the clean ones.
struct OnBoth {
    /// On all, as the subject of a sentence.
    all: String,
    /// On the clean ones, after `On the other 10`.
    on_clean: String,
    /// How many clean ones it is of.
    n_clean: u64,
    /// Whether it is of leaked ones, too.
    counts_leaked: bool,
}

/// A metric on all samples, what leaks, and the metric on the clean ones: of the share of right
/// answers, else of the first metric that there is of clean samples, else of the mean loss.
pub(super) fn on_all_and_clean(
    predictions: &FromPredictions,
    images: &FromImages,
) -> Option<[String; 3]> {
    let percent = |value: f64| accuracy(value, TENTH_OF_A_POINT);
    let right = predictions.accuracy.as_ref().and_then(|right| {
        let all = format!("an accuracy of {}", percent(right.all.value?));
        let says = "the predictions are right in";
        let leaks = right.leaked.value.is_some();
        on_both(all, (&right.clean, leaks), says, &percent)
    });
    let of_metric = |one: &MetricByExposure| {
        let number = |value: f64| format!("{value:.3}");
        let all = format!("{} {}", metric(&one.metric), number(one.all.value?));
        let leaks = one.leaked.value.is_some();
        on_both(all, (&one.clean, leaks), "it is", &number)
    };
    let of_loss = || {
        let all = &predictions.loss_recomputed;
        let clean = predictions.clean_loss()?;
        let leaks = clean.n_used < all.n_used;
        let told = format!("a mean loss of {}", loss(all.value?));
        on_both(told, (clean, leaks), "the predictions lose", &loss)
    };
    let of_metrics = || predictions.metrics.iter().find_map(of_metric);
    let told = right.or_else(of_metrics).or_else(of_loss)?;
    let first = match told.counts_leaked {
        true => format!("{} counts leaked {}s.", capital(&told.all), noun(images)),
        false => format!("The predictions are of clean {}s alone.", noun(images)),
    };
    let others = match told.n_clean < images.n_validation - leaked_samples(images) {
        true => format!("{} of {}", count(told.n_clean), the_others(images)),
        false => the_others(images),
    };
    let last = format!("On {others} {}.", told.on_clean);
    Some([first, what_leaks(images), last])
}

fn on_both(
    all: String,
    (clean, counts_leaked): (&Estimate, bool),
    says: &str,
    in_words: &dyn Fn(f64) -> String,
) -> Option<OnBoth> {
    let interval = match clean.lo.zip(clean.hi) {
        Some((lo, hi)) => format!(" ({} to {})", in_words(lo), in_words(hi)),
        None => String::new(),
    };
    Some(OnBoth {
        all,
        on_clean: format!("{says} {}{interval}", in_words(clean.value?)),
        n_clean: clean.n_used,
        counts_leaked,
    })
}

/// That training samples are fitted worse than validation samples, so that leakage did not do that.
pub(super) fn fitted_worse(losses: &FromLosses, images: &FromImages, told: &str) -> Option<String> {
    let own = losses.clean_loss_bounds.iter();
    let mut own = own.filter(|bound| bound.set == "B3");
    let contradicted = own.any(|bound| bound.clean_loss.status == Status::Contradicted);
    let measured = losses.train_loss_evaluation.filter(|_| contradicted)?;
    Some(format!(
        "Leakage is not what makes {told} low: training {}s are fitted worse, at {} in evaluation mode.",
        noun(images),
        as_printed(measured, 0.0)
    ))
}

/// What learners that copy lose on these samples without their neighbours.
pub(super) fn copying_learners(targets: &FromTargets) -> Option<String> {
    targets.honest_projection.value?;
    let ratio = targets.exclusion.as_ref()?.ratio_five_nearest.value?;
    Some(format!(
        "A learner that copies loses {} times as much without what leaks.",
        times(ratio)
    ))
}

/// Findings by their codes, as the report lists them.
pub(super) fn codes(open: &[&str]) -> String {
    let names: Vec<String> = open.iter().map(|code| format!("`{code}`")).collect();
    names.join(", ")
}

/// How many clean samples are left.
pub(super) fn left_to_measure(clean: u64, images: &FromImages) -> String {
    match clean {
        0 => format!("no {} is left to measure it on", noun(images)),
        1 => format!("only 1 clean {} is left", noun(images)),
        n => format!("only {} clean {}s are left", count(n), noun(images)),
    }
}

/// The samples that do not leak, after what leaks was told.
pub(super) fn the_others(images: &FromImages) -> String {
    let clean = images.n_validation - leaked_samples(images);
    format!("the other {}", count(clean))
}

/// Two significant digits: what a projection is worth.
pub(super) fn about(value: f64) -> String {
    let digits = 1.0 - value.abs().max(1e-300).log10().floor();
    match value {
        v if v != 0.0 && v.abs() < 1e-6 => format!("{v:.1e}"),
        v if v.abs() >= 1e7 => format!("{v:.1e}"),
        v => {
            let unit = 10f64.powf(-digits);
            format!(
                "{:.*}",
                digits.clamp(0.0, 9.0) as usize,
                (v / unit).round() * unit
            )
        }
    }
}

/// What always giving one answer scores, named after the metric.
pub(super) fn constant_in_words(targets: &FromTargets) -> &'static str {
    match targets.proxy_metric {
        Metric::AbsoluteError => "always answering the median",
        Metric::SquaredError => "always answering the mean",
        _ => "always giving one answer",
    }
}

/// Why validation is below the printed training loss, where it is: said of what is known to do so.
pub(super) fn below_training(losses: &FromLosses, causes: &[Cause]) -> Option<String> {
    let gap = losses.gap.value.filter(|&gap| gap > 0.0)?;
    let loss = losses.validation_loss.value?;
    // Less than the rounding of the two is no difference.
    if losses.gap.lo.is_some_and(|lo| lo <= 0.0) {
        return None;
    }
    let known = |id: &str| {
        let cause = causes.iter().find(|cause| cause.id == id)?;
        (cause.evidence == Evidence::For).then_some(cause)
    };
    let mut doing: Vec<String> = Vec::new();
    if let Some(mode) = known("training_mode") {
        doing.push(match mode.summary.split_once(" layer") {
            Some((one, _)) if one.starts_with("1 ") => format!("{one} layer"),
            Some((layers, _)) => format!("{layers} layers"),
            None => "dropout or augmentation".to_owned(),
        });
    }
    if known("epoch_average").is_some() {
        doing.push("averaging over the epoch".to_owned());
    }
    let explained = match doing.len() {
        0 => String::new(),
        1 => format!("{} does that; ", doing[0]),
        _ => format!("{} do that; ", doing.join(" and ")),
    };
    let below = as_printed(gap, losses.validation_loss.hi.map_or(0.0, |hi| hi - loss));
    Some(format!(
        "That it is {below} below the training loss is no sign of leakage: {explained}copies cannot be fitted better than the originals."
    ))
}

/// With a capital first letter, but of names that have their capitals (`mAP`).
pub(super) fn capital(text: &str) -> String {
    if text.chars().nth(1).is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}
