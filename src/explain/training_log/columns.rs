//! Names of the losses that the user gives.

use super::names::{Side, side_of};

/// Names of the losses in a log that does not say so itself; columns without a name are counted
/// from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogColumns {
    /// Name of the training loss.
    pub train: Option<String>,
    /// Name of the validation loss.
    pub validation: Option<String>,
}

impl LogColumns {
    /// Reads `train=NAME,val=NAME`; either may be left out. `None` for another text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut columns = Self::default();
        for part in text.split(',') {
            let (side, name) = part.split_once('=')?;
            let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty())?;
            match side_of(side.trim())? {
                Side::Train => columns.train = Some(name),
                Side::Validation => columns.validation = Some(name),
            }
        }
        Some(columns)
    }

    pub(super) fn is_given(&self) -> bool {
        self.train.is_some() || self.validation.is_some()
    }

    pub(super) fn by_position(&self) -> bool {
        let given = [&self.train, &self.validation]
            .into_iter()
            .flatten()
            .count();
        self.is_given() && self.positions().count() == given
    }

    /// Columns that are given by their position, from 1.
    pub(super) fn positions(&self) -> impl Iterator<Item = usize> {
        let names = [&self.train, &self.validation].into_iter().flatten();
        names.filter_map(|name| name.parse().ok())
    }

    pub(super) fn side(&self, name: &str) -> Option<Side> {
        let is = |own: &Option<String>| {
            own.as_ref()
                .is_some_and(|own| own.trim().eq_ignore_ascii_case(name.trim()))
        };
        match name {
            _ if is(&self.train) => Some(Side::Train),
            _ if is(&self.validation) => Some(Side::Validation),
            _ => None,
        }
    }
}
