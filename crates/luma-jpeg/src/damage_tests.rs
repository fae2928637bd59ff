//! Damaged files: what the reader notices.

use proptest::prelude::*;

use super::tests::{FULL, PIXELS, PLAIN, Recipe, encode, read_fresh, segment};
use super::{JpegError, Scratch, read};

#[test]
fn bytes_that_belong_to_nothing_are_counted() {
    let whole = encode(PLAIN);
    let expected = read_fresh(&whole, FULL).unwrap().luma;
    let mut bytes = whole.clone();
    bytes.extend(b"more");
    assert_eq!(read_fresh(&bytes, FULL).unwrap().trailing_bytes, 4);
    bytes = whole.clone();
    bytes.splice(whole.len() - 2..whole.len() - 2, [0; 5]);
    assert_eq!(read_fresh(&bytes, FULL).unwrap().stray_bytes, 5);
    bytes = whole.clone();
    let (frame, _) = segment(&whole, 0xC0);
    bytes.splice(frame..frame, [1, 2, 3, 0xFF, 0xFF]);
    let picture = read_fresh(&bytes, FULL).unwrap();
    // Fill bytes are part of the marker.
    assert_eq!((picture.stray_bytes, picture.luma), (3, expected));
}

#[test]
fn a_file_cut_anywhere_is_never_whole() {
    for (progressive, restart_interval, grey) in
        [(false, 0, false), (false, 2, true), (true, 0, false)]
    {
        let recipe = Recipe {
            size: (40, 24),
            progressive,
            restart_interval,
            grey,
            ..PLAIN
        };
        let bytes = encode(recipe);
        let mut scratch = Scratch::default();
        for length in 0..bytes.len() {
            for at_least in [(1, 1), (8, 5), FULL] {
                match read(&bytes[..length], at_least, PIXELS, &mut scratch) {
                    Err(JpegError::NotJpeg) if length < 2 => {}
                    Err(JpegError::Truncated { offset, .. }) => assert!(offset <= length),
                    other => panic!("{recipe:?} cut to {length} bytes: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn a_cut_file_with_an_end_marker_is_not_whole() {
    let bytes = encode(PLAIN);
    let (scan, length) = segment(&bytes, 0xDA);
    for cut in scan + length..bytes.len() - 8 {
        let patched = [&bytes[..cut], &[0xFF, 0xD9]].concat();
        let found = read_fresh(&patched, (1, 1));
        assert!(
            matches!(
                found,
                Err(JpegError::Truncated { .. } | JpegError::Corrupt { .. })
            ),
            "{cut}: {found:?}"
        );
    }
}

#[test]
fn a_missing_scan_is_noticed() {
    let bytes = encode(Recipe {
        progressive: true,
        ..PLAIN
    });
    let (scan, _) = segment(&bytes, 0xDA);
    let patched = [&bytes[..scan], &[0xFF, 0xD9]].concat();
    assert!(matches!(
        read_fresh(&patched, (1, 1)),
        Err(JpegError::Truncated { .. })
    ));
}

#[test]
fn restart_markers_out_of_order_are_corrupt() {
    let mut bytes = encode(Recipe {
        restart_interval: 2,
        ..PLAIN
    });
    let marker = bytes
        .windows(2)
        .position(|pair| pair == [0xFF, 0xD1])
        .unwrap();
    bytes[marker + 1] = 0xD2;
    assert!(matches!(
        read_fresh(&bytes, FULL),
        Err(JpegError::Corrupt { .. })
    ));
}

proptest! {
    #[test]
    fn damaged_files_give_an_answer(
        progressive: bool,
        restart_interval in 0_u16..4,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        denominator in 0_u32..4,
    ) {
        let mut bytes = encode(Recipe { size: (70, 50), progressive, restart_interval, ..PLAIN });
        for (index, value) in damage {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        if let Ok(picture) = read(&bytes, (9 << denominator, 1), 1 << 20, &mut Scratch::default()) {
            prop_assert_eq!(picture.luma.data.len(), (picture.luma.width * picture.luma.height) as usize);
        }
    }

    #[test]
    fn any_bytes_give_an_answer(mut bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        bytes.splice(0..0, [0xFF, 0xD8]);
        prop_assert!(read(&bytes, FULL, 1 << 20, &mut Scratch::default()).is_err());
    }
}

#[test]
fn a_flipped_bit_is_noticed_where_codes_break_or_bytes_are_left_over() {
    let whole = encode(PLAIN);
    let (scan, length) = segment(&whole, 0xDA);
    let mut scratch = Scratch::default();
    let (mut flips, mut noticed) = (0, 0);
    for bit in 8 * (scan + length)..8 * (whole.len() - 2) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        flips += 1;
        noticed += match read(&bytes, (1, 1), PIXELS, &mut scratch) {
            Err(_) => 1,
            Ok(picture) => usize::from(picture.stray_bytes > 0),
        };
    }
    // Most flips change a value and leave all codes valid: nobody can notice those.
    assert!(
        (flips / 10..flips).contains(&noticed),
        "{noticed} of {flips}"
    );
}
