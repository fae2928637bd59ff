//! What is wrong with rows of predictions, counted and told: nothing is left out or used without a
//! word.

use crate::wording::{count, counted_large};

/// Rows by what is wrong with them; a row may be under several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Probabilities, predictions or true values that are NaN, infinite or no numbers.
    pub(super) no_number: u64,
    /// Probabilities outside 0 to 1, or that do not add up to 1.
    pub(super) no_shares: u64,
    /// Losses that are negative, infinite or no numbers.
    pub(super) bad_loss: u64,
    /// What was predicted, or is true, is no class that is known here.
    pub(super) no_class: u64,
    /// True values other than the labels of the dataset.
    pub(super) contradicting: u64,
    /// Samples with several rows that differ.
    pub(super) conflicting: u64,
    /// Evaluation samples without a row.
    pub(super) missing: u64,
}

impl Faults {
    /// One sentence for each kind that occurs.
    pub(super) fn notes(&self, n_evaluation: u64) -> Vec<String> {
        let rows = |n: u64| counted_large(n, "prediction");
        let told = |n: u64, one: &str, many: &str| match n {
            1 => one.to_owned(),
            _ => many.to_owned(),
        };
        let kinds = [
            (
                self.missing,
                format!(
                    "{} of {} evaluation samples {} no prediction",
                    count(self.missing),
                    count(n_evaluation),
                    told(self.missing, "has", "have")
                ),
            ),
            (
                self.no_number,
                format!(
                    "{} {} NaN, an infinity or text where a number belongs: neither right nor wrong",
                    rows(self.no_number),
                    told(self.no_number, "holds", "hold")
                ),
            ),
            (
                self.no_shares,
                format!(
                    "{} {} probabilities below 0, above 1 or that do not add up to 1 (logits?): without a loss; the largest counts as the answer where the true class is known",
                    rows(self.no_shares),
                    told(self.no_shares, "has", "have")
                ),
            ),
            (
                self.bad_loss,
                format!(
                    "{} {} a loss that is negative, infinite or no number: left out",
                    rows(self.bad_loss),
                    told(self.bad_loss, "has", "have")
                ),
            ),
            (
                self.no_class,
                format!(
                    "{} {} a class, predicted or true, that cannot be told to be one of the dataset or of the columns `p_0`, `p_1`, ..: neither right nor wrong",
                    rows(self.no_class),
                    told(self.no_class, "names", "name")
                ),
            ),
            (
                self.contradicting,
                format!(
                    "{} {} another true value than the dataset: the one beside the prediction counts",
                    rows(self.contradicting),
                    told(self.contradicting, "has", "have")
                ),
            ),
            (
                self.conflicting,
                format!(
                    "{} {} several predictions that differ: none of them counts",
                    counted_large(self.conflicting, "sample"),
                    told(self.conflicting, "has", "have")
                ),
            ),
        ];
        let occurring = kinds.into_iter().filter(|(n, _)| *n > 0);
        occurring.map(|(_, note)| note).collect()
    }
}
