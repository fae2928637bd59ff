//! A split without the leak, proposed for a dataset as it lies there.

use super::Scan;
use super::another_pass::Passes;
use super::beside::Beside;
use crate::error::Error;
use crate::explain::exposed_shares::lag_of;
use crate::explain::inputs::Place;
use crate::leak::Leak;
use crate::repair::manifest::{Column, fold_manifest, names, split_manifest};
use crate::repair::verify::{Crossing, verify};
use crate::repair::{self, Assignment, Constraints, Member, Side};
use crate::sample::{Dataset, Sample, SampleId};
use crate::sequence::group::Groups;

/// What to propose.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Share of samples to evaluate on, above 0 and below 1.
    pub evaluation_share: f64,
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
    /// Training, evaluation and left-out samples of the split, or of each fold.
    pub sizes: Vec<[usize; 3]>,
    /// What is kept together and apart.
    pub kept: Kept,
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
    /// A `--group-pattern` worth asking about, where names may tell groups.
    pub group_pattern: Option<String>,
}

/// Proposes a split of every sample that could be read.
///
/// # Errors
/// More folds than there are units that may be divided.
pub(super) fn propose(
    dataset: &Dataset,
    scan: &Scan<'_>,
    request: &Request,
) -> Result<Proposal, Error> {
    // A file that is listed in two splits is one sample here.
    let mut ids: Vec<SampleId> = Vec::new();
    for (index, signed) in scan.signatures.iter().enumerate() {
        let known = index > 0 && dataset.samples[index - 1].path == dataset.samples[index].path;
        if signed.is_ok() && !known {
            ids.push(SampleId(index as u32));
        }
    }
    let members = members(scan, &ids);
    let twins = twins(scan, &ids, &members);
    let constraints = Constraints {
        members: &members,
        twins: &twins,
        purge: purge(scan, request.purge),
    };
    let samples: Vec<&Sample> = ids.iter().map(|id| &dataset.samples[id.index()]).collect();
    let paths: Vec<&str> = samples.iter().map(|sample| &*sample.path).collect();
    let beside = Beside::of(dataset, &ids);
    let mut columns = columns(&samples);
    columns.extend(beside.columns());
    let (manifest, assignments) = match request.folds {
        None => {
            let size = (ids.len() as f64 * request.evaluation_share).round() as usize;
            let sides = repair::propose(&constraints, size, request.seed);
            (
                split_manifest(&paths, &names(&sides), &columns),
                vec![sides],
            )
        }
        Some(k) => {
            let folds = repair::folds(&constraints, k, request.seed);
            if folds.is_empty() {
                let message = format!(
                    "{k} folds need at least {k} recordings, groups or stretches that may be divided; this dataset has fewer"
                );
                return Err(Error::settings(message));
            }
            (fold_manifest(&paths, &folds, &columns), folds)
        }
    };
    let worst = assignments.iter().map(|sides| verify(&constraints, sides));
    let worst = worst.max_by_key(|crossing| crossing.twins + crossing.neighbours + crossing.groups);
    Ok(Proposal {
        manifest,
        sizes: assignments.iter().map(sizes).collect(),
        kept: kept(
            dataset,
            scan,
            &constraints,
            &beside,
            worst.unwrap_or_default(),
        ),
    })
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
        groups: known_groups(scan).map(|groups| groups.rule.describe()),
        group_pattern: asked.find_map(|entity| entity.pattern.clone()),
    }
}

/// Where samples stand in recordings, and their groups.
pub(super) fn members(scan: &Scan<'_>, ids: &[SampleId]) -> Vec<Member> {
    let recordings = scan.known.recordings.as_ref();
    let known = known_groups(scan);
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

/// Groups that the user declared, or else the widest that names tell and pixels confirm.
fn known_groups<'a>(scan: &'a Scan<'_>) -> Option<&'a Groups> {
    let declared = scan
        .known
        .groups
        .iter()
        .find(|groups| groups.rule.is_declared());
    let confirmed = scan
        .known
        .entities
        .iter()
        .find(|entity| entity.is_confirmed());
    declared.or(confirmed.map(|entity| &entity.groups))
}

/// Pairs that must stay together: copies of any kind, and look-alikes of which time says nothing.
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

fn sizes(sides: &Assignment) -> [usize; 3] {
    [Side::Training, Side::Evaluation, Side::Purged]
        .map(|wanted| sides.iter().filter(|&&side| side == wanted).count())
}
