//! Exports in XML; the only user of `quick_xml`.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Export, Row};

/// `<annotations><image name subset><box label/></image></annotations>` of CVAT.
pub(super) fn cvat(text: &str) -> Option<Export> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut depth, mut in_image) = (0, false);
    each_event(text, |event| {
        let (element, is_empty) = match &event {
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            Event::End(end) => {
                depth -= 1;
                in_image &= end.name().as_ref() != b"image";
                return Some(());
            }
            _ => return Some(()),
        };
        if depth == 0 && element.name().as_ref() != b"annotations" {
            return None;
        }
        if depth == 1 && element.name().as_ref() == b"image" {
            rows.push(Row {
                name: attribute(element, "name")?,
                split: attribute(element, "subset").filter(|subset| !subset.is_empty()),
                classes: BTreeSet::new(),
            });
            in_image = !is_empty;
        } else if depth == 2 && in_image {
            let row = rows.last_mut()?;
            row.classes.extend(attribute(element, "label"));
        }
        depth += i32::from(!is_empty);
        Some(())
    })?;
    (!rows.is_empty()).then_some(Export { tool: "CVAT", rows })
}

/// Classes of `<annotation><object><name>cat</name></object></annotation>`.
pub(super) fn voc(text: &str) -> Option<BTreeSet<String>> {
    let mut classes = BTreeSet::new();
    let mut above: Vec<Vec<u8>> = Vec::new();
    each_event(text, |event| {
        match event {
            Event::Start(element) => {
                let name = element.name().as_ref().to_vec();
                if above.is_empty() && name != b"annotation" {
                    return None;
                }
                above.push(name);
            }
            Event::End(_) => drop(above.pop()),
            Event::Text(text) => {
                let of_object = ["annotation", "object", "name"].map(str::as_bytes);
                if above.iter().map(Vec::as_slice).eq(of_object) {
                    classes.insert(text.decode().ok()?.trim().to_owned());
                }
            }
            _ => {}
        }
        Some(())
    })?;
    Some(classes)
}

/// Calls for every event to the end; `None` as soon as that says so, or where the text is no XML.
fn each_event(text: &str, mut call: impl FnMut(Event<'_>) -> Option<()>) -> Option<()> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return Some(()),
            event => call(event)?,
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    let text = std::str::from_utf8(&attribute.value).ok()?;
    Some(quick_xml::escape::unescape(text).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_cvat_have_a_subset_and_labels() {
        let text = r#"<?xml version="1.0"?><annotations><version>1.1</version>
            <image id="0" name="a &amp; b.jpg" subset="train"><tag label="cat"/></image>
            <image id="1" name="c.jpg"><box label="dog"><attribute name="x">1</attribute></box><tag label="cow"/></image>
            <image id="2" name="d.jpg"/></annotations>"#;
        let rows = cvat(text).unwrap().rows;
        let classes = |at: usize| rows[at].classes.iter().cloned().collect::<Vec<_>>();
        assert_eq!(
            (rows.len(), rows[0].name.as_str(), rows[0].split.as_deref()),
            (3, "a & b.jpg", Some("train"))
        );
        assert_eq!(
            (classes(0), classes(1)),
            (
                vec!["cat".to_owned()],
                vec!["cow".to_owned(), "dog".to_owned()]
            )
        );
        assert!(classes(2).is_empty() && rows[2].split.is_none());
    }

    #[test]
    fn objects_of_voc_are_classes_and_their_parts_are_not() {
        let text = "<annotation><filename>a.jpg</filename><object><name>cat</name><part><name>head</name></part></object></annotation>";
        assert_eq!(voc(text).unwrap().into_iter().collect::<Vec<_>>(), ["cat"]);
        assert_eq!(
            voc("<annotations><object><name>x</name></object></annotations>"),
            None
        );
        assert_eq!(voc("<annotation><object>"), Some(BTreeSet::new()));
    }

    #[test]
    fn xml_of_another_form_is_no_export() {
        for text in [
            "<annotation/>",
            "<annotations/>",
            "no",
            "<annotations><image/></annotations>",
        ] {
            assert_eq!(cvat(text), None, "{text}");
        }
    }
}
