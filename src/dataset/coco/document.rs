//! The parts of COCO's JSON that are read. Fields that a program may fill wrongly are read as
//! whatever they are, so that one bad annotation does not hide all others.

use std::borrow::Cow;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::dataset::group_columns::named;
use crate::dataset::lenient::Lenient;
use crate::dataset::nested;

#[derive(Deserialize)]
pub(super) struct Document {
    pub(super) images: Vec<Image>,
    #[serde(default)]
    pub(super) annotations: Vec<Annotation>,
    #[serde(default)]
    pub(super) categories: Vec<Category>,
}

impl Document {
    /// The files of its images, as it writes them.
    pub(super) fn names(&self) -> Vec<&str> {
        self.images.iter().map(Image::name).collect()
    }
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
    width: Option<Lenient<u32>>,
    #[serde(default)]
    height: Option<Lenient<u32>>,
    /// Other fields that may tell groups by their names.
    #[serde(flatten, deserialize_with = "of_groups")]
    groups: Vec<(String, String)>,
}

/// Fields whose names say that they may tell groups, those of records inside, too (`extra.slide`),
/// as texts; nothing else is kept of a file that may have a million images.
fn of_groups<'de, D: Deserializer<'de>>(fields: D) -> Result<Vec<(String, String)>, D::Error> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, String)>;

        fn expecting(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            text.write_str("the fields of an image")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
            let mut kept = Vec::new();
            while let Some(name) = fields.next_key::<Cow<'de, str>>()? {
                let value = fields.next_value::<serde_json::Value>()?;
                nested::cells(&name, &value, &mut kept);
            }
            kept.retain(|(name, _)| named(name).says_so());
            Ok(kept)
        }
    }
    fields.deserialize_map(Fields)
}

impl Image {
    /// What may tell groups, by field.
    pub(super) fn groups(&self) -> &[(String, String)] {
        &self.groups
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
    iscrowd: Option<Lenient<Crowd>>,
    #[serde(default)]
    segments_info: Vec<Object>,
}

impl Annotation {
    /// What is annotated.
    pub(super) fn objects(&self) -> impl Iterator<Item = Object> + '_ {
        let own = Object {
            category_id: self.category_id.clone(),
            bbox: self.bbox.clone(),
            iscrowd: self.iscrowd.clone(),
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
    #[serde(default)]
    iscrowd: Option<Lenient<Crowd>>,
}

impl Object {
    /// Whether it is around many objects that are not told apart.
    pub(super) fn is_crowd(&self) -> bool {
        let said = self.iscrowd.as_ref().and_then(Lenient::right);
        matches!(said, Some(Crowd::Number(1..) | Crowd::Said(true)))
    }
}

/// `iscrowd`, as programs write it.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Crowd {
    Number(u64),
    Said(bool),
}

#[derive(Deserialize)]
pub(super) struct Category {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) name: String,
}
