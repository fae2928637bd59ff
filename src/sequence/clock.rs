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

/// The point in time a stem carries. Seconds since 1970 go before calendar times, because names
/// such as those of nuScenes carry both, the calendar time being the start of the recording.
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
    reader.between();
    let mut time = match reader.fields([2, 2, 2]) {
        Some(time) => time,
        // `2.23.11 PM`
        None => reader.time_of_one_digit()?,
    };
    let mut end = reader.at;
    if let Some(at) = half_of_day(text, end, &mut time[0])? {
        end = at;
    }
    let days = days_from_civil(date)?;
    let [hour, minute, second] = time;
    // A leap second is written 60.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut nanoseconds = (days * 86_400 + hour * 3_600 + minute * 60 + second) * SECOND;
    let separated = !text.as_bytes().get(end).is_some_and(u8::is_ascii_digit);
    let digits = digits_at(text, end + usize::from(separated));
    let decimal = separated && matches!(text.as_bytes().get(end), Some(b'.' | b','));
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

/// `AM` or `PM` behind a time, perhaps after a space: where it ends, and the hour turned into one
/// of 24. `None` for 13 PM.
fn half_of_day(text: &str, end: usize, hour: &mut i64) -> Option<Option<usize>> {
    let tail = text.get(end..).unwrap_or_default();
    // macOS writes a narrow no-break space.
    let word = tail.trim_start_matches([' ', '_', '-', '.', '\u{202f}']);
    let half = word.get(..2).unwrap_or_default();
    let afternoon = half.eq_ignore_ascii_case("pm");
    let next = word.as_bytes().get(2);
    if !(afternoon || half.eq_ignore_ascii_case("am"))
        || next.is_some_and(u8::is_ascii_alphanumeric)
    {
        return Some(None);
    }
    if !(1..=12).contains(hour) {
        return None;
    }
    *hour = *hour % 12 + if afternoon { 12 } else { 0 };
    Some(Some(text.len() - word.len() + 2))
}

/// A time since the beginning of a recording: `00-01-23.500`, `0h01m23s500`, `1.50s`, or a stem
/// that is nothing but `205.7`.
pub(super) fn elapsed(text: &str) -> Option<Moment> {
    if !text.contains(['.', 's', ':', 'h', 'm']) {
        return None;
    }
    digit_runs(text).find_map(|run| {
        let clean = run.start == 0 || !text.as_bytes()[run.start - 1].is_ascii_alphanumeric();
        if !clean || run.len() > 9 {
            return None;
        }
        let found = hours(text, &run).or_else(|| minutes(text, &run));
        found.or_else(|| decimal_seconds(text, &run))
    })
}

/// Hours, minutes and seconds with a fraction, or with the letters that name them.
fn hours(text: &str, run: &Range<usize>) -> Option<Moment> {
    let mut reader = Reader {
        text,
        at: run.start,
    };
    let mark = |at: usize| text.as_bytes().get(at).copied();
    let [hour, minute, second] = reader.fields([run.len(), 2, 2])?;
    let lettered = mark(run.end) == Some(b'h');
    let colons = mark(run.end) == Some(b':');
    let end = reader.at;
    let separated = matches!(mark(end), Some(b'.' | b',' | b's'));
    let digits = digits_at(text, end + 1);
    let fraction_told = separated && (1..=9).contains(&digits.len());
    let spelled = run.len() <= 2
        && minute < 60
        && second < 60
        && mark(run.end).is_some_and(|b| !b.is_ascii_digit());
    if !spelled
        || !(fraction_told || lettered || colons)
        || mark(end).is_some_and(|b| b.is_ascii_digit())
    {
        return None;
    }
    let mut moment = Moment {
        at: run.start..end,
        nanoseconds: (hour * 3_600 + minute * 60 + second) * SECOND,
    };
    if fraction_told {
        moment.nanoseconds += fraction(&text[digits.clone()]);
        moment.at.end = digits.end;
    }
    Some(moment)
}

