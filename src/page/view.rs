//! What the page shows, as the template takes it: words, and pictures by number.

use std::collections::BTreeMap;

use super::geometry;
use super::pictures::{Picture, Samples};
use crate::report::{Leakage, Report, ReportFinding, ReportPair, Verdict};
use crate::wording::{self, percent_tenths};

/// A row of the table of leaks.
pub(super) struct LeakRow {
    pub(super) evaluation: String,
    pub(super) training: String,
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) share: String,
    pub(super) count: String,
    pub(super) interval: String,
    pub(super) suspected: String,
    /// Name and count.
    pub(super) kinds: Vec<(&'static str, String)>,
    pub(super) unknown: String,
}

/// A pair side by side.
pub(super) struct PairView {
    pub(super) number: usize,
    pub(super) kind: &'static str,
    pub(super) code: &'static str,
    /// How alike, how far apart, how turned: a line.
    pub(super) detail: String,
    pub(super) confirmed: bool,
    pub(super) sides: [Side; 2],
}

/// One of its two pictures.
pub(super) struct Side {
    pub(super) role: &'static str,
    pub(super) path: String,
    pub(super) split: String,
    pub(super) label: String,
    pub(super) shown: Option<Shown>,
}

/// A picture as it lies in its frame.
pub(super) struct Shown {
    /// Number of the picture, and its own size.
    pub(super) id: usize,
    pub(super) own_width: u32,
    pub(super) own_height: u32,
    /// Size after the transform.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) matrix: String,
    /// Left, upper edge, width and height of the shared area, in pixels of the frame.
    pub(super) shared: Option<[String; 4]>,
}

/// A finding.
pub(super) struct FindingView {
    pub(super) severity: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) images: String,
    pub(super) paths: Vec<String>,
    pub(super) pictures: Vec<Shown>,
    pub(super) suppression: String,
    pub(super) accepted: bool,
}

/// A cluster as a strip of pictures.
pub(super) struct ClusterView {
    pub(super) words: String,
    pub(super) members: Vec<(String, Option<Shown>)>,
}

/// Text without control characters: a name must not forge a line.
pub(super) fn plain(text: &str) -> String {
    crate::render::text::printable(text)
}

pub(super) fn leak_row(entry: &Leakage) -> LeakRow {
    let of = |count: u64| {
        let all = entry.leaked.denominator;
        format!("{} of {}", wording::count(count), wording::count(all))
    };
    let percent = |share: Option<f64>| share.map_or("not known".to_owned(), percent_tenths);
    let interval = match entry.leaked.ci95 {
        Some([lo, hi]) => format!("{} to {}", percent_tenths(lo), percent_tenths(hi)),
        None => "none".to_owned(),
    };
    let kinds = entry.by_kind.iter().filter(|(_, n)| **n > 0);
    let codes: Vec<&str> = entry.unknown.iter().map(|code| code.name()).collect();
    let (word, class) = verdict_word(entry.verdict);
    LeakRow {
        evaluation: plain(&entry.evaluation_split),
        training: plain(&entry.training_split),
        word,
        class,
        share: percent(entry.leaked.fraction),
        count: of(entry.leaked.count),
        interval,
        suspected: match entry.suspected.count {
            0 => "0".to_owned(),
            n => format!("{} ({})", of(n), percent(entry.suspected.fraction)),
        },
        kinds: kinds
            .map(|(kind, n)| (kind.name(), wording::count(*n)))
            .collect(),
        unknown: codes.join(", "),
    }
}

/// The verdict as a word, and the class of its colour.
pub(super) fn verdict_word(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Leaks => ("leaks", "bad"),
        Verdict::Unknown => ("unknown", "unsure"),
        Verdict::Clear => ("clear", "good"),
        Verdict::NotJudged => ("not judged", "unsure"),
    }
}

