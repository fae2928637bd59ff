//! What COCO's annotations draw on pictures, and what is wrong with them, as `pycocotools` would
//! take it: entries of one number hide each other, and what names no image is never seen.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::document::{Document, Object};
use crate::annotation::{Bounds, ClassNumbers, FaultKind, Unit};
use crate::dataset::drawn::{Drawn, Gather};

/// Classes that documents list, each once, in their order.
pub(super) fn classes<'a>(documents: impl Iterator<Item = &'a Document>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all = documents.flat_map(|document| &document.categories);
    let names = all.map(|category| category.name.clone());
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// Numbers that documents give to classes, in order.
pub(super) fn numbers<'a>(
    documents: impl Iterator<Item = &'a Document>,
    classes: &[String],
) -> ClassNumbers {
    let of_name: HashMap<&str, u32> = classes.iter().map(String::as_str).zip(0..).collect();
    let all = documents.flat_map(|document| &document.categories);
    let numbered = all.filter_map(|one| Some((one.id, *of_name.get(one.name.as_str())?)));
    let numbered: BTreeSet<(i64, u32)> = numbered.collect();
    ClassNumbers {
        of: numbered.into_iter().collect(),
        by_place: false,
    }
}

/// Adds what a document draws; `pictures` are the samples of its images, in their order.
pub(super) fn gather(document: &Document, file: &Arc<str>, pictures: &[String], to: &mut Gather) {
    let names: HashMap<i64, &str> = document
        .categories
        .iter()
        .map(|one| (one.id, one.name.as_str()))
        .collect();
    let mut images: HashMap<String, usize> = HashMap::new();
    for (at, image) in document.images.iter().enumerate() {
        if images.insert(image.id.to_string(), at).is_some() {
            let detail = format!("two images have the `id` {}", image.id);
            to.fault(FaultKind::DuplicateId, file, 0, Some(&pictures[at]), detail);
        }
    }
    let mut categories = BTreeSet::new();
    for category in &document.categories {
        if !categories.insert(category.id) {
            let detail = format!("two categories have the `id` {}", category.id);
            to.fault(FaultKind::DuplicateId, file, 0, None, detail);
        }
    }
    let mut drawn: Vec<Vec<Drawn>> = document.images.iter().map(|_| Vec::new()).collect();
    let mut ids = BTreeSet::new();
    for one in &document.annotations {
        let at = images.get(&one.image_id.to_string()).copied();
        let Some(at) = at else {
            let detail = format!(
                "annotation {} is of image {}, which the file does not list",
                one.id, one.image_id
            );
            to.fault(FaultKind::WithoutPicture, file, 0, None, detail);
            continue;
        };
        let picture = pictures[at].as_str();
        if !one.id.is_null() && !ids.insert(one.id.to_string()) {
            let detail = format!("two annotations have the `id` {}", one.id);
            to.fault(FaultKind::DuplicateId, file, 0, Some(picture), detail);
        }
        for object in one.objects() {
            match read(&object, &names) {
                Ok(object) => drawn[at].extend(object),
                Err((kind, detail)) => {
                    let detail = format!("annotation {}: {detail}", one.id);
                    to.fault(kind, file, 0, Some(picture), detail);
                }
            }
        }
    }
    for ((image, picture), drawn) in document.images.iter().zip(pictures).zip(drawn) {
        to.picture(picture, file, image.size(), drawn);
        let id = &image.id;
        match id.as_str() {
            Some(id) => to.id(picture, file, id),
            None if !id.is_null() => to.id(picture, file, &id.to_string()),
            None => {}
        }
    }
}

