//! A split without the leak, proposed for a dataset as it lies there.

use std::collections::{BTreeMap, BTreeSet};

use super::Scan;
use super::another_pass::Passes;
use super::beside::Beside;
use super::kept_groups::{asked_groups, known_groups};
use super::searched_again::{self, LEFT_OUT, ties};
use super::simulated::with_splits;
use super::strata::{Strata, Stratum};
use crate::error::Error;
use crate::explain::exposed_shares::lag_of;
use crate::explain::inputs::Place;
use crate::finding::Code;
use crate::labels::Labels;
use crate::leak::Leak;
use crate::progress::{Progress, Stage};
use crate::repair::manifest::{Column, NAMES, fold_manifest, names, split_manifest};
use crate::repair::verify::{Crossing, verify};
use crate::repair::{self, Assignment, Constraints, Member, TRAINING};
use crate::report::Controls;
use crate::sample::{Dataset, Sample, SampleId, Split, SplitId, SplitRole};
use crate::settings::Settings;

/// What to propose.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Share of samples to validate on, above 0 and below 1.
    pub validation_share: f64,
    /// Share of samples to test on, beside those to validate on; 0 makes no test split.
    pub test_share: f64,
    /// Folds instead of one split.
    pub folds: Option<usize>,
    /// Steps between the two sides in one recording; `None` takes two seconds, or 20 steps without
    /// a clock.
    pub purge: Option<u32>,
    /// Seed of the choice.
    pub seed: u64,
}

/// A split, or folds.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The manifest as CSV.
    pub manifest: String,
    /// Sizes of the split, or of each fold.
    pub sizes: Vec<Sizes>,
    /// How classes are balanced, where there are any.
    pub balance: Option<Balance>,
    /// Evaluated samples that leak, found by searching; in the worst fold.
    pub leaked: usize,
    /// Codes of what could tell of more leaks.
    pub open: BTreeSet<&'static str>,
    /// What is kept together and apart.
    pub kept: Kept,
}

impl Proposal {
    /// Whether nothing is known to leak.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.kept.crossing.is_clean() && self.leaked == 0
    }
}

/// Samples of a proposed split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// To train on.
    pub training: usize,
    /// To validate on.
    pub validation: usize,
    /// To test on.
    pub test: usize,
    /// In no split.
    pub left_out: usize,
}

impl Sizes {
    fn of(sides: &Assignment) -> Self {
        let count = |wanted| sides.iter().filter(|&&side| side == wanted).count();
        Self {
            training: count(Some(TRAINING)),
            validation: count(Some(1)),
            test: count(Some(2)),
            left_out: count(None),
        }
    }
}

/// How much of each class is evaluated, over all classes and folds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// What stands for classes.
    pub over: Stratum,
    /// How many there are.
    pub strata: usize,
    /// Smallest and largest share of one, of its samples that are in a split, 0 to 1.
    pub shares: [f64; 2],
}

/// What a proposed split keeps together and apart.
#[derive(Debug, Clone)]
pub struct Kept {
    /// What still crosses, in the split or in the worst fold.
    pub crossing: Crossing,
    /// Steps between the two sides in one recording.
    pub purge: u32,
    /// Masks and depth maps that belong to the samples and go where they go.
    pub companions: usize,
    /// Samples with an annotation of their own, which goes where they go.
    pub annotated: usize,
    /// Recordings, as far as names and columns tell.
    pub recordings: usize,
    /// What keeps groups together, in words; `None` where nothing tells groups, or names may and
    /// nobody has answered.
    pub groups: Option<String>,
    /// How edited copies of the pictures were found again.
    pub controls: Option<Controls>,
    /// Whether what names may tell is kept together though nobody has said that it tells groups.
    pub in_case: bool,
    /// A `--group-pattern` worth asking about, where names may tell groups.
    pub group_pattern: Option<String>,
}

/// Rounds of proposing and searching: what a search finds is kept together in the next.
const MOST_ROUNDS: usize = 4;

