//! Time and camera of a photo, from its EXIF, or from the elements of a DICOM file; the only user
//! of `exif`.
//!
//! Cameras write the local time without a zone. It is read as if it were UTC: only differences
//! between photos of one camera are used. A damaged block says nothing and is no reason to refuse a
//! good picture.

use std::panic::catch_unwind;

use exif::{DateTime, Exif, In, Reader, Tag, Value};
use serde::{Deserialize, Serialize};

use super::container::dicom::{Headers, tag};

/// Longest block that is read, in bytes; it would fill several JPEG segments.
const MAX_BYTES: usize = 1 << 20;

/// When and by which camera a photo was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// Milliseconds since 1970 of `DateTimeOriginal` with `SubSecTimeOriginal`, or of DICOM's
    /// acquisition (else its content), read without a zone.
    pub milliseconds: i64,
    /// Short digest of maker, model and serial number of the camera, in a DICOM file with the
    /// study: patients who follow each other on one device are no film. `None` where none of these
    /// is named.
    pub camera: Option<u64>,
}

/// Reads the block as a container holds it, from its TIFF header on, perhaps behind `Exif\0\0`.
pub(super) fn captured(block: &[u8]) -> Option<Captured> {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    if block.len() > MAX_BYTES {
        return None;
    }
    // The block is not trusted: a parser that fails must not take the picture with it.
    catch_unwind(|| read(block)).ok().flatten()
}

fn read(block: &[u8]) -> Option<Captured> {
    let exif = Reader::new().read_raw(block.to_vec()).ok()?;
    let mut time = DateTime::from_ascii(ascii(&exif, Tag::DateTimeOriginal)?).ok()?;
    if let Some(fraction) = ascii(&exif, Tag::SubSecTimeOriginal) {
        // Some cameras write blanks.
        let _ = time.parse_subsec(fraction);
    }
    let names = [Tag::Make, Tag::Model, Tag::BodySerialNumber].map(|tag| ascii(&exif, tag));
    Some(Captured {
        milliseconds: milliseconds(&time)?,
        camera: camera(names),
    })
}

/// `None` where no name is there.
fn camera<const N: usize>(names: [Option<&[u8]>; N]) -> Option<u64> {
    names.iter().any(Option::is_some).then(|| {
        let mut hasher = blake3::Hasher::new();
        for name in names {
            hasher.update(name.unwrap_or_default()).update(b"\0");
        }
        let mut head = [0; 8];
        head.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(head)
    })
}

/// The same from the elements of a DICOM file: when its data were acquired, or else when its
/// picture was made.
pub(super) fn acquired(headers: &Headers<'_>) -> Option<Captured> {
    let text = |tag| headers.text(tag);
    let both = text(tag::ACQUISITION_DATE_TIME);
    let times = [
        both.split_at_checked(8).unwrap_or_default(),
        (text(tag::ACQUISITION_DATE), text(tag::ACQUISITION_TIME)),
        (text(tag::CONTENT_DATE), text(tag::CONTENT_TIME)),
    ];
    let names = [
        tag::MANUFACTURER,
        tag::MODEL,
        tag::SERIAL_NUMBER,
        tag::STUDY,
    ];
    Some(Captured {
        milliseconds: times.into_iter().find_map(moment)?,
        camera: camera(names.map(|tag| Some(text(tag)).filter(|name| !name.is_empty()))),
    })
}

/// `YYYYMMDD` and `HHMMSS.FFFFFF`, perhaps with the signs of older files between, and with a zone
/// behind. Midnight to the second is what is written where the time is not to be known.
fn moment((date, time): (&[u8], &[u8])) -> Option<i64> {
    let time = time.split(|byte| b"+-".contains(byte)).next()?;
    let (whole, fraction) = match time.iter().position(|&byte| byte == b'.') {
        Some(point) => (&time[..point], &time[point + 1..]),
        None => (time, &b""[..]),
    };
    let digits = |text: &[u8], signs: &[u8]| -> Option<Vec<u8>> {
        let kept = text.iter().filter(|byte| !signs.contains(byte));
        let kept: Vec<u8> = kept.copied().collect();
        kept.iter().all(u8::is_ascii_digit).then_some(kept)
    };
    let number = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
    let (date, whole) = (digits(date, b".")?, digits(whole, b":")?);
    if date.len() != 8 || whole.len() != 6 {
        return None;
    }
    let fraction = digits(fraction.get(..6).unwrap_or(fraction), b"")?;
    let nanosecond = number(&fraction) * 10_u32.pow(9 - fraction.len() as u32);
    if number(&whole) == 0 && nanosecond == 0 {
        return None;
    }
    let two = |digits: &[u8]| number(digits) as u8;
    milliseconds(&DateTime {
        year: number(&date[..4]) as u16,
        month: two(&date[4..6]),
        day: two(&date[6..]),
        hour: two(&whole[..2]),
        minute: two(&whole[2..4]),
        second: two(&whole[4..]),
        nanosecond: Some(nanosecond),
        offset: None,
    })
}

