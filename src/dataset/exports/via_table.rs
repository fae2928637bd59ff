//! The table of VGG Image Annotator: a row for each region, shape and class as JSON in cells.

use serde_json::{Map, Value, json};

/// Columns of the picture, the shape and the attributes.
const COLUMNS: [&str; 3] = ["filename", "region_shape_attributes", "region_attributes"];

/// The records that the tool's JSON would hold; `None` for another table.
pub(super) fn records(text: &str) -> Option<Value> {
    if !text.lines().next()?.contains(COLUMNS[1]) {
        return None;
    }
    let mut rows = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = rows.headers().ok()?.clone();
    let at = COLUMNS.map(|name| header.iter().position(|own| own.trim() == name));
    let [name, shape, class] = [at[0]?, at[1]?, at[2]?];
    let mut regions: Map<String, Value> = Map::new();
    for row in rows.records().flatten() {
        let Some(name) = row.get(name) else { continue };
        let of_picture = regions.entry(name).or_insert_with(|| json!([]));
        let cell = |at: usize| -> Value {
            let cell = row.get(at).unwrap_or_default();
            serde_json::from_str(cell).unwrap_or_default()
        };
        // A picture without regions has a row of its own.
        let is_empty = |shape: &Value| shape.as_object().is_some_and(Map::is_empty);
        let region = cell(shape);
        if let (Value::Array(all), false) = (of_picture, is_empty(&region)) {
            all.push(json!({ "shape_attributes": region, "region_attributes": cell(class) }));
        }
    }
    let record = |(name, regions)| json!({ "filename": name, "regions": regions });
    Some(Value::Array(regions.into_iter().map(record).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_regions_of_their_picture() {
        let table = "filename,file_size,region_shape_attributes,region_attributes\n\
            a.jpg,7,\"{\"\"name\"\":\"\"rect\"\",\"\"x\"\":1}\",\"{\"\"kind\"\":\"\"cat\"\"}\"\n\
            b.jpg,7,\"{}\",\"{}\"\n";
        let region = json!({
            "shape_attributes": { "name": "rect", "x": 1 },
            "region_attributes": { "kind": "cat" },
        });
        let expected = json!([
            { "filename": "a.jpg", "regions": [region] },
            { "filename": "b.jpg", "regions": [] },
        ]);
        assert_eq!(records(table), Some(expected));
        assert_eq!(records("filename,label\na.jpg,cat\n"), None);
        assert_eq!(records(""), None);
    }
}