pub(super) fn pair(
    number: usize,
    pair: &ReportPair,
    pictures: &BTreeMap<String, Picture>,
    samples: Option<&Samples<'_>>,
) -> PairView {
    let label = |path: &str| {
        let label = samples.and_then(|all| all.label(path));
        label.map(plain).unwrap_or_default()
    };
    let area = pair.shared_area;
    let side = |is_evaluation: bool| {
        let (role, member) = match is_evaluation {
            true => ("evaluation", &pair.evaluation),
            false => ("training", &pair.training),
        };
        let shown = pictures.get(&member.path).map(|picture| {
            let transform = match is_evaluation {
                true => pair.transform,
                false => Default::default(),
            };
            let (width, height) = geometry::size(transform, picture.width, picture.height);
            let edges = area.map(|area| match is_evaluation {
                true => area.evaluation,
                false => area.training,
            });
            Shown {
                id: picture.id,
                own_width: picture.width,
                own_height: picture.height,
                width,
                height,
                matrix: geometry::matrix(transform, picture.width, picture.height),
                shared: edges.map(|[left, upper, right, lower]| {
                    let (w, h) = (f64::from(width), f64::from(height));
                    let edges = [left * w, upper * h, (right - left) * w, (lower - upper) * h];
                    edges.map(|edge| format!("{edge:.1}"))
                }),
            }
        });
        Side {
            role,
            path: plain(&member.path),
            split: plain(&member.split),
            label: label(&member.path),
            shown,
        }
    };
    let mut detail = Vec::new();
    if let Some(similarity) = pair.similarity {
        detail.push(format!("similarity {similarity:.2}"));
    }
    let transform = serde_json::to_value(pair.transform).unwrap_or_default();
    if let Some(name) = transform.as_str().filter(|name| *name != "identity") {
        detail.push(format!("evaluation image shown after {name}"));
    }
    if let Some(steps) = pair.steps {
        detail.push(format!(
            "{} apart",
            wording::counted(steps as usize, "step")
        ));
    }
    if let Some(seconds) = pair.seconds {
        detail.push(format!("{seconds:.2} s apart"));
    }
    if area.is_some() {
        detail.push("the outlined parts show the same".to_owned());
    }
    PairView {
        number,
        kind: pair.kind.name(),
        code: crate::finding::Code::of_leak(pair.kind).name(),
        detail: detail.join(", "),
        confirmed: pair.confirmed,
        sides: [side(true), side(false)],
    }
}

pub(super) fn finding(
    finding: &ReportFinding,
    pictures: &BTreeMap<String, Picture>,
) -> FindingView {
    let code = finding.code.name();
    let path = finding.paths.first().filter(|_| finding.images == 1);
    let place = path.map(|path| format!("path = {}\n", toml_string(path)));
    let shown = finding.paths.iter().filter_map(|path| pictures.get(path));
    FindingView {
        severity: finding.severity.name(),
        code,
        message: plain(&finding.message),
        images: match finding.images {
            0 => String::new(),
            n => wording::counted(usize::try_from(n).unwrap_or(usize::MAX), "image"),
        },
        paths: finding.paths.iter().map(|path| plain(path)).collect(),
        pictures: shown.take(6).map(as_it_is).collect(),
        suppression: format!(
            "[[suppress]]\ncode = \"{code}\"\n{}reason = \"\"",
            place.unwrap_or_default()
        ),
        accepted: finding.accepted.is_some(),
    }
}

/// A string of TOML, whatever it holds.
fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn as_it_is(picture: &Picture) -> Shown {
    Shown {
        id: picture.id,
        own_width: picture.width,
        own_height: picture.height,
        width: picture.width,
        height: picture.height,
        matrix: geometry::matrix(Default::default(), picture.width, picture.height),
        shared: None,
    }
}

pub(super) fn clusters(
    report: &Report,
    pictures: &BTreeMap<String, Picture>,
    strips: usize,
) -> Vec<ClusterView> {
    let listed = report.clusters.iter().flat_map(|all| &all.listed);
    listed
        .take(super::CLUSTERS)
        .enumerate()
        .map(|(at, cluster)| {
            let picture = |path: &String| pictures.get(path).filter(|_| at < strips).map(as_it_is);
            let splits = cluster.splits.iter();
            let splits: Vec<String> = splits
                .map(|(split, n)| format!("{} in {}", wording::count(*n), plain(split)))
                .collect();
            let chained = match cluster.chained {
                true => "; its ends are no duplicates of each other",
                false => "",
            };
            let images = usize::try_from(cluster.samples).unwrap_or(usize::MAX);
            let splits = match splits.is_empty() {
                true => String::new(),
                false => format!(": {}", splits.join(", ")),
            };
            ClusterView {
                words: format!("{}{splits}{chained}", wording::counted(images, "image")),
                members: cluster
                    .members
                    .iter()
                    .map(|path| (plain(path), picture(path)))
                    .collect(),
            }
        })
        .collect()
}
