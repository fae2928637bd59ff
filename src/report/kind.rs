//! Every kind of evidence for a leak, in one order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::matching::pair::Kind;
use crate::sequence::examine::LeakKind;

/// How an evaluation sample leaks, strongest evidence first: what pixels and bytes say, then what names and columns
/// say of samples that belong together.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LeakageKind {
    /// One file, a member of both splits.
    SameFile,
    /// Two files with the same bytes.
    SameBytes,
    /// Other bytes, the same pixels.
    SamePixels,
    /// The same picture, edited, re-encoded, mirrored, cropped, or recorded a moment later.
    NearDuplicate,
    /// Tiles of one large image that overlap or touch.
    OverlappingTile,
    /// Augmented copies of one source, or a copy and its source.
    AugmentedSibling,
    /// Recorded within a stated number of steps of each other.
    SequenceNeighbour,
    /// Of one group: patient, slide, site, instant.
    SharedGroup,
}

impl LeakageKind {
    /// All kinds, strongest first.
    pub const ALL: [Self; 8] = [
        Self::SameFile,
        Self::SameBytes,
        Self::SamePixels,
        Self::NearDuplicate,
        Self::OverlappingTile,
        Self::AugmentedSibling,
        Self::SequenceNeighbour,
        Self::SharedGroup,
    ];

    /// Whether bytes or pixels show it, rather than names and columns.
    #[must_use]
    pub fn is_by_pixels(self) -> bool {
        self <= Self::NearDuplicate
    }

    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameFile => Kind::SameFile.name(),
            Self::SameBytes => Kind::SameBytes.name(),
            Self::SamePixels => Kind::SamePixels.name(),
            Self::NearDuplicate => Kind::NearDuplicate.name(),
            Self::OverlappingTile => LeakKind::OverlappingTile.name(),
            Self::AugmentedSibling => LeakKind::AugmentedSibling.name(),
            Self::SequenceNeighbour => LeakKind::SequenceNeighbour.name(),
            Self::SharedGroup => LeakKind::SharedGroup.name(),
        }
    }
}

impl From<Kind> for LeakageKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::SameFile => Self::SameFile,
            Kind::SameBytes => Self::SameBytes,
            Kind::SamePixels => Self::SamePixels,
            Kind::NearDuplicate => Self::NearDuplicate,
        }
    }
}

impl From<LeakKind> for LeakageKind {
    fn from(kind: LeakKind) -> Self {
        match kind {
            LeakKind::OverlappingTile => Self::OverlappingTile,
            LeakKind::AugmentedSibling => Self::AugmentedSibling,
            LeakKind::SequenceNeighbour => Self::SequenceNeighbour,
            LeakKind::SharedGroup => Self::SharedGroup,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_report_and_kinds_stand_in_order() {
        for kind in LeakageKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert!(LeakageKind::ALL.is_sorted());
        let by_pixels = LeakageKind::ALL.map(LeakageKind::is_by_pixels);
        assert_eq!(
            by_pixels,
            [true, true, true, true, false, false, false, false]
        );
    }
}