/// Proposes a split of every sample that could be read, and searches it again.
///
/// # Errors
/// More folds than there are units that may be divided, and an interruption.
pub(super) fn propose(
    (settings, dataset): (&Settings, &Dataset),
    scan: &Scan<'_>,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Proposal, Error> {
    let labels = Labels::of(dataset);
    let ids = ids(dataset, scan);
    let members = members(scan, &ids);
    let mut twins = twins(scan, &ids, &members);
    let mut suspected = of_slides(scan, &ids);
    let purge = purge(scan, request.purge);
    let (over, strata) = match labels {
        Labels::None => (Stratum::Folder, Strata::of_folders(dataset, &ids)),
        Labels::Classes(..) => (Stratum::Class, None),
        Labels::Numbers(_) => (Stratum::Targets, None),
    };
    let strata = strata.unwrap_or_else(|| Strata::of(&labels, &ids));
    let divide = |twins: &[(u32, u32)], suspected: &[(u32, u32)]| {
        let constraints = Constraints {
            members: &members,
            twins: &[twins, suspected].concat(),
            purge,
        };
        assignments(&constraints, &strata.of, request)
    };
    let mut divided = divide(&twins, &suspected);
    if divided.is_empty() {
        let k = request.folds.unwrap_or_default();
        let message = format!(
            "{k} folds need at least {k} recordings, groups or stretches that may be divided; this dataset has fewer"
        );
        return Err(Error::settings(message));
    }
    progress.begin(Stage::Matching, None);
    let mut left = left(settings, dataset, scan, (&labels, &ids), &divided);
    for _ in 1..MOST_ROUNDS {
        if progress.is_interrupted() {
            return Err(Error::Interrupted);
        }
        let (more, perhaps) = (ties(&left.pairs, &members), &left.suspected);
        if more.is_empty() && perhaps.is_empty() {
            break;
        }
        twins.extend(more);
        suspected.extend(perhaps);
        let next = divide(&twins, &suspected);
        // What hangs together may be all there is: then there is nothing to evaluate on.
        if 2 * evaluated(&next) < evaluated(&divided) {
            break;
        }
        left = self::left(settings, dataset, scan, (&labels, &ids), &next);
        divided = next;
    }
    progress.end();
    let sizes: Vec<Sizes> = divided.iter().map(Sizes::of).collect();
    let is_whole = |sizes: &Sizes| sizes.training > 0 && sizes.validation + sizes.test > 0;
    if !sizes.iter().all(is_whole) {
        return Err(one_sided());
    }
    let samples: Vec<&Sample> = ids.iter().map(|id| &dataset.samples[id.index()]).collect();
    let paths: Vec<&str> = samples.iter().map(|sample| &*sample.path).collect();
    let beside = Beside::of(dataset, &ids);
    let mut columns = columns(&samples);
    columns.extend(beside.columns());
    let manifest = match (request.folds, divided.as_slice()) {
        (None, [sides]) => split_manifest(&paths, &names(sides), &columns),
        _ => fold_manifest(&paths, &divided, &columns),
    };
    let constraints = Constraints {
        members: &members,
        twins: &twins,
        purge,
    };
    let worst = divided.iter().map(|sides| verify(&constraints, sides));
    let worst = worst.max_by_key(|crossing| crossing.twins + crossing.neighbours + crossing.groups);
    Ok(Proposal {
        manifest,
        sizes,
        balance: balance(over, &strata, &divided),
        leaked: left.samples,
        open: left.open,
        kept: kept(
            dataset,
            scan,
            &constraints,
            &beside,
            worst.unwrap_or_default(),
        ),
    })
}

/// Every sample that could be read; a file that is listed in two splits is one.
fn ids(dataset: &Dataset, scan: &Scan<'_>) -> Vec<SampleId> {
    let mut ids: Vec<SampleId> = Vec::new();
    for (index, signed) in scan.signatures.iter().enumerate() {
        let known = index > 0 && dataset.samples[index - 1].path == dataset.samples[index].path;
        if signed.is_ok() && !known {
            ids.push(SampleId(index as u32));
        }
    }
    ids
}

/// A split, or folds; none where there are fewer units than folds.
fn assignments(constraints: &Constraints, classes: &[u32], request: &Request) -> Vec<Assignment> {
    match request.folds {
        Some(k) => repair::folds(constraints, classes, k, request.seed),
        None => {
            let all = constraints.members.len() as f64;
            let size = |share: f64| (all * share).round() as usize;
            let sizes = [request.validation_share, request.test_share].map(size);
            vec![repair::propose(constraints, classes, &sizes, request.seed)]
        }
    }
}

