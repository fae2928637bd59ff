//! The report as one page of HTML: pictures side by side, nothing fetched from anywhere.
//!
//! The page works without script, as tables and pictures; the script adds filters, keys and ways to
//! compare. Its policy (CSP) allows exactly the style and the script that it carries, by digest,
//! and pictures that stand in it. Every name is escaped by the template.

mod choice;
mod geometry;
mod pictures;
mod view;

use std::collections::BTreeMap;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::budget::Budget;
use crate::render;
use crate::render::plots::{Numbers, Plot, Section};
use crate::report::Report;
use crate::sample::Dataset;
use crate::wording;
use pictures::{Picture, Samples};
use view::{ClusterView, FindingView, LeakRow, PairView};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Most pairs shown.
const PAIRS: usize = 300;
/// Most findings and clusters shown.
const FINDINGS: usize = 200;
const CLUSTERS: usize = 12;

/// How a page is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// Most bytes that the page may have.
    pub most_bytes: u64,
    /// Whether pictures are shown; without, only names leave the machine.
    pub pictures: bool,
    /// Commands worth typing now.
    pub next: Vec<String>,
    /// Memory for decoding what is shown.
    pub memory: Budget,
}

impl Options {
    /// Bytes of a page unless more are asked for: 10 MB.
    pub const MOST_BYTES: u64 = 10_000_000;
}

impl Default for Options {
    fn default() -> Self {
        Self {
            most_bytes: Self::MOST_BYTES,
            pictures: true,
            next: Vec::new(),
            memory: Budget::default(),
        }
    }
}

/// A picture as the template takes it.
struct PlotView {
    name: &'static str,
    title: String,
    caption: String,
    svg: String,
    numbers: Option<Numbers>,
}

/// Pictures by the section that shows them.
struct Plots {
    recordings: Vec<PlotView>,
    loss: Vec<PlotView>,
    drift: Vec<PlotView>,
    how: Vec<PlotView>,
}

impl Plots {
    fn of(report: &Report) -> Self {
        let all = render::plots::plots(report);
        let of = |section: Section| {
            let own = all.iter().filter(|plot| plot.section == section);
            own.map(PlotView::of).collect()
        };
        Self {
            recordings: of(Section::Recordings),
            loss: of(Section::Loss),
            drift: of(Section::Drift),
            how: of(Section::How),
        }
    }
}

impl PlotView {
    fn of(plot: &Plot) -> Self {
        Self {
            name: plot.name,
            title: view::plain(&plot.title),
            caption: view::plain(&plot.caption),
            svg: plot.inline(),
            numbers: plot.numbers.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    style: &'a str,
    script: &'a str,
    style_digest: String,
    script_digest: String,
    report: &'a Report,
    answer: String,
    word: &'static str,
    class: &'static str,
    ruling: &'static str,
    next: &'a [String],
    leaks: Vec<LeakRow>,
    kinds: Vec<&'static str>,
    symbols: Vec<&'a Picture>,
    pairs: Vec<PairView>,
    pairs_shown: String,
    plots: Plots,
    loss: Option<String>,
    findings: Vec<FindingView>,
    findings_left: usize,
    clusters: Vec<ClusterView>,
    settings: String,
}

/// The page. Pictures come from `dataset`; without it, or where they may not be shown, the page has
/// names only. Where it would be larger than allowed, fewer pairs and pictures of clusters are
/// shown; it says how many pairs.
#[must_use]
pub fn render(report: &Report, dataset: Option<&Dataset>, options: &Options) -> String {
    let samples = dataset.map(Samples::of);
    let (mut chosen, mut strips) = (choice::chosen(&report.pairs, PAIRS), CLUSTERS);
    let pictures = match samples.as_ref().filter(|_| options.pictures) {
        Some(samples) => samples.pictures(&paths(report, &chosen, strips), &options.memory),
        None => BTreeMap::new(),
    };
    loop {
        let page = with(
            report,
            samples.as_ref(),
            options,
            &chosen,
            strips,
            &pictures,
        );
        if page.len() as u64 <= options.most_bytes || chosen.is_empty() && strips == 0 {
            return page;
        }
        let fits = 0.9 * options.most_bytes as f64 / page.len() as f64;
        chosen = choice::chosen(&report.pairs, (fits * chosen.len() as f64) as usize);
        strips = (fits * strips as f64) as usize;
    }
}

/// The page with these pairs, and with pictures of so many clusters: of others with names. Fewer
/// pairs take the first and the last of a kind, so that their pictures are among those of more.
fn with(
    report: &Report,
    samples: Option<&Samples<'_>>,
    options: &Options,
    chosen: &[usize],
    strips: usize,
    pictures: &BTreeMap<String, Picture>,
) -> String {
    let findings: Vec<_> = report.findings.iter().take(FINDINGS).collect();
    let pairs: Vec<PairView> = chosen
        .iter()
        .map(|&at| view::pair(at + 1, &report.pairs[at], pictures, samples))
        .collect();
    let mut kinds: Vec<&'static str> = pairs.iter().map(|pair| pair.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let shown = paths(report, chosen, strips).into_iter();
    let mut symbols: Vec<&Picture> = shown.filter_map(|path| pictures.get(path)).collect();
    symbols.sort_by_key(|picture| picture.id);
    symbols.dedup_by_key(|picture| picture.id);
    let (word, class) = view::verdict_word(report.verdict);
    let explained = report.explanation.as_ref();
    let page = Page {
        style: STYLE,
        script: SCRIPT,
        style_digest: digest(STYLE),
        script_digest: digest(SCRIPT),
        report,
        answer: view::plain(&render::answer::answer(report)),
        word,
        class,
        ruling: render::answer::verdict(report),
        next: &options.next,
        leaks: report.leakage.iter().map(view::leak_row).collect(),
        kinds,
        symbols,
        pairs_shown: match (report.pairs.len(), report.pairs_truncated) {
            (all, false) => format!("{} of {}", chosen.len(), wording::count(all as u64)),
            (all, true) => format!(
                "{} of more than {}",
                chosen.len(),
                wording::count(all as u64)
            ),
        },
        pairs,
        plots: Plots::of(report),
        loss: explained.map(render::explanation::render),
        findings_left: report.findings.len() - findings.len(),
        findings: findings
            .into_iter()
            .map(|finding| view::finding(finding, pictures))
            .collect(),
        clusters: view::clusters(report, pictures, strips),
        settings: serde_json::to_string_pretty(&report.settings).unwrap_or_default(),
    };
    page.render().unwrap_or_default()
}

/// Paths of all pictures that the page shows: of these pairs, of so many clusters, of findings.
fn paths<'a>(report: &'a Report, chosen: &[usize], strips: usize) -> Vec<&'a str> {
    let mut paths = Vec::new();
    for pair in chosen.iter().map(|&at| &report.pairs[at]) {
        paths.extend([&*pair.evaluation.path, &*pair.training.path]);
    }
    let clusters = report.clusters.iter().flat_map(|all| &all.listed);
    for cluster in clusters.take(strips) {
        paths.extend(cluster.members.iter().map(String::as_str));
    }
    let alone = report.findings.iter().take(FINDINGS);
    for finding in alone.filter(|finding| !finding.code.is_leak()) {
        paths.extend(finding.paths.iter().take(6).map(String::as_str));
    }
    paths
}

/// A source of a content security policy.
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
