//! What was read of labels: of which kind, from where, and how many samples have none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Labels of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LabelsRead {
    /// What they are.
    pub kind: LabelKind,
    /// What they were read from, in words.
    pub source: String,
    /// Samples that have such a label.
    pub labelled: u64,
    /// Samples that have none.
    pub missing: u64,
    /// Different classes; `null` where labels are no classes.
    pub classes: Option<u64>,
    /// Boxes and outlines in all; `null` for labels of whole pictures.
    pub regions: Option<u64>,
}

/// What labels are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LabelKind {
    /// One class a picture.
    Classes,
    /// Any number of classes a picture.
    Tags,
    /// A number to regress.
    Numbers,
    /// Boxes and outlines, of any number of classes.
    Boxes,
    /// An image beside the picture: a mask or a depth map.
    Masks,
}
