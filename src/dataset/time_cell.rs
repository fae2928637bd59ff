//! A time as manifests write it: a number, ISO 8601, or as EXIF does.

use chrono::{DateTime, NaiveDateTime};

/// Spellings of a date with a time of day, read as if they were UTC: only differences are used.
const FORMATS: [&str; 5] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y:%m:%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y%m%dT%H%M%S%.f",
];

/// A number as it is, or seconds since 1970; `None` for a text that is neither.
///
/// ```
/// use splitleak::dataset::seconds_of;
///
/// assert_eq!(seconds_of("1970-01-01 00:01:00"), Some(60.0));
/// assert_eq!(seconds_of("noon"), None);
/// ```
#[must_use]
pub fn read(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return Some(number).filter(|number| number.is_finite());
    }
    let seconds = |at: NaiveDateTime| at.and_utc().timestamp_micros() as f64 / 1e6;
    // With a zone the instant is meant, whatever the clock showed.
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(seconds(at.naive_utc()));
    }
    let plain = text.strip_suffix('Z').unwrap_or(text);
    let read = |format: &&str| NaiveDateTime::parse_from_str(plain, format).ok();
    FORMATS.iter().find_map(read).map(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_iso_and_exif_times_are_read() {
        assert_eq!(read("1.5"), Some(1.5));
        for text in [
            "2016-12-01T13:30:48Z",
            "2016-12-01T15:30:48+02:00",
            "2016-12-01 13:30:48",
            "2016:12:01 13:30:48",
            "20161201T133048",
        ] {
            assert_eq!(read(text), Some(1_480_599_048.0), "{text}");
        }
        assert_eq!(read("2016-12-01T13:30:48.287"), Some(1_480_599_048.287));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["noon", "", "2016-13-01T00:00:00", "nan", "12:30"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
