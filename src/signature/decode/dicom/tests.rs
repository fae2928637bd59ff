use proptest::prelude::*;

use super::*;
use crate::budget::Budget;
use crate::signature::Signer;
use crate::signature::container::dicom::testing::Dicom;

fn read(file: &Dicom) -> Result<Full, Unreadable> {
    decode(&file.bytes(), &mut Budget::default().share())
}

fn picture(file: &Dicom) -> Vec<u8> {
    read(file).unwrap().image.into_bytes()
}

fn refusal(file: &Dicom) -> String {
    read(file).err().unwrap().to_string()
}

fn jpeg(samples: &[u8], width: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    let height = (samples.len() / usize::from(width)) as u16;
    let colour = jpeg_encoder::ColorType::Luma;
    encoder.encode(samples, width, height, colour).unwrap();
    bytes
}

#[test]
fn eight_bits_without_a_window_are_shown_as_they_are_in_every_coding() {
    let samples = [0, 1, 100, 255, 3, 4];
    let file = Dicom::grey8(3, &samples);
    let odd = Dicom::rgb(3, &[9; 9]).value(0x7FE0_0010, b"OW", (0..10).collect());
    assert_eq!(picture(&odd.big_endian()), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for file in [file.clone(), file.clone().implicit(), file.big_endian()] {
        let full = read(&file).unwrap();
        assert_eq!(full.exact, None);
        assert_eq!((full.image.width(), full.image.height()), (3, 2));
        assert_eq!(full.image.into_bytes(), samples);
    }
}

#[test]
fn a_window_is_laid_over_rescaled_numbers() {
    // Hounsfield units -160 to 240 of stored 864 to 1264.
    let file = Dicom::grey16(3, &[0, 863, 1064, 1264, 4000, -5])
        .window("40\\400", "400\\1500")
        .text(0x0028_1052, b"DS", "-1024")
        .text(0x0028_1053, b"DS", "1");
    assert_eq!(picture(&file), [0, 0, 128, 255, 255, 0]);
    assert_eq!(picture(&file.clone().implicit()), picture(&file));
    assert_eq!(picture(&file.big_endian()), [0, 0, 128, 255, 255, 0]);
}

#[test]
fn without_a_window_a_few_extreme_samples_do_not_hide_the_picture() {
    let mut samples: Vec<i16> = (0..1000).map(|at| at / 10 - 50).collect();
    samples[0] = -30_000;
    samples[999] = 30_000;
    let shown = picture(&Dicom::grey16(100, &samples));
    assert_eq!((shown[0], shown[999]), (0, 255));
    assert!((120..136).contains(&shown[500]), "{}", shown[500]);
    // A negative factor turns dark and light.
    let turned = Dicom::grey16(100, &samples).text(0x0028_1053, b"DS", "-1");
    assert_eq!(picture(&turned)[999], 0);
}

#[test]
fn monochrome1_is_inverted() {
    let file = Dicom::grey8(2, &[0, 255, 1, 90]).text(0x0028_0004, b"CS", "MONOCHROME1");
    assert_eq!(picture(&file), [255, 0, 254, 165]);
    // As the same picture turned round, in another file.
    let turned = Dicom::grey8(2, &[255, 0, 254, 165]);
    assert_eq!(
        read(&file).unwrap().pixel_digest(),
        read(&turned).unwrap().pixel_digest()
    );
}

#[test]
fn colours_are_read_by_pixel_and_by_plane_and_from_luma_and_chroma() {
    let by_pixel = Dicom::rgb(2, &[255, 0, 0, 0, 0, 255]);
    assert_eq!(picture(&by_pixel), [255, 0, 0, 0, 0, 255]);
    let by_plane = Dicom::rgb(2, &[255, 0, 0, 0, 0, 255]).number(0x0028_0006, 1);
    assert_eq!(picture(&by_plane), [255, 0, 0, 0, 0, 255]);
    let luma = Dicom::rgb(2, &[76, 85, 255, 29, 255, 107]).text(0x0028_0004, b"CS", "YBR_FULL");
    let [r, g, b, ..] = picture(&luma)[..] else {
        panic!()
    };
    assert!(r >= 253 && g <= 2 && b <= 2, "{r} {g} {b}");
}

#[test]
fn what_a_window_hides_still_makes_pixels_differ() {
    let one = Dicom::grey16(2, &[0, 1, 2, 3000]).window("1000", "10");
    let other = Dicom::grey16(2, &[0, 1, 2, 3001]).window("1000", "10");
    let (one, other) = (read(&one).unwrap(), read(&other).unwrap());
    assert_eq!(one.image, other.image);
    assert_ne!(one.pixel_digest(), other.pixel_digest());
}

#[test]
fn a_jpeg_inside_is_decoded_whether_or_not_it_is_cut_into_fragments() {
    let samples: Vec<u8> = (0..64 * 64).map(|at| (at % 64 * 4) as u8).collect();
    let whole = jpeg(&samples, 64);
    let shown = picture(&Dicom::jpeg(&[&whole]));
    assert!(shown.iter().zip(&samples).all(|(a, b)| a.abs_diff(*b) < 8));
    let (head, tail) = whole.split_at(301 * 2);
    assert_eq!(picture(&Dicom::jpeg(&[head, tail])), shown);
    let said = refusal(&Dicom::jpeg(&[head]));
    assert!(said.contains("ends too early: of the JPEG"), "{said}");
}

#[test]
fn colours_in_a_jpeg_are_what_the_headers_call_them() {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 100);
    let colour = jpeg_encoder::ColorType::Ycbcr;
    let samples = [250, 10, 120].repeat(256);
    encoder.encode(&samples, 16, 16, colour).unwrap();
    let file = |said| Dicom::jpeg(&[&bytes]).text(0x0028_0004, b"CS", said);
    let first = |said| picture(&file(said))[..3].to_vec();
    let is_near = |found: Vec<u8>| found.iter().zip(&samples).all(|(a, b)| a.abs_diff(*b) < 3);
    assert!(is_near(first("RGB")), "{:?}", first("RGB"));
    assert!(!is_near(first("YBR_FULL_422")));
}

