//! The ways in which a sample of one split leaks from another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How two samples give each other away, strongest evidence first: what bytes and pixels show, then
/// what names and columns say of samples that belong together, the most telling first; last, what
/// is merely alike.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Leak {
    /// One file, a member of both splits.
    SameFile,
    /// Two files with the same bytes.
    SameBytes,
    /// Other bytes, the same pixels: another container, other metadata.
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
    /// Frames of films that look alike and are known to be far apart in time. Shown, and counted
    /// only where settings say so.
    AnotherPass,
    /// As similar as near duplicates are, in a dataset whose distinct pictures are, too: no
    /// evidence of a copy.
    LookAlike,
}

impl Leak {
    /// All ways, strongest first.
    pub const ALL: [Self; 10] = [
        Self::SameFile,
        Self::SameBytes,
        Self::SamePixels,
        Self::NearDuplicate,
        Self::OverlappingTile,
        Self::AugmentedSibling,
        Self::SequenceNeighbour,
        Self::SharedGroup,
        Self::AnotherPass,
        Self::LookAlike,
    ];

    /// Whether bytes or pixels show it, rather than names and columns.
    #[must_use]
    pub fn is_by_pixels(self) -> bool {
        self <= Self::NearDuplicate
    }

    /// Those that bytes or pixels show, strongest first.
    pub fn by_pixels() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|leak| leak.is_by_pixels())
    }

    /// Those that count only where names, columns or settings say so, the most telling first.
    pub fn by_names() -> impl Iterator<Item = Self> {
        let told = |leak: &Self| !leak.is_by_pixels() && *leak != Self::LookAlike;
        Self::ALL.into_iter().filter(told)
    }

    /// The name used in reports and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SameFile => "same-file",
            Self::SameBytes => "same-bytes",
            Self::SamePixels => "same-pixels",
            Self::NearDuplicate => "near-duplicate",
            Self::OverlappingTile => "overlapping-tile",
            Self::AugmentedSibling => "augmented-sibling",
            Self::SequenceNeighbour => "sequence-neighbour",
            Self::SharedGroup => "shared-group",
            Self::AnotherPass => "another-pass",
            Self::LookAlike => "look-alike",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_report_and_ways_stand_in_order() {
        for leak in Leak::ALL {
            assert_eq!(serde_json::to_value(leak).unwrap(), leak.name());
        }
        assert!(Leak::ALL.is_sorted());
        let by_pixels = Leak::ALL.map(Leak::is_by_pixels);
        assert_eq!(
            by_pixels,
            [
                true, true, true, true, false, false, false, false, false, false
            ]
        );
    }
}
