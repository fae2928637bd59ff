//! Boxes that annotations draw on the chosen samples, for detections to be compared with.

use crate::annotation::{Annotations, Unit};
use crate::explain::detection::{self, Classes, Found, Picture, TrueBox};
use crate::explain::predictions::Line;
use crate::sample::{Sample, SampleId};
use crate::signature::Signed;

use super::Evidence;

/// What annotations say of the chosen samples.
pub(super) struct Drawn<'a> {
    annotations: &'a Annotations,
    samples: &'a [&'a Sample],
    ids: &'a [SampleId],
    signatures: &'a [Signed],
}

impl<'a> Drawn<'a> {
    pub(super) fn of(
        samples: &'a [&'a Sample],
        ids: &'a [SampleId],
        evidence: &Evidence<'a>,
    ) -> Self {
        Self {
            annotations: &evidence.dataset.annotations,
            samples,
            ids,
            signatures: evidence.signatures,
        }
    }

    /// Gives the samples what was found on them.
    ///
    /// # Errors
    /// As of [`detection::match_to`].
    pub(super) fn match_to(
        &self,
        lines: &[Line],
        paths: &[&str],
        evaluation: &[u32],
    ) -> Result<Found, String> {
        let pictures = self.samples.iter().zip(self.ids);
        let pictures: Vec<Picture> = pictures
            .map(|(sample, id)| self.picture(&sample.path, *id))
            .collect();
        let classes = Classes {
            names: &self.annotations.classes,
            numbers: &self.annotations.numbers.of,
            by_place: self.annotations.numbers.by_place,
            is_list: self.annotations.declared > 0,
        };
        detection::match_to(lines, paths, &pictures, evaluation, &classes)
    }

    fn picture(&self, path: &str, id: SampleId) -> Picture {
        let said = self.annotations.of(path);
        // Fractions are of the upright picture.
        let signature = self.signatures[id.index()].as_ref().ok();
        let upright = signature.map(|one| (one.width, one.height));
        let boxes = said.map(|said| {
            let regions = said.regions.iter();
            let drawn = regions.filter_map(|region| {
                let bounds = region.bounds?;
                let [left, top] = [bounds.left, bounds.top].map(f64::from);
                Some(TrueBox {
                    class: region.class?,
                    corner: [
                        left,
                        top,
                        f64::from(bounds.right) - left,
                        f64::from(bounds.bottom) - top,
                    ],
                    is_fraction: bounds.unit == Unit::Fractions,
                    crowd: region.crowd,
                })
            });
            drawn.collect()
        });
        Picture {
            id: said.and_then(|said| said.id.as_deref()).map(str::to_owned),
            size: said.and_then(|said| said.size).or(upright),
            boxes,
        }
    }
}
