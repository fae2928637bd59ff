//! How copies were told from look-alikes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How near duplicates were told from look-alikes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detection {
    /// Pairs at least this similar are near duplicates, -1 to 1.
    pub threshold: f64,
    /// Pairs at least this similar are copies, and less similar ones only where fine detail agrees
    /// at full resolution: the others are look-alikes. `null` where similarity alone tells.
    pub copies: Option<f64>,
    /// Why similarity alone does not tell copies below `copies`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<DetectionDoubt>,
    /// Where the threshold comes from.
    pub source: ThresholdSource,
    /// Pictures that are copies of nothing by construction, and were searched for to estimate it.
    pub decoys: u64,
    /// Expected share of evaluation samples without a duplicate that are given a false one;
    /// `null` unless calibrated.
    pub false_rate: Option<f64>,
    /// How many of the dataset's own pictures were found again once they were edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controls: Option<Controls>,
    /// Bits of 64 within which copies inside the largest splits were looked up; present only where
    /// a split was too large for the wide net, so that cropped copies inside it were mostly not
    /// found. Between splits the net is never narrowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside_radius_bits: Option<u32>,
}

/// Pictures to train on (all, where nothing is evaluated) that were edited as people edit pictures,
/// and looked for among these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Controls {
    /// How many pictures.
    pub pictures: u64,
    /// How many of them were found again, as copies or look-alikes, after they were saved as JPEG
    /// of quality 70, at half their size where they have 128 pixels or more.
    pub saved: u64,
    /// The same after 3 % were cut off at each edge.
    pub cropped: u64,
}

impl Controls {
    /// Whether copies that were merely saved again may be missed: fewer than three in four were
    /// found.
    #[must_use]
    pub fn misses_copies(&self) -> bool {
        4 * self.saved < 3 * self.pictures
    }

    /// Whether hardly any copy that was cropped would be found: fewer than one in four were, of
    /// some pictures.
    #[must_use]
    pub fn misses_cropped(&self) -> bool {
        const SOME: u64 = 8;
        self.pictures >= SOME && 4 * self.cropped < self.pictures
    }
}

/// Why similarity alone does not tell copies from look-alikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DetectionDoubt {
    /// The threshold is as exact as a sample of decoys makes it: just above it are look-alikes.
    Sampling,
    /// Too few images tell whether distinct ones are as similar as copies.
    FewImages,
    /// Distinct pictures of this dataset are as similar as copies.
    LookAlikes,
    /// All pictures show one template: what is as similar as copies saved again counts (`copies`;
    /// nothing where it is `null`), and fine detail tells nothing.
    Template,
}

/// Where the similarity threshold comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdSource {
    /// What decoys of this dataset reach.
    Calibrated,
    /// What decoys of this dataset reach lies outside of what is believed; a bound stands in.
    Bounded,
    /// Distinct pictures of this dataset are as similar as edited copies are: decoys cannot tell.
    Continuum,
    /// A default: the dataset is too small or too uniform to calibrate.
    Prior,
    /// The user.
    Given,
}
