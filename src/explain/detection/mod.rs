//! How well boxes are found: the mean average precision of detectors, as `pycocotools` defines it
//! for boxes of any size.
//!
//! Of an image and a class the 100 surest boxes are matched with the true ones, the surest first,
//! each with the free one that it overlaps most. What overlaps a crowd counts neither way. The
//! precision of a class is averaged over 101 recalls, the mean is over the classes that the images
//! show. Not computed: averages over small, medium and large boxes, and recall.

mod classes;
mod match_boxes;
mod pictures;
mod precision;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(crate) use classes::Classes;
pub(crate) use pictures::{Found, match_to};
pub(crate) use precision::Measure;

use match_boxes::{Hit, Matches, matches};

/// Overlaps at which a box counts as found, from 0.5 to 0.95.
const THRESHOLDS: usize = 10;

/// Most boxes of one class in an image that count, the surest first.
const MOST_OF_A_CLASS: usize = 100;

/// A box that a model found.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// What it is said to show.
    pub class: DetectedClass,
    /// Left edge, upper edge, width and height.
    pub corner: [f64; 4],
    /// The edges are fractions of the picture's sides, else pixels.
    pub is_fraction: bool,
    /// How sure the model is; more is surer.
    pub score: f64,
}

/// What a model calls the class of a box.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DetectedClass {
    /// The number that a file of annotations gives to it.
    Id(i64),
    /// Its place in the list of classes, from 0.
    Place(u32),
    /// Its name.
    Name(String),
}

/// What is true of one picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Picture {
    /// What annotations call it in place of its name.
    pub(crate) id: Option<String>,
    /// Width and height in pixels.
    pub(crate) size: Option<(u32, u32)>,
    /// Its boxes; `None` where annotations say nothing of it.
    pub(crate) boxes: Option<Vec<TrueBox>>,
}

/// A box of the dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TrueBox {
    /// Number of its class.
    pub(crate) class: u32,
    /// Left edge, upper edge, width and height.
    pub(crate) corner: [f64; 4],
    /// The edges are fractions of the picture's sides, else pixels.
    pub(crate) is_fraction: bool,
    /// Around many objects that are not told apart.
    pub(crate) crowd: bool,
}

/// The same with a class of the dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Guess {
    class: u32,
    corner: [f64; 4],
    score: f64,
}

/// All boxes that were found on the evaluation images beside those that there are, by class.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detected {
    classes: Vec<OfClass>,
    /// Rows of the images.
    images: Vec<u32>,
}

/// Boxes of one class.
#[derive(Debug, Clone, Default, PartialEq)]
struct OfClass {
    /// Those found, the surest first.
    hits: Vec<Hit>,
    /// Rows of images that show it, and how many boxes each that are no crowd.
    shown: Vec<(u32, u32)>,
}

impl Detected {
    /// From the boxes of each image: its row, those found, and those that there are, in one unit.
    fn new(images: impl Iterator<Item = (u32, Vec<Guess>, Vec<TrueBox>)>) -> Self {
        let mut classes: BTreeMap<u32, OfClass> = BTreeMap::new();
        let mut rows = Vec::new();
        for (row, found, truth) in images {
            rows.push(row);
            for (class, Matches { hits, shown }) in matches(row, &found, &truth) {
                let own = classes.entry(class).or_default();
                own.hits.extend(hits);
                own.shown.extend((shown > 0).then_some((row, shown)));
            }
        }
        let mut classes: Vec<OfClass> = classes.into_values().collect();
        // What is on no image has no recall, and no part in the mean.
        classes.retain(|class| !class.shown.is_empty());
        for class in &mut classes {
            class.hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        }
        Self {
            classes,
            images: rows,
        }
    }

    /// Rows of the evaluation images.
    pub(crate) fn images(&self) -> &[u32] {
        &self.images
    }

    /// The mean average precision on images by row; `None` where they show nothing.
    pub(crate) fn mean_precision(&self, images: &[u32], measure: Measure) -> Option<f64> {
        let most = images.iter().chain(&self.images).max()?;
        let mut wanted = vec![false; *most as usize + 1];
        for &row in images {
            wanted[row as usize] = true;
        }
        let each = self.classes.iter();
        let each = each.filter_map(|class| precision::average(class, &wanted, measure));
        let each: Vec<f64> = each.collect();
        let sum: f64 = each.iter().sum();
        (!each.is_empty()).then(|| sum / each.len() as f64)
    }
}
