//! The parts of COCO's JSON that are read. Fields that a program may fill wrongly are read as
//! whatever they are, so that one bad annotation does not hide all others.

use serde::Deserialize;

use crate::dataset::lenient::Lenient;

#[derive(Deserialize)]
pub(super) struct Document {
    pub(super) images: Vec<Image>,
    #[serde(default)]
    pub(super) annotations: Vec<Annotation>,
    #[serde(default)]
    pub(super) categories: Vec<Category>,
}

#[derive(Deserialize)]
pub(super) struct Image {
    #[serde(default)]
    pub(super) id: serde_json::Value,
    pub(super) file_name: String,
    #[serde(default)]
    width: Option<Lenient<u32>>,
    #[serde(default)]
    height: Option<Lenient<u32>>,
}

impl Image {
    pub(super) fn size(&self) -> Option<(u32, u32)> {
        Some((
            self.width.as_ref()?.right()?,
            self.height.as_ref()?.right()?,
        ))
    }
}

/// An annotation; of panoptic ones the segments are what is annotated.
#[derive(Deserialize)]
pub(super) struct Annotation {
    #[serde(default)]
    pub(super) id: serde_json::Value,
    #[serde(default)]
    pub(super) image_id: serde_json::Value,
    #[serde(flatten)]
    pub(super) object: Object,
    #[serde(default)]
    pub(super) segments_info: Vec<Object>,
}

/// What is said of one object.
#[derive(Deserialize)]
pub(super) struct Object {
    #[serde(default)]
    pub(super) category_id: Option<Lenient<i64>>,
    #[serde(default)]
    pub(super) bbox: Option<Lenient<Vec<f32>>>,
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) name: String,
}
