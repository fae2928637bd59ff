//! Files that could not be read, and images too flat to be compared.

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::sample::SampleId;
use crate::signature::unreadable::{Format, Unreadable};
use crate::wording::counted;

/// One finding for each file without a signature.
pub(super) fn unreadable(evidence: &Evidence<'_>) -> Vec<Finding> {
    let samples = &evidence.dataset.samples;
    let mut findings: Vec<Finding> = Vec::new();
    for (index, signature) in evidence.signatures.iter().enumerate() {
        let Err(reason) = signature else { continue };
        if *reason == Unreadable::NotOpened {
            continue;
        }
        let path = &samples[index].path;
        if *reason == Unreadable::SideFile {
            // Told together with those that are no samples.
            continue;
        }
        // A file that two splits list is one broken file.
        if index > 0 && samples[index - 1].path == *path {
            continue;
        }
        let subject = Subject::File(SampleId(index as u32));
        findings.push(Finding::new(code_of(reason), subject, reason.to_string()));
    }
    findings
}

/// The code of what is wrong with one file.
pub(crate) fn code_of(reason: &Unreadable) -> Code {
    match reason {
        Unreadable::Missing => Code::MissingFile,
        Unreadable::IsDirectory | Unreadable::Refused(_) | Unreadable::NotOpened => {
            Code::UnreadableFile
        }
        Unreadable::Empty => Code::ZeroByteFile,
        Unreadable::Pointer(_) => Code::DataNotFetched,
        Unreadable::NotAnImage => Code::NotAnImage,
        Unreadable::SideFile => Code::SidecarJunk,
        Unreadable::Truncated { format, .. } => match format {
            Format::Jpeg => Code::TruncatedJpeg,
            Format::Png => Code::TruncatedPng,
            Format::Webp => Code::TruncatedWebp,
            Format::Gif => Code::TruncatedGif,
            Format::Tiff => Code::TruncatedTiff,
            Format::Dicom | Format::Other(_) => Code::TruncatedImage,
        },
        Unreadable::Corrupt { .. } | Unreadable::DecoderPanicked { .. } => Code::CorruptImage,
        Unreadable::TooLarge { .. } | Unreadable::NoRoom { .. } => Code::ImageTooLarge,
        Unreadable::Internal { .. } => Code::InternalError,
        Unreadable::Unsupported { .. } => Code::UnsupportedImage,
    }
}

/// One finding for all images that are matched only by their bytes or pixels.
pub(super) fn low_information(evidence: &Evidence<'_>) -> Vec<Finding> {
    let flat = evidence
        .signatures
        .iter()
        .enumerate()
        .filter_map(|(index, signature)| {
            let flat = signature
                .as_ref()
                .is_ok_and(|signature| signature.low_information);
            flat.then_some(SampleId(index as u32))
        });
    let flat: Vec<SampleId> = flat.collect();
    if flat.is_empty() {
        return Vec::new();
    }
    let message = format!(
        "{} nearly one flat tone, compared only by bytes and pixels; look at them and remove those that show nothing",
        if flat.len() == 1 {
            "1 image is".to_owned()
        } else {
            format!("{} are", counted(flat.len(), "image"))
        }
    );
    let subject = Subject::Samples(flat);
    vec![Finding::new(Code::LowInformation, subject, message)]
}