#[test]
fn a_coding_that_is_another_than_is_said_is_read_all_the_same() {
    let file = Dicom::grey8(2, &[1, 2, 3, 4]);
    assert_eq!(
        picture(&file.clone().syntax("1.2.840.10008.1.2")),
        [1, 2, 3, 4]
    );
    let implicit = file.implicit().syntax("1.2.840.10008.1.2.1");
    assert_eq!(picture(&implicit), [1, 2, 3, 4]);
}

#[test]
fn of_several_frames_the_middle_one_is_the_picture() {
    let native = Dicom::grey8(2, &[1, 1, 2, 2, 3, 3])
        .number(0x0028_0010, 1)
        .text(0x0028_0008, b"IS", "3");
    assert_eq!(picture(&native), [2, 2]);
    let flat = |level| jpeg(&[level; 256], 16);
    let (dark, grey, light) = (flat(0), flat(128), flat(255));
    let three = Dicom::jpeg(&[&dark, &grey, &light]).text(0x0028_0008, b"IS", "3");
    assert_eq!(picture(&three)[0], 128);
    let (head, tail) = grey.split_at(100);
    let cut = Dicom::jpeg(&[&dark, head, tail, &light]).text(0x0028_0008, b"IS", "3");
    assert_eq!(picture(&cut)[0], 128);
}

#[test]
fn what_is_not_read_is_named() {
    let grey = || Dicom::grey8(2, &[1; 4]);
    for (file, name) in [
        (grey().syntax("1.2.840.10008.1.2.4.90"), "JPEG 2000"),
        (grey().syntax("1.2.840.10008.1.2.4.80"), "JPEG-LS"),
        (grey().syntax("1.2.840.10008.1.2.4.70"), "lossless JPEG"),
        (grey().syntax("1.2.840.10008.1.2.5"), "run-length"),
        (grey().syntax("1.2.840.10008.1.2.1.99"), "deflated"),
        (grey().syntax("9.9"), "an unknown coding"),
        (
            grey().text(0x0028_0004, b"CS", "PALETTE COLOR"),
            "PALETTE COLOR",
        ),
        (grey().number(0x0028_0100, 32), "32 bits"),
        (grey().without(0x7FE0_0010), "without a picture"),
    ] {
        let said = refusal(&file);
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn fewer_pixels_than_announced_and_bits_that_are_not_there_are_told() {
    let short = Dicom::grey8(2, &[1; 4]).number(0x0028_0010, 60_000);
    assert!(
        refusal(&short).contains("fewer pixels"),
        "{}",
        refusal(&short)
    );
    let many = Dicom::grey8(2, &[1; 4]).text(0x0028_0008, b"IS", "4294967295");
    assert!(refusal(&many).contains("fewer pixels"));
    let bits = Dicom::grey8(2, &[1; 4]).number(0x0028_0101, 13);
    assert!(refusal(&bits).contains("bits"), "{}", refusal(&bits));
    let huge = Dicom::grey8(2, &[1; 4]);
    let huge = huge.number(0x0028_0010, 65_535).number(0x0028_0011, 65_535);
    assert!(
        refusal(&huge).contains("pixels, at most"),
        "{}",
        refusal(&huge)
    );
}

#[test]
fn every_cut_of_a_file_is_refused() {
    let bytes = Dicom::grey16(4, &[7; 16]).patient("P1").bytes();
    for length in 132..bytes.len() {
        let read = Signer::default().sign(&bytes[..length]);
        assert!(read.is_err(), "{length} of {}", bytes.len());
    }
}

fn files() -> [Dicom; 4] {
    let samples: Vec<i16> = (0..256).map(|at| at * 3 - 200).collect();
    let photo: Vec<u8> = (0..=255).collect();
    [
        Dicom::grey16(16, &samples)
            .window("0", "100")
            .patient("P1")
            .study("1.2.3"),
        Dicom::grey16(16, &samples).implicit(),
        Dicom::rgb(17, &photo[..255]),
        Dicom::jpeg(&[&jpeg(&photo, 16)]).text(0x0008_002A, b"DT", "20200101101010.5"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_bytes_end_in_a_panic(
        which in 0..4_usize,
        changes in prop::collection::vec((132..2000_usize, any::<u8>()), 1..12),
        cut in 0..4000_usize,
    ) {
        let mut bytes = files()[which].bytes();
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[132 + (at - 132) % (length - 132)] = byte;
        }
        bytes.truncate(cut.max(132));
        // Not behind `catch_unwind`, as signing is.
        let _ = decode(&bytes, &mut Budget::of(64 << 20).share());
        let signed = Signer::default().sign(&bytes);
        let internal = matches!(
            signed,
            Err(Unreadable::Internal { .. } | Unreadable::DecoderPanicked { .. })
        );
        prop_assert!(!internal);
    }
}
