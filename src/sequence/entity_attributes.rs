//! Numbers in names that say something of a picture, and not of whom or what it is: years, days,
//! sizes, measures, classes of `WordNet`.

use super::entity::Scheme;
use super::entity_words::{ATTRIBUTES, FETCHED, is_word};
use super::fields::Kind;

/// Whether a column of numbers, with the `word` before it, is an attribute.
pub(super) fn is_attribute(scheme: &Scheme<'_>, at: usize, word: &str, values: &[&str]) -> bool {
    is_year(values)
        || is_word(word, &ATTRIBUTES) && !is_beyond_cameras(word, values)
        || is_month_of_year(scheme, at, values)
        || is_day_of_month(scheme, at)
        || is_of_wordnet(word, values)
        || is_of_size(scheme, at)
        || has_unit(scheme, at)
        || is_of_decimal(scheme, at)
        || deals_out(scheme, at)
        || (is_word(word, &FETCHED) && values.iter().all(|value| is_day(value)))
}

/// Whether a number behind a word for cameras is larger than there are cameras: `CAM017639` is a
/// specimen.
fn is_beyond_cameras(word: &str, values: &[&str]) -> bool {
    const MOST_CAMERAS: u64 = 999;
    let beyond = |value: &&str| value.parse().is_ok_and(|number: u64| number > MOST_CAMERAS);
    is_word(word, &["cam", "camera"]) && values.iter().any(beyond)
}

/// Four digits, from 1950 to 2050.
pub(super) fn is_year(values: &[&str]) -> bool {
    !values.is_empty()
        && values
            .iter()
            .all(|value| value.len() == 4 && ("1950".."2051").contains(value))
}

/// One of twelve behind a year: `2021/10/…`.
fn is_month_of_year(scheme: &Scheme<'_>, at: usize, values: &[&str]) -> bool {
    let before = at.checked_sub(1).map(|before| &scheme.columns[before]);
    let years = before.map(|before| {
        let own = scheme.rows.iter().filter_map(|row| before.value(row));
        own.collect::<Vec<_>>()
    });
    let is_month = |value: &&str| {
        value.len() <= 2 && value.parse().is_ok_and(|number| (1..=12).contains(&number))
    };
    years.is_some_and(|years| is_year(&years)) && values.iter().all(is_month)
}

/// A day such as `20210312`, or `12032021`.
pub(super) fn is_day(value: &str) -> bool {
    let is_month = |text: &str| ("01".."13").contains(&text);
    let is_day = |text: &str| ("01".."32").contains(&text);
    let at = |range| value.get(range).unwrap_or_default();
    let is_number = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    let from_year = is_year(&[at(0..4)]) && is_month(at(4..6)) && is_day(at(6..8));
    let to_year = is_year(&[at(4..8)])
        && (is_day(at(0..2)) && is_month(at(2..4)) || is_month(at(0..2)) && is_day(at(2..4)));
    is_number && (from_year || to_year)
}

/// A number before the name of a month: `05May_2010`.
fn is_day_of_month(scheme: &Scheme<'_>, at: usize) -> bool {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let Some(next) = scheme.columns.get(at + 1) else {
        return false;
    };
    scheme.rows.iter().all(|row| {
        let word = next.value(row).unwrap_or_default().to_ascii_lowercase();
        word.get(..3).is_some_and(|start| MONTHS.contains(&start))
    })
}

/// A number with a unit behind it that ends its field: `20x`, `800px`.
fn has_unit(scheme: &Scheme<'_>, at: usize) -> bool {
    const UNITS: [&str; 14] = [
        "cm", "db", "deg", "dpi", "ev", "fps", "hz", "kv", "mm", "ms", "nm", "px", "um", "x",
    ];
    let field = scheme.columns[at].field;
    let same_field = |at: &usize| {
        let column = scheme.columns.get(*at);
        column.is_some_and(|column| column.field == field)
    };
    if !same_field(&(at + 1)) || same_field(&(at + 2)) || at > 0 && same_field(&(at - 1)) {
        return false;
    }
    scheme.rows.iter().all(|row| {
        let unit = scheme.columns[at + 1].value(row).unwrap_or_default();
        UNITS.contains(&&*unit.to_ascii_lowercase())
    })
}

/// The number of a `WordNet` id (`n01440764`), which is a class.
fn is_of_wordnet(word: &str, values: &[&str]) -> bool {
    word == "n" && values.iter().all(|value| value.len() == 8)
}

/// A folder that says how the names of its files begin: files are dealt out by their digests.
fn deals_out(scheme: &Scheme<'_>, at: usize) -> bool {
    let field = scheme.columns[at].field;
    scheme.rows.iter().all(|row| {
        let stem = row.between.iter().rposition(|between| *between == "/");
        let Some(stem) = stem.filter(|stem| *stem > field) else {
            return false;
        };
        let name = row.fields.get(stem).copied().unwrap_or_default();
        let folders = row.fields[..=field].concat();
        name.starts_with(&folders) || name.starts_with(row.fields[field])
    })
}

