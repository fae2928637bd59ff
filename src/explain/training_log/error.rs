//! Reasons why a log cannot be read.

use super::MAX_BYTES;
use super::names::Side;
use super::rows::Reading;

/// Why a log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// No byte in it.
    #[error("the training log is empty")]
    Empty,
    /// Longer than a log is read.
    #[error("the training log is longer than {} MB; give only the part with the losses", MAX_BYTES >> 20)]
    TooLarge,
    /// No name of a loss in it.
    #[error(
        "no loss found in the training log; read are progress text, printed lines and dictionaries, tables, CSV, JSON and \
         TensorBoard events whose names say loss and train or val; name them with --log-columns train=NAME,val=NAME, or give \
         --train-loss and --val-loss"
    )]
    NoLoss,
    /// Losses, none of which is a finite number.
    #[error(
        "every loss in the training log is nan or infinite: the run diverged, so there is nothing to explain"
    )]
    NotFinite,
    /// Columns of numbers whose meaning nothing tells.
    #[error(
        "the columns of the training log do not say which is the training and which the validation loss ({found}); name them \
         with --log-columns, such as {advice}"
    )]
    Unnamed {
        /// What was found.
        found: String,
        /// What to write.
        advice: String,
    },
    /// The format is clear, its content broken.
    #[error("{format}: {reason}")]
    Malformed {
        /// Which format.
        format: &'static str,
        /// What is wrong, with a position where there is one.
        reason: String,
    },
}

impl LogError {
    /// One line gives a loss twice and differently.
    pub(super) fn twice(line: usize, first: &Reading, second: &Reading) -> Self {
        let (a, b) = (first.value.value, second.value.value);
        let place = if line > 0 {
            format!("line {line}: ")
        } else {
            String::new()
        };
        let side = match first.side {
            Some(Side::Validation) => "validation",
            _ => "training",
        };
        Self::Malformed {
            format: "training log",
            reason: format!(
                "{place}the {side} loss is given twice, as `{}` {a} and as `{}` {b}; say which with --log-columns train=NAME,val=NAME",
                first.name, second.name
            ),
        }
    }
}
