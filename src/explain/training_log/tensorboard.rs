//! TensorBoard event files: length-prefixed records with checksums, each a small protocol-buffer
//! message.
//!
//! Of `Event` only `step` (field 2) and `summary` (field 5) are
//! read; of a summary's values `tag` (1), `simple_value` (2) and a scalar `tensor` (8). A file cut
//! short, as a running job leaves it, is read up to the cut.

use super::names::{Side, side_within};
use super::{Epoch, LogError, LogSource, Printed, TrainLossKind, TrainingLog, empty, finish};
use crate::tf_record::{Damage, Fields, Wire, next_record};
use std::collections::BTreeMap;

/// One value of one curve.
#[derive(Debug, Clone, PartialEq)]
struct Scalar {
    tag: String,
    step: i64,
    value: f64,
}

/// Whether the bytes start with an intact record.
#[must_use]
pub(crate) fn looks_like_events(bytes: &[u8]) -> bool {
    matches!(next_record(&mut &*bytes), Ok(Some(_)))
}

/// Whether the name of a folder is that of a side.
#[must_use]
#[cfg(feature = "cli")]
pub(crate) fn names_side(folder: &str) -> bool {
    side_within(folder).is_some()
}

/// Reads the losses of one or more event files, each with the name of its folder (Keras writes
/// `train` and `validation` apart).
///
/// The side of a curve is that of its tag, else that of its folder; a curve without one is the
/// training loss, except where its tag is one that Keras writes for both. `epoch_loss` and names
/// with `epoch` are means over the epoch.
///
/// # Errors
/// [`LogError`] when a record is damaged, no tag is a loss, or nothing tells a curve's side.
pub(crate) fn parse(files: &[(&str, &[u8])]) -> Result<TrainingLog, LogError> {
    let mut train: BTreeMap<String, Vec<Scalar>> = BTreeMap::new();
    let mut validation: BTreeMap<String, Vec<Scalar>> = BTreeMap::new();
    let mut warnings = Vec::new();
    let mut unsided = None;
    for (folder, bytes) in files {
        for scalar in scalars(bytes, &mut warnings)? {
            let tag = scalar.tag.to_lowercase();
            if !tag.contains("loss") {
                continue;
            }
            let own = side_within(&scalar.tag).or_else(|| side_within(folder));
            if own.is_none() && tag.starts_with("epoch_") {
                unsided = Some(scalar.tag);
                continue;
            }
            let side = match own {
                Some(Side::Validation) => &mut validation,
                _ => &mut train,
            };
            side.entry(tag).or_default().push(scalar);
        }
    }
    if let (Some(tag), true) = (unsided, train.is_empty() && validation.is_empty()) {
        return Err(LogError::Malformed {
            format: "TensorBoard events",
            reason: format!(
                "nothing tells whether `{tag}` is of training or of validation; give the directory that holds `train` and `validation`"
            ),
        });
    }
    for curve in train.values_mut().chain(validation.values_mut()) {
        curve.sort_by_key(|scalar| scalar.step);
    }
    let (train_tag, train) = preferred(train);
    let (_, validation) = preferred(validation);
    let kind = if train_tag.contains("epoch") {
        TrainLossKind::EpochMean
    } else {
        TrainLossKind::Unknown
    };
    let mut log = empty(LogSource::TensorBoard, kind);
    log.warnings = warnings;
    log.epochs = join(&train, &validation);
    if log.epochs.is_empty() {
        return Err(LogError::NoLoss);
    }
    finish(log)
}

/// The curve whose tag speaks of epochs, else the shortest tag: `loss` before `loss/classifier`;
/// that of a test set last.
fn preferred(curves: BTreeMap<String, Vec<Scalar>>) -> (String, Vec<Scalar>) {
    let best = curves
        .into_iter()
        .min_by_key(|(tag, _)| (tag.contains("test"), !tag.contains("epoch"), tag.len()));
    best.unwrap_or_default()
}

/// Every validation value with the last training value at or before its step; training values alone
/// when there is none.
fn join(train: &[Scalar], validation: &[Scalar]) -> Vec<Epoch> {
    let exact = |scalar: &Scalar| Printed {
        value: scalar.value,
        half_width: 0.0,
    };
    if validation.is_empty() {
        let numbered = train.iter().zip(1..);
        return numbered
            .map(|(scalar, number)| Epoch {
                number,
                train: Some(exact(scalar)),
                validation: None,
                ..Epoch::default()
            })
            .collect();
    }
    let numbered = validation.iter().zip(1..);
    let before = |step| train.iter().rev().find(|t| t.step <= step).map(exact);
    numbered
        .map(|(scalar, number)| Epoch {
            number,
            train: before(scalar.step),
            validation: Some(exact(scalar)),
            ..Epoch::default()
        })
        .collect()
}

fn scalars(mut bytes: &[u8], warnings: &mut Vec<String>) -> Result<Vec<Scalar>, LogError> {
    let mut found = Vec::new();
    loop {
        match next_record(&mut bytes) {
            Ok(Some(record)) => read_event(&record, &mut found),
            Ok(None) => break,
            // Bytes in memory are read without errors.
            Err(Damage::CutShort | Damage::Refused(_)) => {
                warnings.push("the event file ends within a record; read up to there".to_owned());
                break;
            }
            Err(Damage::Checksum) => {
                return Err(LogError::Malformed {
                    format: "TensorBoard events",
                    reason: "a record's checksum does not match".to_owned(),
                });
            }
        }
    }
    Ok(found)
}

