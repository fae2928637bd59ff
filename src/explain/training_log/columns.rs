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

    /// What is wrong with names that nothing in the text is called, with some that it has.
    pub(super) fn misspelt(&self, text: &str) -> Option<String> {
        const SHOWN: usize = 12;
        let lower = text.to_lowercase();
        let mut named = [&self.train, &self.validation].into_iter().flatten();
        let is_here = |name: &&String| {
            let name = name.to_lowercase();
            // What parts the words of a name, and keys of records inside others, is not told.
            let mut words = name.split(|c: char| !c.is_alphanumeric());
            name.parse::<usize>().is_ok() || words.all(|word| holds(&lower, word))
        };
        let absent = named.find(|name| !is_here(name))?;
        let is_name =
            |word: &&str| word.starts_with(char::is_alphabetic) && word.parse::<f64>().is_err();
        let is_part = |c: char| c.is_alphanumeric() || "_/.@-".contains(c);
        let words = text
            .lines()
            .take(20)
            .flat_map(|line| line.split(|c| !is_part(c)));
        let mut names: Vec<&str> = Vec::new();
        for word in words.filter(is_name) {
            if names.len() < SHOWN && !names.contains(&word) {
                names.push(word);
            }
        }
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        Some(format!(
            "nothing in it is called `{absent}`, as `--log-columns` says; it has {}",
            names.join(", ")
        ))
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

/// Whether a text holds a word, and not only a longer one.
fn holds(text: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic();
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_letter) && !text[at + word.len()..].starts_with(is_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nothing_is_called_is_told_with_those_that_there_are() {
        let told = |columns: &str, text: &str| LogColumns::parse(columns).unwrap().misspelt(text);
        let table = "epoch,trn_nll,dev_loss\n1,0.5,0.4\n";
        let misspelt = told("train=trn_nl,val=dev_loss", table).unwrap();
        assert_eq!(
            misspelt,
            "nothing in it is called `trn_nl`, as `--log-columns` says; it has `epoch`, `trn_nll`, `dev_loss`"
        );
        assert_eq!(told("train=TRN_NLL,val=dev_loss", table), None);
        assert_eq!(told("train=2,val=3", table), None);
        let inside = r#"{"eval": {"loss": 0.5}, "fit": {"loss": 0.4}}"#;
        assert_eq!(told("train=fit/loss,val=eval.loss", inside), None);
        assert_eq!(told("train=train nll", "Train  NLL: 0.5"), None);
    }
}