/// A digit, a point and digits: `0.57`, a measure of the picture.
fn is_of_decimal(scheme: &Scheme<'_>, at: usize) -> bool {
    let field = scheme.columns[at].field;
    let is_number = |field: usize, most: usize| {
        let all = scheme.rows.iter().all(|row| {
            let digits = row.fields.get(field).copied().unwrap_or_default();
            (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        });
        all && field < scheme.rows[0].fields.len()
    };
    let point = |before: usize| scheme.rows[0].between.get(before).copied() == Some(".");
    // `1.2.7` is no measure.
    let whole = |at: usize| {
        let goes_on = point(at + 2) || at > 0 && point(at);
        is_number(at, 1) && is_number(at + 1, 6) && point(at + 1) && !goes_on
    };
    whole(field) || (field > 0 && whole(field - 1))
}

/// Width and height: `640x480`. Fewer pixels than those of an icon are none: `plot3x4`.
fn is_of_size(scheme: &Scheme<'_>, at: usize) -> bool {
    const LEAST: u32 = 16;
    let digits = |at: usize| {
        let column = scheme.columns.get(at);
        let column = column.filter(|column| column.kind == Some(Kind::Digits));
        column.is_some_and(|column| {
            let values = scheme.rows.iter().filter_map(|row| column.value(row));
            let mut sizes = values.map(|value| value.parse::<u32>().unwrap_or(u32::MAX));
            sizes.all(|size| (LEAST..100_000).contains(&size))
        })
    };
    let sign = |at: usize| {
        let column = scheme.columns.get(at);
        let column = column.filter(|column| column.kind == Some(Kind::Letters));
        let field = |at: usize| scheme.columns.get(at).map(|column| column.field);
        let alone = field(at.wrapping_sub(1)) == field(at) && field(at) == field(at + 1);
        let sign = column.and_then(|column| column.value(&scheme.rows[0]));
        alone && sign.is_some_and(|sign| sign.eq_ignore_ascii_case("x") || sign == "×")
    };
    let before = at >= 2 && sign(at - 1) && digits(at - 2);
    digits(at) && (before || (sign(at + 1) && digits(at + 2)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing::{named, scattered};

    #[test]
    fn sizes_and_measures_are_nothing() {
        let side = |at: usize, sides: [usize; 3]| sides[scattered(at, 3)];
        let sized = |at: usize| {
            let (width, height) = (side(at, [640, 800, 1024]), side(at / 3, [480, 600, 768]));
            format!("{width}x{height}_{:08x}", scattered(at, 1 << 32))
        };
        assert_eq!(named(220, sized), None);
        let measured = |at: usize| {
            let share = 50 + scattered(at, 40);
            format!("{:08x}_0.{share}", scattered(at, 1 << 32))
        };
        assert_eq!(named(220, measured), None);
    }

    #[test]
    fn classes_of_wordnet_and_days_of_a_download_are_nothing() {
        let wordnet = ["n01440764", "n02102040", "n03000684", "n03888257"];
        let of_class = |at| format!("{}_{}", wordnet[at % 4], scattered(at, 30_000));
        assert_eq!(named(200, of_class), None);
        let fetched = |at| format!("download_202103{:02}_{at:04}", at % 19 + 10);
        assert_eq!(named(200, fetched), None);
    }

    #[test]
    fn a_unit_behind_a_number_makes_a_measure_of_it() {
        let zoomed = |word: &str| {
            named(200, |at| {
                let times = [4, 10, 20, 40, 60, 100][at % 6];
                format!("{times}{word}_{:05}", scattered(at, 90_000))
            })
        };
        assert_eq!(zoomed("x"), None);
        assert_eq!(zoomed("px-photo"), None);
        assert!(zoomed("A").is_some(), "a code");
    }

    #[test]
    fn folders_by_the_first_digits_of_digests_are_nothing() {
        let of = |skipped: usize| {
            named(96, move |at| {
                let digest = format!(
                    "{:016x}",
                    (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                );
                format!("{}/{digest}", &digest[skipped..=skipped])
            })
        };
        assert_eq!(of(0), None);
        assert!(of(5).is_some(), "folders of something else");
    }

    #[test]
    fn days_are_told_from_other_numbers_of_eight_digits() {
        assert!(["20210312", "12032021", "31121999"].into_iter().all(is_day));
        let others = ["20211312", "2021031", "45032021", "2021-3-1", "12320210"];
        assert!(!others.into_iter().any(is_day));
    }

    #[test]
    fn a_day_before_the_name_of_its_month_is_nothing() {
        let on = |month: &str| {
            named(96, |at| {
                let day = [5, 25, 11, 19][at / 24];
                format!("{day:02}{month}_2010_news_{}/images{:04}", at / 8, at % 8)
            })
        };
        assert_eq!(on("May").map(|found| found.0), Some(12));
        assert_eq!(on("A").map(|found| found.0), Some(4));
    }
}
