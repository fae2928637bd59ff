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
    #[serde(default)]
    file_name: Option<String>,
    #[serde(default)]
    coco_url: Option<String>,
    #[serde(default)]
    flickr_url: Option<String>,
    #[serde(default)]
    patient_id: Option<serde_json::Value>,
    #[serde(default)]
    subject_id: Option<serde_json::Value>,
    #[serde(default)]
    study_id: Option<serde_json::Value>,
    #[serde(default)]
    slide_id: Option<serde_json::Value>,
    #[serde(default)]
    scene_id: Option<serde_json::Value>,
    #[serde(default)]
    source_image: Option<serde_json::Value>,
    #[serde(default)]
    video_id: Option<serde_json::Value>,
    #[serde(default, alias = "sequence_id")]
    seq_id: Option<serde_json::Value>,
    #[serde(default)]
    width: Option<Lenient<u32>>,
    #[serde(default)]
    height: Option<Lenient<u32>>,
}

impl Image {
    /// What may tell groups, by field.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        let told = [
            ("patient_id", &self.patient_id),
            ("subject_id", &self.subject_id),
            ("study_id", &self.study_id),
            ("slide_id", &self.slide_id),
            ("video_id", &self.video_id),
            ("seq_id", &self.seq_id),
            ("scene_id", &self.scene_id),
            ("source_image", &self.source_image),
        ];
        told.into_iter().filter_map(|(name, value)| {
            let value = value.as_ref().filter(|value| !value.is_null())?;
            let text = value.as_str().map(ToOwned::to_owned);
            Some((name, text.unwrap_or_else(|| value.to_string())))
        })
    }

    /// Its file: as written, else what an address ends in, as LVIS names its pictures.
    pub(super) fn name(&self) -> &str {
        let written = self.file_name.as_deref().filter(|name| !name.is_empty());
        let address = || self.coco_url.as_deref().or(self.flickr_url.as_deref());
        let last = |address: &'_ str| {
            let path = address.find(['?', '#']).unwrap_or(address.len());
            address[..path].rfind('/').map_or(0, |at| at + 1)..path
        };
        written.unwrap_or_else(|| {
            let address = address().unwrap_or_default();
            &address[last(address)]
        })
    }

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
    // Not an `Object` by `flatten`, which would keep every outline in memory to look at it later.
    #[serde(default)]
    category_id: Option<Lenient<i64>>,
    #[serde(default)]
    bbox: Option<Lenient<Vec<f32>>>,
    #[serde(default)]
    segments_info: Vec<Object>,
}

impl Annotation {
    /// What is annotated.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object> + '_ {
        let own = Object {
            category_id: self.category_id.clone(),
            bbox: self.bbox.clone(),
        };
        let alone = self.segments_info.is_empty().then_some(own);
        alone.into_iter().chain(self.segments_info.iter().cloned())
    }
}

/// What is said of one object.
#[derive(Clone, Deserialize)]
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