fn read_event(record: &[u8], found: &mut Vec<Scalar>) {
    let mut step = 0;
    let mut summaries = Vec::new();
    for field in Fields(record) {
        match field {
            (2, Wire::Varint(value)) => step = value.cast_signed(),
            (5, Wire::Bytes(summary)) => summaries.push(summary),
            _ => {}
        }
    }
    for value in summaries.into_iter().flat_map(Fields) {
        if let (1, Wire::Bytes(value)) = value {
            found.extend(read_value(value, step));
        }
    }
}

fn read_value(message: &[u8], step: i64) -> Option<Scalar> {
    let (mut tag, mut value) = (None, None);
    for field in Fields(message) {
        match field {
            (1, Wire::Bytes(text)) => tag = Some(String::from_utf8_lossy(text).into_owned()),
            (2, Wire::Fixed32(bits)) => value = Some(f64::from(f32::from_bits(bits))),
            (8, Wire::Bytes(tensor)) => value = scalar_tensor(tensor).or(value),
            _ => {}
        }
    }
    Some(Scalar {
        tag: tag?,
        step,
        value: value?,
    })
}

/// A `TensorProto` of one float: in `tensor_content` (4), `float_val` (5) or `double_val` (6).
fn scalar_tensor(tensor: &[u8]) -> Option<f64> {
    Fields(tensor).find_map(|field| match field {
        (4 | 5, Wire::Bytes(bytes)) if bytes.len() == 4 => {
            Some(f64::from(f32::from_le_bytes(bytes.try_into().ok()?)))
        }
        (4 | 6, Wire::Bytes(bytes)) if bytes.len() == 8 => {
            Some(f64::from_le_bytes(bytes.try_into().ok()?))
        }
        (5, Wire::Fixed32(bits)) => Some(f64::from(f32::from_bits(bits))),
        (6, Wire::Fixed64(bits)) => Some(f64::from_bits(bits)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tf_record::record;

    fn event(tag: &str, step: u8, value: f32) -> Vec<u8> {
        let mut inner = vec![0x0a, tag.len() as u8];
        inner.extend(tag.bytes());
        inner.push(0x15);
        inner.extend(value.to_le_bytes());
        let mut summary = vec![0x0a, inner.len() as u8];
        summary.extend(inner);
        let mut event = vec![0x10, step, 0x2a, summary.len() as u8];
        event.extend(summary);
        record(&event)
    }

    #[test]
    fn train_and_validation_curves_are_joined_by_step() {
        let bytes = [
            event("train/loss", 1, 0.5),
            event("eval/loss", 1, 0.25),
            event("train/loss", 2, 0.125),
            event("eval/loss", 2, 0.0625),
        ]
        .concat();
        let log = parse(&[("", &bytes)]).unwrap();
        assert_eq!(log.epochs.len(), 2);
        assert_eq!(log.epochs[1].train.unwrap().value, 0.125);
        assert_eq!(log.epochs[1].validation.unwrap().value, 0.0625);
    }

    #[test]
    fn keras_writes_two_runs_with_one_tag() {
        let (train, validation) = (event("epoch_loss", 0, 0.5), event("epoch_loss", 0, 0.25));
        let log = parse(&[("train", &train), ("validation", &validation)]).unwrap();
        assert_eq!(log.train_loss_kind, TrainLossKind::EpochMean);
        assert_eq!(log.epochs[0].validation.unwrap().value, 0.25);
    }

    #[test]
    fn the_side_is_that_of_the_tag_else_that_of_the_folder_else_not_known() {
        let read = |folder: &str, tag: &str| {
            let bytes = event(tag, 0, 0.25);
            parse(&[(folder, &bytes)]).map(|log| {
                let epoch = log.epochs[0];
                (epoch.train.is_some(), epoch.validation.is_some())
            })
        };
        let (train, validation) = (Ok((true, false)), Ok((false, true)));
        assert_eq!(read("validation", "epoch_loss"), validation);
        assert_eq!(read("Loss_val", "Loss"), validation);
        assert_eq!(read("train", "epoch_loss"), train);
        assert_eq!(read("validation", "train/loss"), train);
        assert_eq!(read("version_0", "loss"), train);
        assert_eq!(read("values", "value_loss"), train);
        let error = read("logs", "epoch_loss").unwrap_err().to_string();
        assert!(error.contains("give the directory"), "{error}");
    }

    #[test]
    fn a_file_cut_anywhere_is_read_up_to_the_cut_or_refused() {
        let bytes = [event("train/loss", 1, 0.5), event("val/loss", 1, 0.25)].concat();
        for end in 1..bytes.len() {
            match parse(&[("", &bytes[..end])]) {
                Ok(log) => {
                    assert!(!log.warnings.is_empty() || end == event("train/loss", 1, 0.5).len());
                }
                Err(error) => assert_eq!(error, LogError::NoLoss),
            }
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let mut bytes = event("train/loss", 1, 0.5);
        bytes[14] ^= 1;
        assert!(matches!(
            parse(&[("", &bytes)]),
            Err(LogError::Malformed { .. })
        ));
    }
}
