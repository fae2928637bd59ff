//! Labels of tables: the columns that hold them, and the names of numbered classes.

use serde_json::Value;

/// Names of columns that hold labels, best first.
pub(super) const LABELS: &[&str] = &[
    "label",
    "labels",
    "class",
    "fine_label",
    "coarse_label",
    "target",
];

/// The key of a table's notes under which Hugging Face describes its columns.
pub(super) const NOTE: &str = "huggingface";

/// Names of the classes of a column, by number.
pub(super) struct ClassNames(Vec<String>);

impl ClassNames {
    /// As the note of a table tells them; none where it does not.
    pub(super) fn of(note: &str, column: &str) -> Self {
        let names = || {
            let note: Value = serde_json::from_str(note).ok()?;
            let feature = note.get("info")?.get("features")?.get(column)?;
            let names = feature.get("names")?.as_array()?.iter();
            let names = names.map(|name| Some(name.as_str()?.to_owned()));
            names.collect::<Option<Vec<String>>>()
        };
        Self(names().unwrap_or_default())
    }

    /// Names of classes in their order.
    pub(super) fn listed(names: Vec<String>) -> Self {
        Self(names)
    }

    /// The name of a class, or its number where it has none.
    pub(super) fn of_number(&self, class: i64) -> String {
        let name = usize::try_from(class)
            .ok()
            .and_then(|class| self.0.get(class));
        name.cloned().unwrap_or_else(|| class.to_string())
    }
}

/// A whole number of at most 8 bytes, low byte first.
pub(super) fn whole(bytes: &[u8], is_signed: bool) -> i64 {
    let is_negative = is_signed && bytes.last().is_some_and(|high| high & 0x80 != 0);
    let mut all = [if is_negative { 0xFF } else { 0 }; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    i64::from_le_bytes(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_names_that_a_note_gives_them() {
        let note = r#"{"info": {"features": {"label": {"names": ["cat", "dog"]}}}}"#;
        let names = ClassNames::of(note, "label");
        assert_eq!(
            (names.of_number(1), names.of_number(-1)),
            ("dog".into(), "-1".into())
        );
        assert_eq!(ClassNames::of(note, "other").of_number(1), "1");
    }

    #[test]
    fn whole_numbers_keep_their_sign() {
        assert_eq!((whole(&[0xFF], true), whole(&[0xFF], false)), (-1, 255));
        assert_eq!(whole(&[1, 2], true), 513);
    }
}
