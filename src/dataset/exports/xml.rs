//! Events of an XML text with their lines; the only user of `quick_xml`.

use quick_xml::Reader;
pub(in crate::dataset) use quick_xml::events::BytesStart as Element;
use quick_xml::events::Event;

/// What is met on the way through a text.
#[derive(Debug)]
pub(in crate::dataset) enum Met<'a> {
    Start(&'a Element<'a>),
    /// An element and the text directly inside it.
    End(&'a str),
}

/// Where a text is no XML: line, and what is wrong.
pub(in crate::dataset) type Broken = (u32, String);

/// Calls for every start and end of an element, with the names of the elements around it, itself
/// last, and its line. Ends early, and well, as soon as the call says `false`.
///
/// # Errors
/// The text is no XML, or ends inside an element.
pub(in crate::dataset) fn each(
    text: &str,
    mut call: impl FnMut(&[String], u32, Met<'_>) -> bool,
) -> Result<(), Broken> {
    let mut reader = Reader::from_str(text);
    let mut around: Vec<String> = Vec::new();
    let mut content = String::new();
    let (mut line, mut counted) = (1, 0);
    loop {
        let event = reader.read_event();
        // Lines up to here, counted on from where counting ended.
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let passed = text.as_bytes().get(counted..at).unwrap_or_default();
        line += passed.iter().filter(|&&byte| byte == b'\n').count() as u32;
        counted = at.max(counted);
        match event.map_err(|error| (line, error.to_string()))? {
            Event::Start(element) => {
                around.push(name(&element));
                content.clear();
                if !call(&around, line, Met::Start(&element)) {
                    return Ok(());
                }
            }
            Event::Empty(element) => {
                around.push(name(&element));
                let goes_on =
                    call(&around, line, Met::Start(&element)) && call(&around, line, Met::End(""));
                around.pop();
                if !goes_on {
                    return Ok(());
                }
            }
            Event::End(_) => {
                if !call(&around, line, Met::End(content.trim())) {
                    return Ok(());
                }
                around.pop();
                content.clear();
            }
            Event::Text(text) => content.push_str(&text.decode().unwrap_or_default()),
            Event::GeneralRef(entity) => {
                let written = format!("&{};", entity.decode().unwrap_or_default());
                let plain = quick_xml::escape::unescape(&written);
                content.push_str(&plain.unwrap_or_default());
            }
            Event::Eof => {
                return match around.last() {
                    None => Ok(()),
                    Some(open) => Err((line, format!("ends inside `<{open}>`"))),
                };
            }
            _ => {}
        }
    }
}

fn name(element: &Element<'_>) -> String {
    String::from_utf8_lossy(element.name().as_ref()).into_owned()
}

/// All attributes in their order; one that is damaged is left out.
pub(in crate::dataset) fn attributes(element: &Element<'_>) -> Vec<(String, String)> {
    let names = element.attributes().flatten().map(|one| one.key);
    let names = names.map(|name| String::from_utf8_lossy(name.as_ref()).into_owned());
    names
        .filter_map(|name| Some((attribute(element, &name)?, name)))
        .map(|(value, name)| (name, value))
        .collect()
}

/// The value of an attribute, with escapes undone.
pub(super) fn attribute(element: &Element<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    let text = std::str::from_utf8(&attribute.value).ok()?;
    Some(quick_xml::escape::unescape(text).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_told_with_their_place_text_and_line() {
        let mut told = Vec::new();
        let text = "<a>\n<b c='1'/>\n<d>x &amp; y</d></a>";
        let read = each(text, |around, line, met| {
            if let Met::End(text) = met {
                told.push(format!("{} {line} {text}", around.join("/")));
            }
            true
        });
        assert_eq!(read, Ok(()));
        assert_eq!(told, ["a/b 2 ", "a/d 3 x & y", "a 3 "]);
    }

    #[test]
    fn broken_texts_are_told_with_their_line() {
        let broken = |text: &str| each(text, |_, _, _| true).unwrap_err();
        assert_eq!(broken("<a>\n<b>\n"), (3, "ends inside `<b>`".to_owned()));
        assert_eq!(broken("<a>\n</b>").0, 2);
        assert_eq!(each("<a>\n</b>", |_, _, _| false), Ok(()));
    }
}
