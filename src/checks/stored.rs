//! How files are stored: names that contradict content, ends that are not the end, orientation
//! marks, animations.

use std::collections::BTreeMap;

use super::{Evidence, readable_files};
use crate::finding::{Code, Finding, Subject};
use crate::sample::SampleId;
use crate::signature::unreadable::Format;
use crate::wording::counted;

/// Extensions, in lower case, and the format they promise.
const PROMISES: &[(&str, Format)] = &[
    ("jpg", Format::Jpeg),
    ("jpeg", Format::Jpeg),
    ("jpe", Format::Jpeg),
    ("jfif", Format::Jpeg),
    ("png", Format::Png),
    ("webp", Format::Webp),
    ("gif", Format::Gif),
    ("tif", Format::Tiff),
    ("tiff", Format::Tiff),
    ("bmp", Format::Other("BMP")),
    ("dib", Format::Other("BMP")),
    ("dcm", Format::Dicom),
    ("dicom", Format::Dicom),
    ("pbm", Format::Other("PNM")),
    ("pgm", Format::Other("PNM")),
    ("ppm", Format::Other("PNM")),
    ("pnm", Format::Other("PNM")),
    ("pam", Format::Other("PNM")),
    ("ico", Format::Other("ICO")),
    ("hdr", Format::Other("Radiance HDR")),
    ("exr", Format::Other("OpenEXR")),
    ("ff", Format::Other("farbfeld")),
    ("farbfeld", Format::Other("farbfeld")),
    ("qoi", Format::Other("QOI")),
    ("dds", Format::Other("DDS")),
    ("tga", Format::Other("TGA")),
];

/// One finding for each promise and format that breaks it.
pub(super) fn extension_mismatch(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut broken: BTreeMap<(&str, &str), Vec<SampleId>> = BTreeMap::new();
    for (id, signature) in readable_files(evidence) {
        let path = &evidence.dataset.samples[id.index()].path;
        let Some((_, extension)) = path.rsplit_once('.') else {
            continue;
        };
        let promise = PROMISES
            .iter()
            .find(|row| row.0.eq_ignore_ascii_case(extension));
        let Some((_, promised)) = promise else {
            continue;
        };
        let format = signature.facts.stored.format;
        if *promised != format {
            broken
                .entry((promised.name(), format.name()))
                .or_default()
                .push(id);
        }
    }
    let findings = broken.into_iter().map(|((promised, found), files)| {
        let message = format!(
            "{} named as {promised} but {found} inside; loaders that go by the name fail or decode differently, rename or convert",
            counted(files.len(), "image")
        );
        let subject = Subject::Samples(files);
        Finding::new(Code::ExtensionMismatch, subject, message)
            .told_by(format!("{promised} {found}"))
    });
    findings.collect()
}

/// One finding for all files with bytes after their end marker.
pub(super) fn trailing_data(evidence: &Evidence<'_>) -> Vec<Finding> {
    let trailing = |id: SampleId| {
        let signature = evidence.signatures[id.index()].as_ref().ok()?;
        let bytes = signature.facts.stored.trailing;
        (bytes > 0).then_some(bytes)
    };
    let files: Vec<SampleId> = readable_files(evidence)
        .map(|(id, _)| id)
        .filter(|&id| trailing(id).is_some())
        .collect();
    let Some(most) = files.iter().filter_map(|&id| trailing(id)).max() else {
        return Vec::new();
    };
    let message = format!(
        "{} with data after the end of the picture, at most {}; phones append films and depth maps there, \
         broken copies append rubbish, and re-encoding removes it",
        counted(files.len(), "image"),
        counted(most as usize, "byte")
    );
    let subject = Subject::Samples(files);
    vec![Finding::new(Code::TrailingData, subject, message)]
}

/// One finding for all pictures that are stored turned.
pub(super) fn exif_orientation(evidence: &Evidence<'_>) -> Vec<Finding> {
    let turned = readable_files(evidence).filter(|(_, one)| one.facts.stored.orientation != 1);
    let files: Vec<SampleId> = turned.map(|(id, _)| id).collect();
    if files.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "{} stored turned or mirrored, with an EXIF orientation that says so; here it was followed, but Pillow, TensorFlow and \
         PyTorch do not turn them unless asked to: turn the pixels, or make sure that your loader does",
        counted(files.len(), "image")
    );
    let subject = Subject::Samples(files);
    vec![Finding::new(Code::ExifOrientation, subject, message)]
}

/// One finding for all files with more than one picture.
pub(super) fn several_frames(evidence: &Evidence<'_>) -> Vec<Finding> {
    let animated = readable_files(evidence).filter(|(_, one)| one.facts.stored.frames > 1);
    let (files, frames): (Vec<SampleId>, Vec<usize>) = animated
        .map(|(id, one)| (id, usize::from(one.facts.stored.frames)))
        .unzip();
    if files.is_empty() {
        return Vec::new();
    }
    let left = frames.iter().sum::<usize>() - files.len();
    let message = format!(
        "{} with several frames or pages, of which only the first was compared (of DICOM the middle one); \
         {} not read: take them apart if they are samples, accept this if they are not",
        counted(files.len(), "file"),
        counted(left, "frame")
    );
    let subject = Subject::Samples(files);
    vec![Finding::new(Code::SeveralFrames, subject, message)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;

    #[test]
    fn a_name_that_promises_another_format_is_told_and_its_case_does_not_matter() {
        let mut world = World::new();
        world.add("a.PNG").facts.stored.format = Format::Jpeg;
        world.add("b.JPEG").facts.stored.format = Format::Jpeg;
        world.add("c.xyz").facts.stored.format = Format::Jpeg;
        let findings = extension_mismatch(&world.evidence());
        assert_eq!(findings.len(), 1);
        assert_eq!(world.paths_of(&findings[0]), ["a.PNG"]);
        assert!(
            findings[0].message.contains("PNG but JPEG inside"),
            "{}",
            findings[0].message
        );
    }

    #[test]
    fn bytes_after_the_end_are_told_with_their_number() {
        let mut world = World::new();
        world.add("a.jpg");
        assert_eq!(trailing_data(&world.evidence()), []);
        world.add("b.jpg").facts.stored.trailing = 7;
        let findings = trailing_data(&world.evidence());
        assert!(
            findings[0].message.contains("at most 7 bytes"),
            "{}",
            findings[0].message
        );
    }

    #[test]
    fn turned_and_animated_files_are_told_and_upright_single_ones_are_not() {
        let mut world = World::new();
        world.add("a.jpg");
        let clean = world.evidence();
        assert!(exif_orientation(&clean).is_empty() && several_frames(&clean).is_empty());
        world.add("b.jpg").facts.stored.orientation = 6;
        world.add("c.gif").facts.stored.frames = 4;
        let evidence = world.evidence();
        let turned = &exif_orientation(&evidence)[0];
        let animated = &several_frames(&evidence)[0];
        assert_eq!(world.paths_of(turned), ["b.jpg"]);
        assert_eq!(world.paths_of(animated), ["c.gif"]);
        let message = &animated.message;
        assert!(
            message.contains("1 file") && message.contains("3 frames not read"),
            "{message}"
        );
    }
}
