//! Limits as people write them: `0.5%`, `12`, `test=0`, `test:near-duplicate=1%`.

use std::fmt;
use std::str::FromStr;

use crate::finding::{CODES, Code};

/// Most that is accepted: a share, or a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// 0 to 1.
    Fraction(f64),
    /// Samples.
    Count(u64),
}

impl FromStr for Limit {
    type Err = String;

    /// `0.5%` is a share, `12` a count. A bare decimal is refused: it could be either.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no limit: write a share such as `0.5%`, or a count such as `12`")
        };
        if text.trim().ends_with('%') {
            return share(text).map(Self::Fraction).map_err(|_| wrong());
        }
        text.trim().parse().map(Self::Count).map_err(|_| wrong())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Four decimals: 0.07 * 100 is not 7 in binary.
            Self::Fraction(fraction) => {
                write!(f, "{}%", (fraction * 1e6).round() / 1e4)
            }
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Limit {
    /// Whether `count` of `denominator` is more than accepted. A share of nothing exceeds no share.
    #[must_use]
    pub fn exceeded_by(self, count: u64, denominator: u64) -> bool {
        match self {
            Self::Count(most) => count > most,
            Self::Fraction(most) => denominator > 0 && count as f64 / denominator as f64 > most,
        }
    }
}

/// A share written with a percent sign, as 0 to 1.
///
/// # Errors
/// What is wrong with the text.
pub fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no share: write it as `99%`");
    let percent = text.trim().strip_suffix('%').ok_or_else(wrong)?;
    let percent: f64 = percent.trim().parse().map_err(|_| wrong())?;
    if (0.0..=100.0).contains(&percent) {
        Ok(percent / 100.0)
    } else {
        Err(wrong())
    }
}

/// Most leakage accepted: in every evaluation split or one of them, of any kind that pixels show or
/// of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct LeakLimit {
    /// Evaluation split; `None` is every one for which no other limit of the kind is set.
    pub split: Option<String>,
    /// Kind of leak as its code; `None` is every kind that pixels show, together.
    pub kind: Option<Code>,
    /// Most that is accepted.
    pub most: Limit,
}

impl FromStr for LeakLimit {
    type Err = String;

    /// `LIMIT`, `SPLIT=LIMIT`, `KIND=LIMIT` or `SPLIT:KIND=LIMIT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((place, most)) = text.rsplit_once('=') else {
            let most = text.parse()?;
            return Ok(Self {
                split: None,
                kind: None,
                most,
            });
        };
        let most = most.parse()?;
        let place = place.trim();
        if let Some(kind) = kind(place) {
            return Ok(Self {
                split: None,
                kind: Some(kind),
                most,
            });
        }
        let (split, kind) = match place.rsplit_once(':') {
            None => (place, None),
            Some((split, name)) => (split, Some(kind(name).ok_or_else(|| no_kind(name))?)),
        };
        if split.is_empty() {
            return Err(format!(
                "`{text}` names no split: write `test=0`, or `0` for every one"
            ));
        }
        Ok(Self {
            split: Some(split.to_owned()),
            kind,
            most,
        })
    }
}

impl fmt::Display for LeakLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self
            .kind
            .map(|code| code.name().trim_start_matches("leak-"));
        match (&self.split, kind) {
            (None, None) => write!(f, "{}", self.most),
            (Some(split), None) => write!(f, "{split}={}", self.most),
            (None, Some(kind)) => write!(f, "{kind}={}", self.most),
            (Some(split), Some(kind)) => write!(f, "{split}:{kind}={}", self.most),
        }
    }
}

/// The leak code of a kind such as `near-duplicate`, or of the code itself.
fn kind(name: &str) -> Option<Code> {
    let name = name.trim();
    let code = Code::from_name(&format!("leak-{}", name.trim_start_matches("leak-")))?;
    code.is_leak().then_some(code)
}

fn no_kind(name: &str) -> String {
    let kinds = CODES.iter().filter(|row| row.0.is_leak());
    let kinds: Vec<&str> = kinds.map(|row| row.1.trim_start_matches("leak-")).collect();
    format!(
        "`{name}` is no kind of leak; kinds are {}",
        kinds.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shares_or_counts_and_nothing_between() {
        assert_eq!("0.5%".parse(), Ok(Limit::Fraction(0.005)));
        assert_eq!("100 %".parse(), Ok(Limit::Fraction(1.0)));
        assert_eq!("12".parse(), Ok(Limit::Count(12)));
        for wrong in ["0.5", "-1", "101%", "", "five", "%", "NaN%"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_limit_is_exceeded_only_above_itself() {
        assert!(!Limit::Fraction(0.005).exceeded_by(5, 1000));
        assert!(Limit::Fraction(0.004_999).exceeded_by(5, 1000));
        assert!(!Limit::Fraction(0.0).exceeded_by(0, 0));
        assert!(!Limit::Count(5).exceeded_by(5, 1000));
        assert!(Limit::Count(4).exceeded_by(5, 1000));
    }

    #[test]
    fn a_limit_may_name_a_split_a_kind_or_both_and_is_written_as_it_is_read() {
        for text in [
            "0.5%",
            "test=0",
            "near-duplicate=7%",
            "val:sequence-neighbour=12",
            "a=b:shared-group=3",
            "C:x=1",
        ] {
            let read = text.parse::<LeakLimit>();
            if text == "C:x=1" {
                let said = read.unwrap_err();
                assert!(
                    said.contains("`x`") && said.contains("same-bytes"),
                    "{said}"
                );
            } else {
                assert_eq!(read.unwrap().to_string(), text);
            }
        }
        assert!("=1".parse::<LeakLimit>().is_err());
        let code = "leak-same-file=0".parse::<LeakLimit>().unwrap();
        assert_eq!((code.kind, code.split), (Some(Code::LeakSameFile), None));
    }
}