/// The first text of a tag, without blanks at its ends; `None` where nothing is left.
fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts
            .first()
            .map(|text| text.trim_ascii())
            .filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// `None` for what no calendar holds; a camera that was never set writes zeros.
fn milliseconds(time: &DateTime) -> Option<i64> {
    let (year, month, day) = (i64::from(time.year), time.month, time.day);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    let exists = (1970..=2100).contains(&year) && (1..=last).contains(&day);
    if !exists || time.hour > 23 || time.minute > 59 || time.second > 60 {
        return None;
    }
    // Days since 1970, with years that begin in March (Hinnant, "chrono-compatible low-level date
    // algorithms").
    let year = year - i64::from(month < 3);
    let in_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719_468;
    let seconds = days * 86_400
        + i64::from(time.hour) * 3_600
        + i64::from(time.minute) * 60
        + i64::from(time.second);
    let fraction = i64::from(time.nanosecond.unwrap_or(0) / 1_000_000);
    Some(seconds * 1_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exif::Field;
    use exif::experimental::Writer;

    fn block(texts: &[(Tag, &str)]) -> Vec<u8> {
        let fields: Vec<Field> = texts
            .iter()
            .map(|(tag, text)| Field {
                tag: *tag,
                ifd_num: In::PRIMARY,
                value: Value::Ascii(vec![text.as_bytes().to_vec()]),
            })
            .collect();
        let mut writer = Writer::new();
        for field in &fields {
            writer.push_field(field);
        }
        let mut bytes = std::io::Cursor::new(Vec::new());
        writer.write(&mut bytes, true).unwrap();
        bytes.into_inner()
    }

    const TIME: (Tag, &str) = (Tag::DateTimeOriginal, "2016:12:01 13:30:48");

    #[test]
    fn time_fraction_and_camera_are_read() {
        let serial = |text| (Tag::BodySerialNumber, text);
        let one = captured(&block(&[
            TIME,
            (Tag::SubSecTimeOriginal, "28"),
            serial("A1"),
        ]))
        .unwrap();
        assert_eq!(one.milliseconds, 1_480_599_048_280);
        let other = captured(&block(&[TIME, serial("A2")])).unwrap();
        assert_eq!(other.milliseconds, 1_480_599_048_000);
        assert_ne!(one.camera, other.camera);
        assert_eq!(captured(&block(&[TIME])).unwrap().camera, None);
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let at = |text| captured(&block(&[(Tag::DateTimeOriginal, text)])).map(|c| c.milliseconds);
        assert_eq!(at("1970:01:01 00:00:00"), Some(0));
        assert_eq!(at("2000:02:29 00:00:01"), Some(951_782_401_000));
        assert_eq!(at("2000:03:01 00:00:00"), Some(951_868_800_000));
        assert_eq!(at("2024:12:31 23:59:59"), Some(1_735_689_599_000));
        for wrong in [
            "0000:00:00 00:00:00",
            "2023:02:29 00:00:00",
            "2023:13:01 00:00:00",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_and_times_of_dicom_are_read_in_old_and_new_spelling() {
        let at = |date: &str, time: &str| moment((date.as_bytes(), time.as_bytes()));
        assert_eq!(at("20161201", "133048.280000"), Some(1_480_599_048_280));
        assert_eq!(at("2016.12.01", "13:30:48.28"), Some(1_480_599_048_280));
        assert_eq!(at("20161201", "133048.28+0100"), Some(1_480_599_048_280));
        for (date, time) in [
            ("20161201", "000000.000"),
            ("20161201", "1330"),
            ("201612", "133048"),
            ("2016-12-01", "133048"),
            ("20161301", "133048"),
            ("20161201", "13304x"),
            ("", ""),
        ] {
            assert_eq!(at(date, time), None, "{date} {time}");
        }
    }

    #[test]
    fn a_damaged_or_foreign_block_says_nothing() {
        let whole = block(&[TIME, (Tag::Model, "a model of some length")]);
        for end in 0..whole.len() {
            // No panic; and what is read is never another time.
            let read = captured(&whole[..end]);
            assert!(read.is_none_or(|read| read.milliseconds == 1_480_599_048_000));
        }
        assert_eq!(captured(b""), None);
        assert_eq!(captured(&block(&[(Tag::Model, "no time")])), None);
        assert_eq!(
            captured(&[b"Exif\0\0", &whole[..]].concat()),
            captured(&whole)
        );
    }
}
