//! `VoTT`'s JSON: `{"tags": …, "assets": {id: {"asset": {"name", "size"}, "regions": …}}}`, with a
//! box in pixels and any number of tags for each region.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Export, Row};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;
use crate::dataset::lenient::Lenient;

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    tags: Vec<Tag>,
    assets: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

#[derive(Deserialize)]
struct Entry {
    asset: Asset,
    #[serde(default)]
    regions: Vec<Region>,
}

#[derive(Deserialize)]
struct Asset {
    name: String,
    #[serde(default)]
    size: Option<Lenient<Size>>,
}

#[derive(Clone, Deserialize)]
struct Size {
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
struct Region {
    #[serde(default)]
    tags: Vec<String>,
    #[serde(rename = "boundingBox")]
    bounding_box: Lenient<Edges>,
}

#[derive(Clone, Deserialize)]
struct Edges {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

/// What a project lists; `None` for another form.
pub(super) fn assets(text: &str) -> Option<Export> {
    let project: Project = serde_json::from_str(text).ok()?;
    Some(Export {
        tool: "VoTT",
        rows: project.assets.into_values().map(row).collect(),
        declared: project.tags.into_iter().map(|tag| tag.name).collect(),
    })
}

fn row(entry: Entry) -> Row {
    let size = entry.asset.size.as_ref().and_then(Lenient::right);
    let mut row = Row {
        name: entry.asset.name,
        size: size.map(|size| (size.width, size.height)),
        ..Row::default()
    };
    for Region { tags, bounding_box } in entry.regions {
        let Some(at) = bounding_box.right() else {
            let detail = "a `boundingBox` is not left, top, width and height".to_owned();
            row.faults.push((FaultKind::Malformed, detail));
            continue;
        };
        let edges = [at.left, at.top, at.width, at.height];
        let drawn = Drawn {
            bounds: Some(Bounds::from_corner(edges, Unit::Pixels)),
            ..Drawn::default()
        };
        if tags.is_empty() {
            row.drawn.push(drawn.clone());
        }
        row.drawn.extend(tags.into_iter().map(|tag| Drawn {
            class: Some(tag),
            ..drawn.clone()
        }));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tag_of_a_region_has_its_box() {
        let text = r#"{"tags": [{"name": "cat"}], "assets": {
            "1": {"asset": {"name": "a.jpg", "size": {"width": 9, "height": 7}}, "regions": [
                {"tags": ["cat", "wet"], "boundingBox": {"left": 1, "top": 2, "width": 3, "height": 4}},
                {"tags": [], "boundingBox": {"left": 1, "top": 2, "width": 3, "height": 4}},
                {"tags": ["cat"], "boundingBox": {"left": "?"}}]},
            "2": {"asset": {"name": "b.jpg"}}}}"#;
        let Export { rows, declared, .. } = assets(text).unwrap();
        assert_eq!(declared, ["cat"]);
        let drawn = rows[0].drawn.iter().map(|one| {
            let class = one.class.as_deref().unwrap_or("-");
            format!("{class}@{}", one.bounds.unwrap().right)
        });
        assert_eq!(drawn.collect::<Vec<_>>(), ["cat@4", "wet@4", "-@4"]);
        assert_eq!((rows[0].size, rows[0].faults.len()), (Some((9, 7)), 1));
        assert_eq!((rows[1].name.as_str(), rows[1].drawn.len()), ("b.jpg", 0));
    }

    #[test]
    fn assets_of_something_else_are_no_export() {
        assert_eq!(assets(r#"{"assets": {"1": {"url": "a.jpg"}}}"#), None);
        assert_eq!(assets(r#"{"assets": ["a.jpg"]}"#), None);
    }
}
