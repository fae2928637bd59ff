//! How facts of the images are distributed in two splits: what drift is judged by, for a picture.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One fact of the images of an evaluation and of a training split, counted in the same bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// The fact.
    pub of: Fact,
    /// Evaluation split.
    pub evaluation_split: String,
    /// Training split.
    pub training_split: String,
    /// Ends of the bins of a number, ascending, one more than there are bins: a bin holds its
    /// lower end, and the last one its upper end, too. Empty for names.
    pub edges: Vec<f64>,
    /// Names that are counted, most frequent first; where there are more than twelve, the last
    /// entry is all others. Empty for numbers.
    pub names: Vec<String>,
    /// Images of the evaluation split in each bin or of each name.
    pub evaluation: Vec<u64>,
    /// Images of the training split.
    pub training: Vec<u64>,
    /// By how much they differ, 0 to 1: Kolmogorov-Smirnov's D of numbers, Cramér's V of names;
    /// `null` where there is only one name.
    pub effect: Option<f64>,
    /// Whether the difference is as large as a finding of drift needs.
    pub drifts: bool,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Mean grey level, 0 to 255.
    Brightness,
    /// Standard deviation of the grey levels, 0 to 255.
    Contrast,
    /// Standard deviation of the edges, in grey levels.
    Sharpness,
    /// Pixels of the image, width times height.
    Pixels,
    /// Width over height.
    Aspect,
    /// Target, in its own unit.
    Target,
    /// Class.
    Class,
    /// File format.
    Format,
}