/// Samples that are evaluated, in all assignments.
fn evaluated(assignments: &[Assignment]) -> usize {
    let sizes = assignments.iter().map(Sizes::of);
    sizes.map(|sizes| sizes.validation + sizes.test).sum()
}

/// What still leaks.
struct Left {
    /// In any of the assignments, by places among those that are divided.
    pairs: Vec<(u32, u32)>,
    /// The same of tiles and siblings that names suspect.
    suspected: Vec<(u32, u32)>,
    /// Evaluated samples that leak, in the worst of them.
    samples: usize,
    open: BTreeSet<&'static str>,
}

/// Searches each assignment as a check of its manifest does.
fn left(
    settings: &Settings,
    dataset: &Dataset,
    scan: &Scan<'_>,
    (labels, ids): (&Labels<'_>, &[SampleId]),
    assignments: &[Assignment],
) -> Left {
    let roles = [SplitRole::Training, SplitRole::Validation, SplitRole::Test];
    let splits = NAMES.iter().zip(roles).map(|(name, role)| Split {
        name: (*name).to_owned(),
        role,
        part: None,
    });
    let splits: Vec<Split> = splits.collect();
    let at = |id: SampleId| ids.binary_search(&id).ok().map(|at| at as u32);
    let mut left = Left {
        pairs: Vec::new(),
        suspected: Vec::new(),
        samples: 0,
        open: BTreeSet::new(),
    };
    for sides in assignments {
        let used = 1 + usize::from(sides.iter().flatten().copied().max().unwrap_or(TRAINING));
        let splits = splits[..used.min(splits.len())].to_vec();
        let mut samples = dataset.samples.clone();
        for sample in &mut samples {
            sample.split = None;
        }
        for (id, side) in ids.iter().zip(sides) {
            samples[id.index()].split = side.map(|side| SplitId(side.into()));
        }
        let again = with_splits(dataset, splits, samples);
        let found = searched_again::leaks(settings, &again, scan, labels);
        let places = |pairs: Vec<(SampleId, SampleId)>| {
            let pairs = pairs.into_iter();
            pairs.filter_map(|(a, b)| Some((at(a)?, at(b)?)))
        };
        left.pairs.extend(places(found.pairs));
        left.suspected.extend(places(found.suspected));
        left.samples = left.samples.max(found.samples);
        let open = found.open.into_iter();
        let is_meant = |code: &&str| LEFT_OUT.map(Code::name).contains(code);
        left.open.extend(open.filter(|code| !is_meant(code)));
    }
    left
}

/// What is told of a proposal besides its samples.
pub(super) fn kept(
    dataset: &Dataset,
    scan: &Scan<'_>,
    constraints: &Constraints,
    beside: &Beside,
    crossing: Crossing,
) -> Kept {
    let recordings = scan.known.recordings.as_ref();
    let mut asked = scan.known.entities.iter();
    Kept {
        crossing,
        purge: constraints.purge,
        companions: dataset.companions.len(),
        annotated: beside.annotated(),
        recordings: recordings.map_or(0, |recordings| recordings.names.len()),
        in_case: known_groups(scan).is_none() && asked_groups(scan).is_some(),
        groups: known_groups(scan).map(|groups| groups.rule.describe()),
        controls: scan.found.detection.controls,
        group_pattern: asked.find_map(|entity| entity.pattern.clone()),
    }
}

/// Where samples stand in recordings, and their groups.
pub(super) fn members(scan: &Scan<'_>, ids: &[SampleId]) -> Vec<Member> {
    let recordings = scan.known.recordings.as_ref();
    let known = known_groups(scan).or_else(|| asked_groups(scan));
    let member = |&id: &SampleId| Member {
        place: recordings
            .and_then(|recordings| recordings.place(id))
            .map(|place| Place {
                recording: place.recording,
                position: place.step,
            }),
        group: known.and_then(|groups| groups.of[id.index()]),
    };
    ids.iter().map(member).collect()
}

/// Steps between the two sides of a recording: those asked for, else as many as nothing is
/// remembered over.
pub(super) fn purge(scan: &Scan<'_>, asked: Option<u32>) -> u32 {
    let recordings = scan.known.recordings.as_ref();
    asked.unwrap_or_else(|| lag_of(recordings.and_then(super::explanation::seconds_per_step)))
}

/// An error for a split of which a side is empty, which is none.
pub(super) fn one_sided() -> Error {
    Error::settings(
        "all that could be divided hangs together by copies, recordings or groups, so that a split without leaks would leave one side empty: \
         `check` lists what hangs together",
    )
}

/// Tiles of one large image stay together in a new split, as what names may tell does.
fn of_slides(scan: &Scan<'_>, ids: &[SampleId]) -> Vec<(u32, u32)> {
    let Some(slides) = scan.known.slides() else {
        return Vec::new();
    };
    let mut first: BTreeMap<u32, u32> = BTreeMap::new();
    let tied = (0_u32..).zip(ids).filter_map(|(at, id)| {
        let slide = slides[id.index()]?;
        Some((*first.entry(slide).or_insert(at), at))
    });
    tied.filter(|(one, other)| one != other).collect()
}

/// Pairs that must stay together: copies of any kind, what was made from one source, and
/// look-alikes of which time says nothing.
pub(super) fn twins(scan: &Scan<'_>, ids: &[SampleId], members: &[Member]) -> Vec<(u32, u32)> {
    let at = |id: SampleId| ids.binary_search(&id).ok().map(|at| at as u32);
    let recording = |at: u32| Some(members[at as usize].place?.recording);
    let passes = Passes::new(
        scan.known.recordings.as_ref(),
        &scan.found.partners,
        scan.found.threshold,
    );
    let found = scan
        .found
        .partners
        .iter()
        .flat_map(|(_, _, partners)| &partners.best);
    let pairs = found.filter_map(|pair| {
        let (a, b) = (at(pair.a)?, at(pair.b)?);
        let by_time = match (recording(a), recording(b)) {
            (Some(one), Some(other)) => {
                let apart = passes.as_ref();
                one == other || apart.is_some_and(|passes| passes.is_another_pass(pair))
            }
            _ => false,
        };
        let by_looks = pair.kind == Leak::NearDuplicate;
        let is_apart = pair.kind == Leak::AnotherPass || (by_looks && by_time);
        (!is_apart).then_some((a, b))
    });
    let mut twins: Vec<(u32, u32)> = pairs.collect();
    let siblings = scan.known.siblings();
    twins.extend(siblings.filter_map(|(a, b)| Some((at(a)?, at(b)?))));
    // Only the strongest pairs of a sample are listed. Where no film is part of it, all that hangs
    // together stays together.
    for cluster in scan.found.joined.clone().components() {
        let cluster = cluster.into_iter().filter_map(|id| at(SampleId(id)));
        let cluster: Vec<u32> = cluster.collect();
        if cluster.iter().all(|&at| recording(at).is_none()) {
            twins.extend(cluster.windows(2).map(|pair| (pair[0], pair[1])));
        }
    }
    twins
}

/// The other columns of the manifest, where any sample has them.
pub(super) fn columns<'a>(samples: &[&'a Sample]) -> Vec<Column<'a>> {
    let column = |name, cell: fn(&'a Sample) -> Option<&'a str>| {
        let cells: Vec<Option<&str>> = samples.iter().map(|sample| cell(sample)).collect();
        let any = cells.iter().any(Option::is_some);
        any.then(|| Column {
            name,
            cells: cells.into_iter().map(Option::unwrap_or_default).collect(),
        })
    };
    let columns = [
        column("label", |sample| sample.label.as_deref()),
        column("group", |sample| sample.group.as_deref()),
    ];
    columns.into_iter().flatten().collect()
}

fn balance(over: Stratum, strata: &Strata, assignments: &[Assignment]) -> Option<Balance> {
    let mut shares: Vec<f64> = Vec::new();
    let mut seen = BTreeSet::new();
    for sides in assignments {
        let mut counts: BTreeMap<u32, [usize; 2]> = BTreeMap::new();
        for (&class, side) in strata.of.iter().zip(sides) {
            // The first is that of samples without a label.
            if let Some(side) = side.filter(|_| class > 0) {
                let own = counts.entry(class).or_default();
                own[0] += usize::from(side != TRAINING);
                own[1] += 1;
            }
        }
        seen.extend(counts.keys().copied());
        let of_counts = counts.into_values();
        shares.extend(of_counts.map(|[evaluated, all]| evaluated as f64 / all as f64));
    }
    let least = shares.iter().copied().min_by(f64::total_cmp)?;
    let most = shares.iter().copied().max_by(f64::total_cmp)?;
    Some(Balance {
        over,
        strata: seen.len(),
        shares: [least, most],
    })
}
