//! Recognition of formats by their first bytes.

use image::ImageFormat;

use super::refusal;
use crate::signature::container::dicom;
use crate::signature::unreadable::{DataStore, Format, Unreadable};

/// First bytes of an `AppleDouble` file: what macOS keeps of a file where the file system has no
/// room for it (RFC 1740).
const APPLE_DOUBLE: &[u8] = &[0, 5, 0x16, 7];

/// Who decodes a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoder {
    /// The general decoders.
    General(ImageFormat),
    /// `dicom.rs`.
    Dicom,
}

/// The format by content, or why there is none.
pub(super) fn recognise(bytes: &[u8]) -> Result<(Decoder, Format), Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::Empty);
    }
    if let Some(store) = pointer(bytes) {
        return Err(Unreadable::Pointer(store));
    }
    if bytes.starts_with(APPLE_DOUBLE) {
        return Err(Unreadable::SideFile);
    }
    // In front of its mark a DICOM file may hold anything, such as the head of another format.
    if dicom::is_dicom(bytes) {
        return Ok((Decoder::Dicom, Format::Dicom));
    }
    let (decoder, format) = guess(bytes).ok_or_else(|| match other_image(bytes) {
        Some(name) => refusal::of_kind(name),
        None => Unreadable::NotAnImage,
    })?;
    Ok((Decoder::General(decoder), format))
}

fn pointer(bytes: &[u8]) -> Option<DataStore> {
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        Some(DataStore::GitLfs)
    } else if bytes.len() < 4096 && bytes.starts_with(b"/annex/objects/") {
        Some(DataStore::GitAnnex)
    } else {
        None
    }
}

fn guess(bytes: &[u8]) -> Option<(ImageFormat, Format)> {
    let found = match image::guess_format(bytes) {
        Ok(found) => found,
        // TGA has no signature at its start, only an optional one at its end.
        Err(_) if bytes.ends_with(b"TRUEVISION-XFILE.\0") => ImageFormat::Tga,
        // BigTIFF.
        Err(_) if bytes.starts_with(b"II+\0") || bytes.starts_with(b"MM\0+") => ImageFormat::Tiff,
        Err(_) => return None,
    };
    let format = match found {
        ImageFormat::Jpeg => Format::Jpeg,
        ImageFormat::Png => Format::Png,
        ImageFormat::WebP => Format::Webp,
        ImageFormat::Gif => Format::Gif,
        ImageFormat::Tiff => Format::Tiff,
        ImageFormat::Bmp => Format::Other("BMP"),
        ImageFormat::Pnm => Format::Other("PNM"),
        ImageFormat::Ico => Format::Other("ICO"),
        ImageFormat::Hdr => Format::Other("Radiance HDR"),
        ImageFormat::OpenExr => Format::Other("OpenEXR"),
        ImageFormat::Farbfeld => Format::Other("farbfeld"),
        ImageFormat::Qoi => Format::Other("QOI"),
        ImageFormat::Dds => Format::Other("DDS"),
        ImageFormat::Tga => Format::Other("TGA"),
        _ => return None,
    };
    Some((found, format))
}

/// Formats that are images but are not decoded here.
fn other_image(bytes: &[u8]) -> Option<&'static str> {
    let brand = bytes.get(4..12)?;
    if brand.starts_with(b"ftyp") {
        return match &brand[4..] {
            b"avif" | b"avis" => Some("AVIF"),
            b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1" => Some("HEIC"),
            _ => None,
        };
    }
    if bytes.starts_with(b"\xFF\x0A") || bytes.starts_with(b"\0\0\0\x0CJXL ") {
        return Some("JPEG XL");
    }
    if bytes.starts_with(b"\0\0\0\x0CjP  ") || bytes.starts_with(b"\xFF\x4F\xFF\x51") {
        return Some("JPEG 2000");
    }
    None
}
