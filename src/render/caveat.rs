//! What the search for copies cannot tell in a dataset.

use crate::leak::Leak;
use crate::report::{DetectionDoubt, Leakage, Report, ThresholdSource};

/// What similarity cannot tell in this dataset; `None` where there is nothing to say.
pub(super) fn caveat(report: &Report) -> Option<&'static str> {
    let look_alikes = |entry: &Leakage| entry.recorded_together.contains_key(&Leak::LookAlike);
    match report.detection.doubt? {
        DetectionDoubt::LookAlikes => Some(
            "distinct pictures of this dataset are as similar as edited copies are: only pairs whose \
             fine detail agrees count as near duplicates, the others are look-alikes",
        ),
        DetectionDoubt::Template => Some(
            "pictures of this dataset share most of what they show (a form, a plate, a fixed view): \
             only those as similar as copies saved again count as near duplicates, less similar ones \
             are look-alikes, and copies that were cropped, turned or written on may be missed",
        ),
        _ if !report.leakage.iter().any(look_alikes) => None,
        DetectionDoubt::FewImages => Some(
            "so few images do not tell how similar distinct ones are: pairs in doubt whose fine \
             detail agrees count as near duplicates, the others are look-alikes",
        ),
        DetectionDoubt::Sampling if report.detection.source == ThresholdSource::Bounded => Some(
            "distinct pictures of this dataset come nearer to each other than can be told from \
             chance: pairs in doubt that agree in every part count as near duplicates, the others \
             are look-alikes",
        ),
        DetectionDoubt::Sampling => Some(
            "pairs just above the threshold count as near duplicates where their fine detail \
             agrees, else as look-alikes",
        ),
    }
}
