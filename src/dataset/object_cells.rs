//! The cell `objects` of a table, as the Hugging Face Hub takes it for detection: JSON with a list
//! of boxes (`bbox`: x, y, width, height in pixels) and one of classes, in the same order.

use serde::Deserialize;
use serde_json::Value;

use super::drawn::Drawn;
use crate::annotation::{Bounds, Unit};

#[derive(Deserialize)]
struct Objects {
    bbox: Vec<[f32; 4]>,
    #[serde(
        default,
        alias = "categories",
        alias = "category_id",
        alias = "label",
        alias = "labels",
        alias = "class"
    )]
    category: Vec<Value>,
}

/// What a cell draws; nothing where it is empty.
///
/// # Errors
/// The cell is of another form: what is wrong.
pub(super) fn read(cell: &str) -> Result<Vec<Drawn>, String> {
    if cell.trim().is_empty() {
        return Ok(Vec::new());
    }
    let objects: Objects = serde_json::from_str(cell)
        .map_err(|_| "`objects` has no list `bbox` of x, y, width and height".to_owned())?;
    let (boxes, classes) = (objects.bbox.len(), objects.category.len());
    if classes > 0 && classes != boxes {
        return Err(format!("`objects` has {boxes} boxes and {classes} classes"));
    }
    let class = |at: usize| {
        Some(match objects.category.get(at)? {
            Value::String(name) => name.clone(),
            other => other.to_string(),
        })
    };
    let drawn = objects.bbox.iter().enumerate().map(|(at, edges)| Drawn {
        class: class(at),
        bounds: Some(Bounds::from_corner(*edges, Unit::Pixels)),
        ..Drawn::default()
    });
    Ok(drawn.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_classes_stand_in_one_order() {
        let told = |cell: &str| -> Result<String, String> {
            let drawn = read(cell)?.into_iter().map(|one| {
                let class = one.class.unwrap_or_default();
                format!("{class}@{}", one.bounds.unwrap().right)
            });
            Ok(drawn.collect::<Vec<_>>().join(" "))
        };
        let cell =
            r#"{"bbox": [[1, 1, 4, 4], [2, 2, 5, 5]], "categories": [0, "dog"], "id": [7, 8]}"#;
        assert_eq!(told(cell).as_deref(), Ok("0@5 dog@7"));
        assert_eq!(told(r#"{"bbox": [[1, 1, 4, 4]]}"#).as_deref(), Ok("@5"));
        assert_eq!(told("").as_deref(), Ok(""));
        let uneven = r#"{"bbox": [[1, 1, 4, 4]], "category": [0, 1]}"#;
        assert_eq!(
            told(uneven),
            Err("`objects` has 1 boxes and 2 classes".to_owned())
        );
        for other in ["x", r#"{"bbox": [[1, 2]]}"#, r#"{"boxes": []}"#] {
            assert!(told(other).is_err(), "{other}");
        }
    }
}
