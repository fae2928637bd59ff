//! Facts around the losses of a pasted log: sizes of the two sets, planned epochs, the range of the
//! targets.

/// Sizes that the text states.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Epochs that were planned.
    pub(super) epochs: Option<u64>,
    /// Training samples.
    pub(super) train: Option<u64>,
    /// Validation samples.
    pub(super) validation: Option<u64>,
}

/// Reads the sizes. A bar counts samples in old versions of Keras and steps in new ones and with
/// generators, so that its length is a number of samples only where the text calls it one.
#[must_use]
pub(super) fn sizes(text: &str) -> Sizes {
    let progress = progress(text);
    let called = |n: &u64| {
        text.contains(&format!("{n} samples"))
            || (text.contains("samples")
                && text.match_indices(&format!("{n}/")).any(|(at, whole)| {
                    let (other, rest) = leading_digits(&text[at + whole.len()..]);
                    !other.is_empty() && rest.trim_start().starts_with("samples")
                }))
    };
    let train = progress
        .samples
        .filter(called)
        .or_else(|| stated(text, &["rain on ", "rained on "]));
    Sizes {
        epochs: progress.epochs,
        train,
        validation: validation_samples(text, train),
    }
}

/// `Train on 800 samples`, `validated on 200 samples`.
fn stated(text: &str, before: &[&str]) -> Option<u64> {
    before.iter().find_map(|words| {
        let (_, rest) = text.split_once(words)?;
        let (digits, rest) = leading_digits(rest);
        rest.trim_start()
            .starts_with("samples")
            .then(|| digits.parse().ok())?
    })
}

/// The number that a text starts with: an exponent needs digits, so that `0.0128Epoch` ends after
/// the 8.
fn number_at(text: &str) -> Option<&str> {
    for word in ["nan", "inf", "-inf"] {
        if text
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
        {
            return text.get(..word.len());
        }
    }
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let mut end = digits(sign);
    if end == sign {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        if digits(exponent.min(bytes.len())) > exponent {
            end = digits(exponent);
        }
    }
    text.get(..end)
}

struct Progress {
    epochs: Option<u64>,
    samples: Option<u64>,
}

/// Reads `Epoch 2/5` and the `19200/19200` behind it, also when they are glued to `Epoch
/// 2/519200/19200`: the two counts are equal, so the shared tail of the digits is the count and the
/// rest the epochs.
fn progress(text: &str) -> Progress {
    let mut found = Progress {
        epochs: None,
        samples: None,
    };
    let Some(at) = text.find("Epoch ").map(|at| at + "Epoch ".len()) else {
        return found;
    };
    let Some((_, rest)) = text[at..].split_once('/') else {
        return found;
    };
    let (first, after) = leading_digits(rest);
    let count = if let Some(after) = after.strip_prefix('/') {
        let count = leading_digits(after).0;
        let planned = first.strip_suffix(count).unwrap_or_default();
        found.epochs = planned.parse().ok();
        count
    } else {
        found.epochs = first.parse().ok();
        full_count(after)
    };
    found.samples = count.parse().ok();
    found
}

/// First `N/N` with equal numbers, or nothing.
fn full_count(text: &str) -> &str {
    let slashes = text.match_indices('/').take(100_000);
    let equal = slashes.filter_map(|(at, _)| {
        let before = &text[..at];
        let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let after = leading_digits(&text[at + 1..]).0;
        (start < at && before[start..] == *after).then_some(after)
    });
    equal.into_iter().next().unwrap_or_default()
}

fn leading_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Size of the validation set: `validate on 4800 samples`, or `19200/4800` in the text around the
/// log.
fn validation_samples(text: &str, train: Option<u64>) -> Option<u64> {
    if let Some(stated) = stated(text, &["validate on ", "validated on "]) {
        return Some(stated);
    }
    let train = train?;
    let pattern = format!("{train}/");
    let counts = text.match_indices(&pattern).filter_map(|(at, _)| {
        let glued = text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '/');
        leading_digits(&text[at + pattern.len()..])
            .0
            .parse()
            .ok()
            .filter(|&n| !glued && n != train)
    });
    counts.into_iter().next()
}

/// A range that the text states: two numbers, the first negative and the second its opposite,
/// joined by a short word (`[-1, 1]`, `-1.0 to 1.0`).
#[must_use]
pub(super) fn stated_range(text: &str) -> Option<(f64, f64)> {
    let candidates = text.match_indices('-').take(100_000).filter_map(|(at, _)| {
        let low = number_at(&text[at..])?;
        let rest = &text[at + low.len()..];
        let joint: String = rest
            .chars()
            .take(6)
            .take_while(|c| !c.is_ascii_digit())
            .collect();
        let joint_is_short = !joint.is_empty() && !joint.contains(['\n', '-', '_', '/', '.']);
        let high = number_at(&rest[joint.len()..])?;
        let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
        (joint_is_short && high > 0.0 && low == -high).then_some((low, high))
    });
    candidates.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_counts_samples_only_where_the_text_says_so() {
        let steps = "Epoch 1/2\n718/718 [====] - 167s - loss: 0.5";
        assert_eq!(sizes(steps).train, None);
        let samples = "Train on 800 samples, validate on 200 samples\nEpoch 1/3\n800/800 [==] - 1s";
        assert_eq!(
            sizes(samples),
            Sizes {
                epochs: Some(3),
                train: Some(800),
                validation: Some(200)
            }
        );
        let prose = "I use 19200/4800 samples. Epoch 1/519200/19200 [===]";
        assert_eq!(
            sizes(prose),
            Sizes {
                epochs: Some(5),
                train: Some(19_200),
                validation: Some(4_800)
            }
        );
    }

    #[test]
    fn exponents_signs_and_nan_are_numbers() {
        assert_eq!(number_at("1.5e-05 - x"), Some("1.5e-05"));
        assert_eq!(number_at("0.0128Epoch 2"), Some("0.0128"));
        assert_eq!(number_at("-2.5"), Some("-2.5"));
        assert_eq!(number_at("nan - val"), Some("nan"));
        assert_eq!(number_at("1e"), Some("1"));
        assert_eq!(number_at("x"), None);
    }
}