/// `01m23s`.
fn minutes(text: &str, run: &Range<usize>) -> Option<Moment> {
    let second = digits_at(text, run.end + 1);
    let mark = |at: usize| text.as_bytes().get(at).map(u8::to_ascii_lowercase);
    let spelled = run.len() <= 3
        && second.len() == 2
        && mark(run.end) == Some(b'm')
        && mark(second.end) == Some(b's')
        && !mark(second.end + 1).is_some_and(|byte| byte.is_ascii_alphanumeric());
    if !spelled {
        return None;
    }
    let number = |at: &Range<usize>| text[at.clone()].parse::<i64>().ok();
    let seconds = number(run)? * 60 + number(&second).filter(|second| *second < 60)?;
    Some(Moment {
        at: run.start..second.end + 1,
        nanoseconds: seconds * SECOND,
    })
}

/// `1.50s`, or `205.7` where it is all there is; the whole part is written without leading zeros.
fn decimal_seconds(text: &str, run: &Range<usize>) -> Option<Moment> {
    let digits = digits_at(text, run.end + 1);
    if text.as_bytes().get(run.end) != Some(&b'.') || !(1..=9).contains(&digits.len()) {
        return None;
    }
    let padded = run.len() > 1 && text.as_bytes()[run.start] == b'0';
    let tail = &text[digits.end..];
    let named = tail.strip_prefix('s').or_else(|| tail.strip_prefix("sec"));
    let named = named.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    let alone = run.start == 0 && tail.is_empty() && digits.len() <= 3;
    if padded || !(named || alone) {
        return None;
    }
    let seconds: i64 = text[run.clone()].parse().ok()?;
    let end = digits.end + usize::from(named);
    Some(Moment {
        at: run.start..end,
        nanoseconds: seconds * SECOND + fraction(&text[digits]),
    })
}

/// Reads fixed numbers of digits, each perhaps behind one separator.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn fields(&mut self, widths: [usize; 3]) -> Option<[i64; 3]> {
        let start = self.at;
        let read = self.read_fields(widths);
        if read.is_none() {
            self.at = start;
        }
        read
    }

    fn read_fields(&mut self, widths: [usize; 3]) -> Option<[i64; 3]> {
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
            Some(b'-' | b'_' | b':' | b'.' | b'T' | b't' | b' ' | b'h' | b'H' | b'm' | b'M')
        ) {
            self.at += 1;
        }
    }

    /// What stands between a date and a time of day: a separator, several, or ` at `.
    fn between(&mut self) {
        let tail = self.text.get(self.at..).unwrap_or_default();
        let rest = tail.trim_start_matches([' ', '_', '-', ',', '.', 'T', 't']);
        let rest = rest
            .strip_prefix("at")
            .map_or(rest, |rest| rest.trim_start_matches([' ', '_']));
        let skipped = tail.len() - rest.len();
        if skipped <= 4 {
            self.at += skipped;
        }
    }

    /// `2.23.11` for `02.23.11`.
    fn time_of_one_digit(&mut self) -> Option<[i64; 3]> {
        self.fields([1, 2, 2]).filter(|_| {
            let next = self.text.as_bytes().get(self.at);
            next.is_none_or(|byte| !byte.is_ascii_digit())
        })
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

/// Days since 1970-01-01 of a date from 1990 to 2099, or `None` for one that is not in the
/// calendar.
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
    fn minutes_and_seconds_since_the_beginning_are_read() {
        let of = |text| elapsed(text).map(|moment| (moment.nanoseconds / SECOND, moment.at));
        assert_eq!(of("roof-1_01m23s"), Some((83, 7..13)));
        assert_eq!(of("a_2m05s_x"), Some((125, 2..7)));
        for text in ["a_01m83s", "a_01m23sec", "a_01m2s", "12m34", "s01m23s"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn the_days_of_four_years_are_counted() {
        assert_eq!(days_from_civil([2000, 3, 1]), Some(11_017));
        assert_eq!(days_from_civil([2024, 2, 29]), Some(19_782));
        assert_eq!(days_from_civil([2023, 2, 29]), None);
    }
}