/// An object; `None` for captions, which have neither class nor box.
fn read(object: &Object, names: &HashMap<i64, &str>) -> Result<Option<Drawn>, (FaultKind, String)> {
    let class = match &object.category_id {
        None => None,
        Some(id) => {
            let wrong = || {
                (
                    FaultKind::Malformed,
                    "`category_id` is no number".to_owned(),
                )
            };
            let id = id.right().ok_or_else(wrong)?;
            let unknown = || {
                let detail = format!("`category_id` {id} is not in the list of categories");
                (FaultKind::UnknownClass, detail)
            };
            Some((*names.get(&id).ok_or_else(unknown)?).to_owned())
        }
    };
    let bounds = match &object.bbox {
        None => None,
        Some(edges) => {
            let edges = edges
                .right()
                .and_then(|edges| <[f32; 4]>::try_from(edges).ok());
            let wrong = || {
                let detail = "`bbox` is not x, y, width and height".to_owned();
                (FaultKind::Malformed, detail)
            };
            Some(Bounds::from_corner(edges.ok_or_else(wrong)?, Unit::Pixels))
        }
    };
    let drawn = Drawn {
        class,
        bounds,
        ..Drawn::default()
    };
    let is_something = drawn != Drawn::default();
    Ok(is_something.then_some(Drawn {
        crowd: object.is_crowd(),
        ..drawn
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Faults, and what is drawn on `a.jpg` and `b.jpg`.
    fn told(images: &str, annotations: &str, categories: &str) -> (Vec<String>, Vec<String>) {
        let text = format!(
            r#"{{"images": [{images}], "annotations": [{annotations}], "categories": [{categories}]}}"#
        );
        let document: Document = serde_json::from_str(&text).unwrap();
        let pictures: Vec<String> = document
            .images
            .iter()
            .map(|one| one.name().to_owned())
            .collect();
        let mut to = Gather::new(classes([&document].into_iter()));
        gather(&document, &"x.json".into(), &pictures, &mut to);
        let found = to.finish("x");
        let faults = found.faults.iter();
        let regions = found.pictures.iter().map(|picture| {
            let of = picture.regions.iter();
            let of: Vec<&str> = of.filter_map(|region| found.class_of(region)).collect();
            format!("{} {:?} {}", picture.path, picture.size, of.join(" "))
        });
        (
            faults
                .map(|one| format!("{:?} {}", one.kind, one.detail))
                .collect(),
            regions.collect(),
        )
    }

    const IMAGES: &str = r#"{"id": 1, "file_name": "a.jpg", "width": 9, "height": 7}, {"id": "b", "file_name": "b.jpg", "width": "9"}"#;
    const CATEGORIES: &str = r#"{"id": 3, "name": "cat"}, {"id": 5, "name": "dog"}"#;

    #[test]
    fn sound_documents_have_no_faults() {
        let annotations = r#"{"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4]},
            {"id": 2, "image_id": "b", "segments_info": [{"category_id": 3, "bbox": [0, 0, 1, 1]}, {"category_id": 5}]},
            {"id": 3, "image_id": 1, "caption": "a dog"}"#;
        let (faults, pictures) = told(IMAGES, annotations, CATEGORIES);
        assert_eq!(faults, [""; 0]);
        assert_eq!(pictures, ["a.jpg Some((9, 7)) dog", "b.jpg None cat dog"]);
    }

    #[test]
    fn one_bad_annotation_is_told_and_hides_no_other() {
        for (annotation, fault) in [
            (
                r#"{"id": 7, "image_id": 9, "category_id": 5}"#,
                "WithoutPicture annotation 7 is of image 9, which the file does not list",
            ),
            (
                r#"{"id": 7, "image_id": 1, "category_id": 4}"#,
                "UnknownClass annotation 7: `category_id` 4 is not in the list of categories",
            ),
            (
                r#"{"id": 7, "image_id": 1, "category_id": "cat"}"#,
                "Malformed annotation 7: `category_id` is no number",
            ),
            (
                r#"{"id": 7, "image_id": 1, "category_id": 5, "bbox": [1, 2, 3]}"#,
                "Malformed annotation 7: `bbox` is not x, y, width and height",
            ),
            (
                r#"{"id": 7, "image_id": 1, "category_id": 5, "bbox": "none"}"#,
                "Malformed annotation 7: `bbox` is not x, y, width and height",
            ),
            (
                r#"{"id": 8, "image_id": 1}"#,
                "DuplicateId two annotations have the `id` 8",
            ),
        ] {
            let annotations =
                format!(r#"{annotation}, {{"id": 8, "image_id": "b", "category_id": 3}}"#);
            let (faults, pictures) = told(IMAGES, &annotations, CATEGORIES);
            assert_eq!(
                (faults.as_slice(), pictures[1].as_str()),
                ([fault.to_owned()].as_slice(), "b.jpg None cat")
            );
        }
    }

    #[test]
    fn numbers_of_images_and_categories_are_used_once() {
        let images = r#"{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}"#;
        let (faults, _) = told(images, "", CATEGORIES);
        assert_eq!(faults, ["DuplicateId two images have the `id` 1"]);
        let (faults, _) = told(
            IMAGES,
            "",
            r#"{"id": 3, "name": "cat"}, {"id": 3, "name": "cow"}"#,
        );
        assert_eq!(faults, ["DuplicateId two categories have the `id` 3"]);
    }
}
