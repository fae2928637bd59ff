//! Fields of a JSON object as cells of a row: those of an object inside it are called by both
//! names, `extra.slide`.

use serde_json::Value;

/// Objects inside each other that are looked into.
const DEEPEST: usize = 3;

/// Adds the texts and numbers in a field, each with its name.
pub(super) fn cells(name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    inside(name, value, DEEPEST, out);
}

fn inside(name: &str, value: &Value, depth: usize, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => out.push((name.to_owned(), text.clone())),
        Value::Number(_) | Value::Bool(_) => out.push((name.to_owned(), value.to_string())),
        Value::Object(fields) if depth > 0 => {
            for (inner, value) in fields {
                inside(&format!("{name}.{inner}"), value, depth - 1, out);
            }
        }
        Value::Object(_) | Value::Array(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_inside_are_called_by_all_names_and_lists_are_left() {
        let value = serde_json::json!({"slide": "S1", "of": {"n": 2}, "box": [1, 2], "x": null});
        let mut out = Vec::new();
        cells("extra", &value, &mut out);
        let told: Vec<String> = out.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(told, ["extra.of.n=2", "extra.slide=S1"]);
    }
}
