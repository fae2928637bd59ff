//! What the first bytes of a file say of its form.

use std::io::Read;
use std::path::Path;

use super::{ARCHIVE, ARRAY, DATABASE, IDX, PICKLE, TABLE, VIDEO};

/// First bytes that are looked at: the magic number of a tar archive ends here.
pub(super) const HEAD: usize = 264;

/// The first bytes of a file, zero-padded.
pub(in crate::dataset) type Head = [u8; HEAD];

/// Whether a head is that of no text: it has characters that no text has, and is not UTF-16. Zeros
/// behind a short file are none.
pub(super) fn is_binary(head: &Head) -> bool {
    let end = head
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let never = |byte: &u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    !wide && head[..end].iter().any(never)
}

/// The head of a file; none of what is no regular file.
pub(in crate::dataset) fn sniff_file(path: &Path) -> std::io::Result<Option<Head>> {
    let mut head = [0; HEAD];
    // Asked first, because opening a named pipe would wait for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut file = std::fs::File::open(path)?;
    let mut filled = 0;
    while filled < head.len() {
        match file.read(&mut head[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(Some(head))
}

/// What a head says of data that is not read.
pub(super) fn data_inside(head: &Head) -> Option<&'static str> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let form = match head {
        _ if starts(b"\x93NUMPY") => ARRAY,
        _ if starts(b"PAR1") || starts(b"ARROW1") => TABLE,
        _ if starts(b"\x89HDF\r\n\x1a\n") => DATABASE,
        _ if starts(b"PK\x03\x04") || head[257..262] == *b"ustar" => ARCHIVE,
        _ if starts(b"\x1A\x45\xDF\xA3") || starts(b"RIFF") && head[8..12] == *b"AVI " => VIDEO,
        [0, 0, 8 | 9 | 11..=14, 1..=4, ..] => IDX,
        [0x80, 2..=5, ..] => PICKLE,
        _ if head[4..8] == *b"ftyp" && !is_still_brand(head) => VIDEO,
        _ => return None,
    };
    Some(form)
}

/// Whether an ISO base media file holds a still picture: HEIC or AVIF.
fn is_still_brand(head: &Head) -> bool {
    [b"heic", b"heix", b"mif1", b"msf1", b"avif"]
        .iter()
        .any(|brand| head[8..12] == **brand)
}

/// Whether the content is what the name says: `._x.jpg` may be an image all the same.
pub(super) fn is_junk(name: &[u8], head: &Head) -> bool {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if name.starts_with(b"._") {
        return starts(&[0, 5, 0x16, 7]);
    }
    match name.to_ascii_lowercase().as_slice() {
        b".ds_store" => starts(b"\0\0\0\x01Bud1"),
        b"thumbs.db" => starts(&[0xD0, 0xCF, 0x11, 0xE0]),
        // Text, in one of two encodings, whose first section is usually `[.ShellClassInfo]`.
        _ => starts(b"[") || starts(b"\r\n[") || starts(&[0xFF, 0xFE]),
    }
}

/// Whether the mark of DICOM stands where it should, whatever is in front of it.
pub(super) fn is_dicom(head: &Head) -> bool {
    head[128..132] == *b"DICM"
}

/// Magic numbers of the common formats.
pub(super) fn looks_like_image(head: &Head) -> bool {
    head.starts_with(&[0xFF, 0xD8, 0xFF])
        || head.starts_with(b"\x89PNG\r\n\x1a\n")
        || head.starts_with(b"GIF8")
        || (head.starts_with(b"RIFF") && &head[8..12] == b"WEBP")
        || head.starts_with(b"II*\0")
        || head.starts_with(b"MM\0*")
        || (head.starts_with(b"BM") && head[6..10] == [0; 4])
        || (head[4..8] == *b"ftyp" && is_still_brand(head))
}
