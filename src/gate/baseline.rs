//! Findings that were accepted one by one: a text file in the team's repository.
//!
//! A finding is known again by its code and fingerprint, which come from content
//! and not from its path or place in the list; see `docs/ci.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use serde::Deserialize;

use super::policy::day;
use crate::faults;
use crate::finding::{CODES, Code};

/// Name of the file that is looked for in the dataset directory and in the current one.
pub const FILE_NAME: &str = "splitleak-baseline.toml";

const VERSION: u32 = 1;

const HEAD: &str = "\
# Findings that are accepted, so that splitleak fails only on new ones.
# Reasons and expiry dates may be edited; `splitleak baseline prune` drops what is gone.
# A fingerprint comes from the content of a file; the path beside it is a hint for people.
";

/// Accepted findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// One for every code and fingerprint, in the order of the file.
    pub entries: Vec<Entry>,
}

/// One accepted finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What kind.
    pub code: Code,
    /// Which one.
    pub fingerprint: String,
    /// Images that are accepted under it: copies of one image, or 1 for what is about no image.
    pub images: u64,
    /// Why.
    pub reason: String,
    /// Last day on which it is accepted.
    pub expires: Option<NaiveDate>,
    /// Where it lay when it was accepted; for people, and not read back.
    pub hint: String,
}

impl Entry {
    /// Whether it still holds on `today`.
    #[must_use]
    pub fn holds(&self, today: NaiveDate) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    accepted: Vec<Group>,
}

/// Findings of one code that were accepted for one reason.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Group {
    code: String,
    reason: String,
    expires: Option<String>,
    fingerprints: Vec<String>,
}

impl Baseline {
    /// Reads the text of a baseline file.
    ///
    /// # Errors
    /// What is wrong with it, with the line where it is known.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| faults::toml(&error.to_string()))?;
        if file.version != VERSION {
            return Err(format!(
                "version {} is not known, this release reads {VERSION}; use the release that wrote it, or write it again",
                file.version
            ));
        }
        let mut entries = Vec::new();
        for group in file.accepted {
            let code = Code::from_name(&group.code)
                .ok_or_else(|| format!("code `{}` does not exist", group.code))?;
            if group.reason.trim().is_empty() {
                return Err(format!("`{}` is accepted without a reason", group.code));
            }
            let expires = group.expires.as_deref().map(day).transpose()?;
            for text in &group.fingerprints {
                let (fingerprint, images) = fingerprint(text)?;
                entries.push(Entry {
                    code,
                    fingerprint,
                    images,
                    reason: group.reason.clone(),
                    expires,
                    hint: String::new(),
                });
            }
        }
        once_each(&mut entries);
        Ok(Self { entries })
    }

    /// The text of a baseline file: by code, reason and expiry, and in order of
    /// fingerprint, so that a change of the baseline is a change of few lines.
    #[must_use]
    pub fn render(&self) -> String {
        let mut groups: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            let place = CODES.iter().position(|row| row.0 == entry.code);
            let group = groups.entry((place, entry.code, &entry.reason, entry.expires));
            group.or_default().push(entry);
        }
        let mut text = format!("{HEAD}version = {VERSION}\n");
        for ((_, code, reason, expires), mut entries) in groups {
            entries.sort_by(|a, b| (&a.fingerprint, &a.hint).cmp(&(&b.fingerprint, &b.hint)));
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n[[accepted]]\ncode = \"{}\"\nreason = {}\n",
                code.name(),
                toml::Value::String(reason.clone())
            );
            if let Some(day) = expires {
                let _ = writeln!(text, "expires = \"{day}\"");
            }
            text.push_str("fingerprints = [\n");
            for entry in entries {
                let times = match entry.images {
                    1 => String::new(),
                    n => format!(" x {n}"),
                };
                let hint = match hint(&entry.hint) {
                    hint if hint.is_empty() => hint,
                    hint => format!(" # {hint}"),
                };
                let _ = writeln!(text, "  \"{}{times}\",{hint}", entry.fingerprint);
            }
            text.push_str("]\n");
        }
        text
    }
}

