//! Points in time written into names: calendar dates with a time of day, and seconds since 1970.
//!
//! Calendar times carry no zone. They are read as if they were UTC: only differences are used.

use std::ops::Range;

use super::name::digit_runs;

/// A point in time found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    /// Bytes of the text that spell it.
    pub(super) at: Range<usize>,
    /// Nanoseconds since 1970-01-01 00:00:00.
    pub(super) nanoseconds: i64,
}

const SECOND: i64 = 1_000_000_000;
/// First second of 2000: smaller numbers are counters padded to ten digits.
const FIRST_EPOCH_SECOND: i64 = 946_684_800;
/// Last second a 32-bit clock can show, in 2038.
const LAST_EPOCH_SECOND: i64 = 2_147_483_647;

/// The point in time a stem carries. Seconds since 1970 go before calendar times, because names such as
/// those of nuScenes carry both, the calendar time being the start of the recording.
pub(super) fn find(text: &str) -> Option<Moment> {
    // Most names have too few digits for any of it.
    if text.bytes().filter(u8::is_ascii_digit).count() < 10 {
        return None;
    }
    digit_runs(text)
        .rev()
        .find_map(|run| epoch(text, &run))
        .or_else(|| digit_runs(text).find_map(|run| calendar(text, &run)))
}

/// Ten, 13, 16 or 19 digits: seconds, milli-, micro- or nanoseconds since 1970.
fn epoch(text: &str, run: &Range<usize>) -> Option<Moment> {
    let per_second = match run.len() {
        10 => 1,
        13 => 1_000,
        16 => 1_000_000,
        19 => SECOND,
        _ => return None,
    };
    let value: i64 = text[run.clone()].parse().ok()?;
    if !(FIRST_EPOCH_SECOND..=LAST_EPOCH_SECOND).contains(&(value / per_second)) {
        return None;
    }
    let mut moment = Moment {
        at: run.clone(),
        nanoseconds: value * (SECOND / per_second),
    };
    if per_second == 1 && text.as_bytes().get(run.end) == Some(&b'.') {
        let digits = digits_at(text, run.end + 1);
        if (1..=9).contains(&digits.len()) {
            moment.nanoseconds += fraction(&text[digits.clone()]);
            moment.at.end = digits.end;
        }
    }
    Some(moment)
}

/// A date and a time of day that begin at a run: `20161201133048`, `20161201_133048`,
/// `2016-12-01T13-30-48`, each perhaps with milli-, micro- or nanoseconds behind.
fn calendar(text: &str, run: &Range<usize>) -> Option<Moment> {
    let mut reader = Reader {
        text,
        at: run.start,
    };
    let date = reader.fields([4, 2, 2])?;
    reader.separator();
    let time = reader.fields([2, 2, 2])?;
    let days = days_from_civil(date)?;
    let [hour, minute, second] = time;
    // A leap second is written 60.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut nanoseconds = (days * 86_400 + hour * 3_600 + minute * 60 + second) * SECOND;
    let mut end = reader.at;
    let separated = !text.as_bytes().get(end).is_some_and(u8::is_ascii_digit);
    let digits = digits_at(text, end + usize::from(separated));
    let decimal = separated && text.as_bytes().get(end) == Some(&b'.');
    if matches!(digits.len(), 3 | 6 | 9) || (decimal && (1..=9).contains(&digits.len())) {
        nanoseconds += fraction(&text[digits.clone()]);
        end = digits.end;
    } else if !separated {
        return None;
    }
    Some(Moment {
        at: run.start..end,
        nanoseconds,
    })
}

/// Reads fixed numbers of digits, each perhaps behind one separator.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn fields(&mut self, widths: [usize; 3]) -> Option<[i64; 3]> {
        let mut values = [0; 3];
        for (index, width) in widths.into_iter().enumerate() {
            if index > 0 {
                self.separator();
            }
            let bytes = self.text.as_bytes().get(self.at..self.at + width)?;
            for &byte in bytes {
                if !byte.is_ascii_digit() {
                    return None;
                }
                values[index] = values[index] * 10 + i64::from(byte - b'0');
            }
            self.at += width;
        }
        Some(values)
    }

    fn separator(&mut self) {
        if matches!(
            self.text.as_bytes().get(self.at),
            Some(b'-' | b'_' | b':' | b'.' | b'T' | b't' | b' ')
        ) {
            self.at += 1;
        }
    }
}

/// The run of digits that begins exactly at `start`, perhaps empty.
fn digits_at(text: &str, start: usize) -> Range<usize> {
    let tail = text.as_bytes().get(start..).unwrap_or_default();
    let length = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    start..start + length
}

/// Decimal digits behind the point, at most nine, in nanoseconds.
fn fraction(digits: &str) -> i64 {
    let mut value = 0;
    for position in 0..9 {
        let digit = digits
            .as_bytes()
            .get(position)
            .map_or(0, |byte| i64::from(byte - b'0'));
        value = value * 10 + digit;
    }
    value
}

/// Days since 1970-01-01 of a date from 1990 to 2099, or `None` for one that is not in the calendar.
fn days_from_civil([year, month, day]: [i64; 3]) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [
        31,
        if leap { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let month_index = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(1990..2100).contains(&year) || day < 1 || day > *lengths.get(month_index)? {
        return None;
    }
    let leap_days = (1970..year)
        .filter(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
        .count() as i64;
    let in_year: i64 = lengths[..month_index].iter().sum::<i64>() + day - 1;
    Some((year - 1970) * 365 + leap_days + in_year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<f64> {
        find(text).map(|moment| moment.nanoseconds as f64 / 1e9)
    }

    #[test]
    fn calendar_times_are_read_in_every_common_spelling() {
        let expected = Some(1_480_599_048.0);
        for text in [
            "2016_12_01_13_30_48",
            "20161201_133048",
            "20161201133048",
            "IMG_20161201_133048_12",
            "2016-12-01T13-30-48",
            "cam 2016-12-01 133048 b",
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn fractions_of_a_second_are_read() {
        let expected = Some(1_480_599_048_287_000_000);
        for text in ["center_2016_12_01_13_30_48_287", "PXL_20161201_133048287"] {
            assert_eq!(find(text).map(|moment| moment.nanoseconds), expected);
        }
        assert_eq!(seconds("20161201_133048.5"), Some(1_480_599_048.5));
    }

    #[test]
    fn seconds_since_1970_are_read_in_four_units() {
        for text in [
            "1531883530",
            "1531883530000",
            "n015-2018-07-18-11-07-57+0800__x__1531883530000000",
            "1531883530000000000",
        ] {
            assert_eq!(seconds(text), Some(1_531_883_530.0), "{text}");
        }
        assert_eq!(seconds("1305031102.175304"), Some(1_305_031_102.175_304));
    }

    #[test]
    fn counters_and_impossible_dates_are_not_times() {
        for text in [
            "0000000005",
            "000000000030",
            "20161301_133048",
            "20160230_133048",
            "20161201_253048",
            "20161201",
            "ILSVRC2012_val_00000001",
            "201612011330481",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn the_days_of_four_years_are_counted() {
        assert_eq!(days_from_civil([2000, 3, 1]), Some(11_017));
        assert_eq!(days_from_civil([2024, 2, 29]), Some(19_782));
        assert_eq!(days_from_civil([2023, 2, 29]), None);
    }
}
