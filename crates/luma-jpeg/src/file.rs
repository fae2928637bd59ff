//! The segments of a file, from the first marker to the last.

use super::entropy::Data;
use super::frame::{Frame, Scan};
use super::image::Image;
use super::tables::Tables;
use super::{JpegError, Picture, Scratch};

/// What is known of a file so far.
#[derive(Default)]
struct File<'a> {
    tables: Tables,
    restart_interval: usize,
    jfif: bool,
    /// Colour transform that an Adobe segment states.
    adobe: Option<u8>,
    exif: Option<&'a [u8]>,
    stray_bytes: usize,
    image: Option<Image>,
}

/// Reads a whole file. See [`super::read`].
pub(super) fn read<'a>(
    bytes: &'a [u8],
    at_least: (u32, u32),
    max_pixels: u64,
    scratch: &mut Scratch,
) -> Result<Picture<'a>, JpegError> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return Err(JpegError::NotJpeg);
    }
    let mut file = File::default();
    let mut position = 2;
    loop {
        let (marker, offset, after) = next_marker(bytes, position)?;
        file.stray_bytes += offset - position;
        position = after;
        match marker {
            // Markers without a length: a second start of image, restarts after the last block, and
            // TEM.
            0xD8 | 0xD0..=0xD7 | 0x01 => continue,
            0xD9 => return file.finish(offset, bytes.len() - after),
            _ => {}
        }
        let payload = payload(bytes, after)?;
        position += 2 + payload.len();
        match marker {
            0xC4 => file
                .tables
                .define_huffman(payload, offset, &mut scratch.memory)?,
            0xDB => file.tables.define_quantisation(payload, offset)?,
            // Not frames: JPG (reserved) and DAC (only arithmetic coding reads it).
            0xC8 | 0xCC => {}
            0xC0..=0xCF if file.image.is_some() => {
                return Err(JpegError::Corrupt {
                    offset,
                    reason: "a second frame header",
                });
            }
            0xC0..=0xCF => {
                let frame = Frame::parse(marker, payload, offset)?;
                let rgb = file.is_rgb(&frame);
                file.image = Some(Image::new(frame, rgb, bytes.len(), at_least, max_pixels)?);
            }
            0xDD => {
                let reason = "a restart interval is malformed";
                let interval = payload
                    .try_into()
                    .map_err(|_| JpegError::Corrupt { offset, reason })?;
                file.restart_interval = u16::from_be_bytes(interval).into();
            }
            0xDA => {
                let reason = "a scan before the frame header";
                let image = file
                    .image
                    .as_mut()
                    .ok_or(JpegError::Corrupt { offset, reason })?;
                let scan = Scan::parse(payload, &image.frame, offset)?;
                let data = Data {
                    bytes,
                    start: position,
                    restart_interval: file.restart_interval,
                };
                let end = image.scan(data, &scan, &file.tables, scratch)?;
                file.stray_bytes += end.stray_bytes;
                position = end.offset;
            }
            0xE0 => file.jfif |= payload.starts_with(b"JFIF\0"),
            0xE1 => file.exif = file.exif.or(payload.strip_prefix(b"Exif\0\0")),
            0xEE => {
                let transform = payload.strip_prefix(b"Adobe").and_then(|rest| rest.get(6));
                file.adobe = file.adobe.or(transform.copied());
            }
            _ => {}
        }
    }
}

/// The next marker from `position` on, past whatever is not one: its code, where its first `FF`
/// stands and where it ends.
fn next_marker(bytes: &[u8], position: usize) -> Result<(u8, usize, usize), JpegError> {
    let mut from = position;
    while let Some(found) = memchr::memchr(0xFF, &bytes[from..]) {
        let offset = from + found;
        match bytes[offset..].iter().position(|&byte| byte != 0xFF) {
            Some(fill) if bytes[offset + fill] == 0 => from = offset + fill + 1,
            Some(fill) => return Ok((bytes[offset + fill], offset, offset + fill + 1)),
            None => break,
        }
    }
    Err(JpegError::Truncated {
        offset: bytes.len(),
        reason: "the file ends without an end marker",
    })
}

/// The payload of the segment whose length stands at `start`.
fn payload(bytes: &[u8], start: usize) -> Result<&[u8], JpegError> {
    let truncated = || JpegError::Truncated {
        offset: bytes.len(),
        reason: "the file ends inside a segment",
    };
    let length = bytes[start..].first_chunk().ok_or_else(truncated)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err(JpegError::Corrupt {
            offset: start,
            reason: "a segment is shorter than its length field",
        });
    }
    bytes.get(start + 2..start + length).ok_or_else(truncated)
}

impl<'a> File<'a> {
    /// Whether three components are red, green and blue instead of luma and chroma, by the rules of
    /// libjpeg.
    fn is_rgb(&self, frame: &Frame) -> bool {
        let named_rgb = frame.components.iter().map(|c| c.id).eq(*b"RGB");
        !self.jfif && self.adobe.map_or(named_rgb, |transform| transform == 0)
    }

    /// The picture, once the end marker is met at `offset` with `trailing_bytes` after it.
    fn finish(self, offset: usize, trailing_bytes: usize) -> Result<Picture<'a>, JpegError> {
        let reason = "the file ends before its frame header";
        let image = self.image.ok_or(JpegError::Truncated { offset, reason })?;
        let (full_width, full_height) = (image.frame.width, image.frame.height);
        let (components, progressive) =
            (image.frame.components.len() as u8, image.frame.progressive);
        let scale_denominators = image.scale_denominators();
        Ok(Picture {
            luma: image.finish(offset)?,
            full_width,
            full_height,
            scale_denominators,
            components,
            progressive,
            exif: self.exif,
            stray_bytes: self.stray_bytes,
            trailing_bytes,
        })
    }
}
