//! ICO: a directory of pictures, each a BMP without its file header or a whole PNG file.

/// The PNG file inside, where the best picture is one: the deepest, and of these the largest.
pub(in crate::signature) fn png(bytes: &[u8]) -> Option<&[u8]> {
    let count = u16::from_le_bytes(*bytes.get(4..)?.first_chunk()?);
    let entries = bytes.get(6..)?.as_chunks::<16>().0;
    let entries = entries.get(..usize::from(count))?;
    // 0 stands for 256. The last of equals, as the decoder has it.
    let side = |byte: u8| (u32::from(byte) + 255) % 256 + 1;
    let best = entries.iter().rev().reduce(|best, entry| {
        let rank = |entry: &[u8; 16]| {
            let depth = u16::from_le_bytes([entry[6], entry[7]]);
            (depth, side(entry[0]) * side(entry[1]))
        };
        if rank(entry) > rank(best) {
            entry
        } else {
            best
        }
    })?;
    let long = |at: usize| -> Option<usize> {
        let four = best.get(at..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*four)).ok()
    };
    let (length, at) = (long(8)?, long(12)?);
    let picture = bytes.get(at..at.checked_add(length)?)?;
    picture.starts_with(b"\x89PNG\r\n\x1a\n").then_some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and so on";

    fn entry(side: u8, depth: u8, length: usize, at: usize) -> Vec<u8> {
        let head = [side, side, 0, 0, 1, 0, depth, 0];
        let place = [length as u32, at as u32].map(u32::to_le_bytes).concat();
        [&head[..], &place].concat()
    }

    #[test]
    fn the_best_picture_is_told_and_a_bmp_is_left_to_the_decoder() {
        let head = b"\0\0\x01\0\x02\0".to_vec();
        let first = entry(16, 32, 4, 38);
        let largest = entry(0, 32, PNG.len(), 42);
        let whole = [
            head.clone(),
            first.clone(),
            largest,
            b"BMP.".to_vec(),
            PNG.to_vec(),
        ]
        .concat();
        assert_eq!(png(&whole), Some(PNG));
        let flat = entry(0, 8, PNG.len(), 42);
        let other = [head, first, flat, b"BMP.".to_vec(), PNG.to_vec()].concat();
        assert_eq!(png(&other), None);
        for end in 0..whole.len() {
            assert_eq!(png(&whole[..end]), None, "{end}");
        }
    }
}