/// Keeps one of the entries that say the same, that of most images: a merge that kept the lines of
/// both sides accepts no more than either.
fn once_each(entries: &mut Vec<Entry>) {
    let mut most: BTreeMap<_, u64> = BTreeMap::new();
    let key = |entry: &Entry| {
        let place = CODES.iter().position(|row| row.0 == entry.code);
        let fingerprint = entry.fingerprint.clone();
        (place, fingerprint, entry.reason.clone(), entry.expires)
    };
    for entry in entries.iter() {
        let known = most.entry(key(entry)).or_default();
        *known = entry.images.max(*known);
    }
    entries.retain_mut(|entry| match most.remove(&key(entry)) {
        Some(images) => {
            entry.images = images;
            true
        }
        None => false,
    });
}

/// A path without control characters: a newline in a name must not end the comment.
fn hint(path: &str) -> String {
    path.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// `HEX` or `HEX x N`.
fn fingerprint(text: &str) -> Result<(String, u64), String> {
    let wrong =
        || format!("`{text}` is no fingerprint: 32 hexadecimal digits, or `… x 12` for 12 images");
    let (digits, images) = match text.split_once(" x ") {
        None => (text, 1),
        Some((digits, images)) => (digits, images.parse().map_err(|_| wrong())?),
    };
    let is_hex = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && images > 0 {
        Ok((digits.to_ascii_lowercase(), images))
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(code: Code, digit: char, images: u64, expires: Option<&str>) -> Entry {
        Entry {
            code,
            fingerprint: digit.to_string().repeat(32),
            images,
            reason: "say \"why\"\nin two lines".to_owned(),
            expires: expires.map(|text| day(text).unwrap()),
            hint: "val/a\nb.jpg".to_owned(),
        }
    }

    #[test]
    fn lines_that_a_merge_kept_twice_accept_no_more() {
        let one = |images, expires| Baseline {
            entries: vec![entry(Code::LeakSameBytes, 'c', images, expires)],
        };
        let (text, more) = (one(1, None).render(), one(2, None).render());
        let both = |text: &str, other: &str| {
            let (_, group) = other.split_once("[[accepted]]").unwrap();
            let read = Baseline::parse(&format!("{text}\n[[accepted]]{group}")).unwrap();
            read.entries
                .iter()
                .map(|one| one.images)
                .collect::<Vec<_>>()
        };
        assert_eq!(both(&text, &text), [1]);
        assert_eq!(both(&text, &more), [2]);
        // Another day is another decision.
        assert_eq!(both(&text, &one(1, Some("2030-01-01")).render()), [1, 1]);
    }

    #[test]
    fn what_is_written_reads_back() {
        let baseline = Baseline {
            entries: vec![
                entry(Code::ZeroByteFile, 'a', 1, None),
                entry(Code::LeakSameBytes, 'c', 3, Some("2027-01-31")),
                entry(Code::LeakSameBytes, 'b', 1, Some("2027-01-31")),
            ],
        };
        let text = baseline.render();
        let mut read = Baseline::parse(&text).unwrap();
        let order: Vec<&str> = read
            .entries
            .iter()
            .map(|one| &one.fingerprint[..1])
            .collect();
        assert_eq!(order, ["b", "c", "a"], "by code, then fingerprint");
        for entry in &mut read.entries {
            entry.hint = "val/a\nb.jpg".to_owned();
        }
        assert_eq!(read.render(), text);
    }

    #[test]
    fn a_baseline_that_makes_no_sense_is_refused_with_the_reason() {
        let group = |code: &str, reason: &str, print: &str| {
            format!(
                "version = 1\n[[accepted]]\ncode = \"{code}\"\nreason = \"{reason}\"\nfingerprints = [\"{print}\"]\n"
            )
        };
        let good = "a".repeat(32);
        assert!(Baseline::parse(&group("leak-same-file", "why", &good)).is_ok());
        for (text, word) in [
            (group("leek", "why", &good), "leek"),
            (group("leak-same-file", " ", &good), "without a reason"),
            (group("leak-same-file", "why", "xyz"), "xyz"),
            (
                group("leak-same-file", "why", &format!("{good} x 0")),
                "x 0",
            ),
            ("version = 2\n".to_owned(), "version 2"),
            ("accepted = []\n".to_owned(), "version"),
            ("version = 1\nmore = 2\n".to_owned(), "more"),
        ] {
            let said = Baseline::parse(&text).unwrap_err();
            assert!(said.contains(word), "{said}");
        }
    }
}
