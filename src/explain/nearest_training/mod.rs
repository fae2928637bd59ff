//! Exact nearest training neighbours of every evaluation sample, under every window of forbidden
//! neighbours at once.
//!
//! Windows are nested: nothing, the leak group, then ever longer stretches of the recording. So
//! each training row has, for a given query, one *barrier*: the first window that forbids it.
//! Keeping the best few of every barrier answers all windows. Rows with a low barrier are few and
//! listed one by one; the scan over all training rows only feeds the two highest barriers. Cost:
//! one pass of `n x N` distances in cache-sized tiles, memory `O(n)`.

use super::descriptors::{Descriptors, dot};
use super::inputs::{Inputs, Place, Row, Setting};
use super::leak_groups::twin_components;
use rayon::prelude::*;

/// Neighbours that vote.
pub(crate) const K: usize = 5;

/// Lags, in steps, of the windows inside a recording.
pub(crate) const LAGS: [u32; 11] = [0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 100];

/// Training rows hidden from a query: index into the list of nested windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window(u8);

impl Window {
    /// Nothing is hidden.
    pub(crate) const NOTHING: Self = Self(0);
    /// Twins and the declared group are hidden, and in a recording frames at the same position.
    pub(crate) const LEAK_GROUP: Self = Self(1);
    /// The whole recording is hidden as well.
    pub(crate) const RECORDING: Self = Self(LAGS.len() as u8 + 1);

    /// All windows, from the narrowest.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..=Self::RECORDING.0).map(Self)
    }

    /// The lag it hides inside a recording; `None` for nothing and for the whole recording.
    #[must_use]
    pub(crate) fn lag(self) -> Option<u32> {
        LAGS.get(usize::from(self.0).checked_sub(1)?).copied()
    }
}

/// First window that hides a row; `RECORDING.0 + 1` when none does.
type Barrier = u8;
const FAR_IN_RECORDING: Barrier = Window::RECORDING.0;
const NEVER: Barrier = FAR_IN_RECORDING + 1;

/// A training row close to a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Neighbour {
    /// Squared distance, in 1/64 standard deviations.
    pub distance: i32,
    /// The training row.
    pub row: u32,
    barrier: Barrier,
}

/// Neighbours of one evaluation row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// The evaluation row.
    pub row: u32,
    /// The best of every barrier, nearest first.
    nearest: Vec<Neighbour>,
    /// Training rows that each window hides.
    hidden: [u32; NEVER as usize],
}

impl Query {
    /// The nearest training rows that a window leaves, at most [`K`].
    pub(crate) fn left_by(&self, window: Window) -> impl Iterator<Item = Neighbour> + '_ {
        self.nearest
            .iter()
            .filter(move |n| n.barrier > window.0)
            .take(K)
            .copied()
    }

    /// Training rows that a window hides.
    #[must_use]
    pub(crate) fn hidden_by(&self, window: Window) -> u32 {
        self.hidden[usize::from(window.0)]
    }
}

/// Most evaluation rows that are searched for. More would tighten the intervals hardly, and cost
/// more than reading the images.
pub(crate) const MAX_QUERIES: usize = 5_000;

/// Neighbours of the evaluation rows that have a descriptor, in row order: of all of them, or of
/// [`MAX_QUERIES`] evenly spaced ones.
#[must_use]
pub(crate) fn search(inputs: &Inputs, descriptors: &Descriptors) -> Vec<Query> {
    let index = Index::new(inputs, descriptors);
    let queries: Vec<u32> = inputs
        .evaluation_rows()
        .into_iter()
        .filter(|&row| descriptors.vector(row).is_some())
        .collect();
    evenly(&queries, MAX_QUERIES)
        .par_chunks(QUERIES_PER_TASK)
        .flat_map_iter(|rows| index.answer(rows))
        .collect()
}

/// At most `limit` of the rows, evenly spaced.
fn evenly(rows: &[u32], limit: usize) -> Vec<u32> {
    let n = rows.len().min(limit);
    (0..n).map(|i| rows[i * rows.len() / n]).collect()
}

const QUERIES_PER_TASK: usize = 32;
/// Training rows whose vectors stay in the second-level cache while a task's queries pass over
/// them.
const ROWS_PER_TILE: usize = 512;

struct Index<'a> {
    inputs: &'a Inputs<'a>,
    descriptors: &'a Descriptors,
    training: Vec<u32>,
    /// Training rows by place, by component and by declared group, each sorted.
    by_place: Vec<(Place, u32)>,
    by_component: Vec<(u32, u32)>,
    by_group: Vec<(u32, u32)>,
    by_group_and_recording: Vec<(u32, u32)>,
    component: Vec<u32>,
    /// Twins in both directions, sorted.
    twins: Vec<(u32, u32)>,
}

impl<'a> Index<'a> {
    fn new(inputs: &'a Inputs, descriptors: &'a Descriptors) -> Self {
        let training: Vec<u32> = inputs
            .training_rows()
            .into_iter()
            .filter(|&row| descriptors.vector(row).is_some())
            .collect();
        let component = twin_components(inputs.rows, inputs.twins);
        let rows = inputs.rows;
        let sorted = |keys: Vec<(u32, u32)>| {
            let mut keys = keys;
            keys.sort_unstable();
            keys
        };
        let mut by_place: Vec<(Place, u32)> = training
            .iter()
            .filter_map(|&row| Some((rows[row as usize].place?, row)))
            .collect();
        by_place.sort_unstable();
        let default = inputs
            .twins
            .iter()
            .filter(|twin| twin.setting <= Setting::Default);
        Self {
            by_component: sorted(
                training
                    .iter()
                    .map(|&row| (component[row as usize], row))
                    .collect(),
            ),
            by_group: sorted(
                training
                    .iter()
                    .filter_map(|&row| Some((rows[row as usize].group?, row)))
                    .collect(),
            ),
            by_group_and_recording: sorted(
                training
                    .iter()
                    .filter_map(|&row| {
                        Some((
                            rows[row as usize].group?,
                            rows[row as usize].place?.recording,
                        ))
                    })
                    .collect(),
            ),
            twins: sorted(
                default
                    .flat_map(|twin| [(twin.a, twin.b), (twin.b, twin.a)])
                    .collect(),
            ),
            inputs,
            descriptors,
            training,
            by_place,
            component,
        }
    }

    fn answer(&self, rows: &[u32]) -> Vec<Query> {
        let mut states: Vec<State> = rows.iter().map(|&row| self.start(row)).collect();
        for tile in self.training.chunks(ROWS_PER_TILE) {
            for state in &mut states {
                self.scan(state, tile);
            }
        }
        states.into_iter().map(State::finish).collect()
    }

    /// Lists the rows that a narrow window hides, and counts what each window hides.
    fn start(&self, query: u32) -> State {
        let mut close = self.possibly_close(query);
        close.sort_unstable();
        close.dedup();
        let mut best = vec![Vec::new(); usize::from(NEVER) + 1];
        let mut hidden = [0u32; NEVER as usize];
        close.retain(|&row| self.barrier(query, row) < FAR_IN_RECORDING);
        for &row in &close {
            let barrier = self.barrier(query, row);
            hidden[usize::from(barrier)] += 1;
            insert(
                &mut best[usize::from(barrier)],
                K,
                Neighbour {
                    distance: self.distance(query, row),
                    row,
                    barrier,
                },
            );
        }
        let close_total: u32 = hidden.iter().sum();
        let mut total = 0;
        for count in &mut hidden {
            total += *count;
            *count = total;
        }
        hidden[usize::from(FAR_IN_RECORDING)] = self.wide_total(query, &close);
        let outside = self.training.len() as u32 - hidden[usize::from(FAR_IN_RECORDING)];
        State {
            query,
            best,
            hidden,
            room: [
                K.min((hidden[usize::from(FAR_IN_RECORDING)] - close_total) as usize),
                K.min(outside as usize),
            ],
        }
    }

    fn scan(&self, state: &mut State, tile: &[u32]) {
        let Some(query) = self.descriptors.vector(state.query) else {
            return;
        };
        let norm = self.descriptors.norm(state.query);
        let mut limit = state.limit();
        for &row in tile {
            let Some(vector) = self.descriptors.vector(row) else {
                continue;
            };
            let distance = norm + self.descriptors.norm(row) - 2 * dot(query, vector);
            if distance >= limit {
                continue;
            }
            let barrier = self.barrier(state.query, row);
            if barrier >= FAR_IN_RECORDING {
                let room = state.room[usize::from(barrier - FAR_IN_RECORDING)];
                insert(
                    &mut state.best[usize::from(barrier)],
                    room,
                    Neighbour {
                        distance,
                        row,
                        barrier,
                    },
                );
                limit = state.limit();
            }
        }
    }

    fn distance(&self, a: u32, b: u32) -> i32 {
        let product = self
            .descriptors
            .vector(a)
            .zip(self.descriptors.vector(b))
            .map_or(0, |(a, b)| dot(a, b));
        self.descriptors.norm(a) + self.descriptors.norm(b) - 2 * product
    }

    /// The first window that hides `row` from `query`.
    fn barrier(&self, query: u32, row: u32) -> Barrier {
        let (q, r) = (
            self.inputs.rows[query as usize],
            self.inputs.rows[row as usize],
        );
        let same_group = q.group.is_some() && q.group == r.group;
        let twin = self.component[query as usize] == self.component[row as usize]
            || self.twins.binary_search(&(query, row)).is_ok();
        if twin || (same_group && q.place.is_none()) {
            return Window::LEAK_GROUP.0;
        }
        match (q.place, r.place) {
            (Some(a), Some(b)) if a.recording == b.recording => {
                let lag = a.position.abs_diff(b.position);
                LAGS.iter()
                    .position(|&l| lag <= l)
                    .map_or(FAR_IN_RECORDING, |i| i as Barrier + 1)
            }
            _ if same_group => FAR_IN_RECORDING,
            _ => NEVER,
        }
    }

    /// A superset of the training rows with a low barrier.
    fn possibly_close(&self, query: u32) -> Vec<u32> {
        let row = self.inputs.rows[query as usize];
        let mut close = Vec::new();
        let twins = range(&self.twins, query).iter().map(|&(_, row)| row);
        close.extend(twins.filter(|&row| {
            !self.inputs.rows[row as usize].evaluation && self.descriptors.vector(row).is_some()
        }));
        close.extend(
            range(&self.by_component, self.component[query as usize])
                .iter()
                .map(|&(_, row)| row),
        );
        if let (None, Some(group)) = (row.place, row.group) {
            close.extend(range(&self.by_group, group).iter().map(|&(_, row)| row));
        }
        if let Some(place) = row.place {
            let longest = LAGS[LAGS.len() - 1];
            let from = Place {
                position: place.position.saturating_sub(longest),
                ..place
            };
            let start = self.by_place.partition_point(|(p, _)| *p < from);
            let within = self.by_place[start..].iter().take_while(|(p, _)| {
                p.recording == place.recording
                    && p.position <= place.position.saturating_add(longest)
            });
            close.extend(within.map(|&(_, row)| row));
        }
        close
    }

    /// Training rows that the window of the whole recording hides: the recording and the declared
    /// group together, and of the close rows those in neither.
    fn wide_total(&self, query: u32, close: &[u32]) -> u32 {
        let row = self.inputs.rows[query as usize];
        let Some(place) = row.place else {
            return close.len() as u32;
        };
        let in_recording =
            |other: &Row| other.place.is_some_and(|p| p.recording == place.recording);
        let in_group = |other: &Row| row.group.is_some() && row.group == other.group;
        let elsewhere = close
            .iter()
            .map(|&other| &self.inputs.rows[other as usize])
            .filter(|other| !in_recording(other) && !in_group(other))
            .count();
        let recording = self
            .by_place
            .partition_point(|(p, _)| p.recording <= place.recording)
            - self
                .by_place
                .partition_point(|(p, _)| p.recording < place.recording);
        let group = row.group.map_or(0, |group| {
            range(&self.by_group, group).len() - self.group_in_recording(group, place.recording)
        });
        (recording + group + elsewhere) as u32
    }

    fn group_in_recording(&self, group: u32, recording: u32) -> usize {
        let end = self
            .by_group_and_recording
            .partition_point(|pair| *pair <= (group, recording));
        end - self
            .by_group_and_recording
            .partition_point(|pair| *pair < (group, recording))
    }
}

/// The pairs of a sorted list with this first member.
fn range(sorted: &[(u32, u32)], key: u32) -> &[(u32, u32)] {
    let start = sorted.partition_point(|pair| pair.0 < key);
    let end = sorted.partition_point(|pair| pair.0 <= key);
    &sorted[start..end]
}

struct State {
    query: u32,
    best: Vec<Vec<Neighbour>>,
    hidden: [u32; NEVER as usize],
    /// How many neighbours the two highest barriers can hold.
    room: [usize; 2],
}

impl State {
    /// A distance from which on no row can enter a list any more.
    fn limit(&self) -> i32 {
        let worst = |barrier: Barrier| {
            let list = &self.best[usize::from(barrier)];
            let room = self.room[usize::from(barrier - FAR_IN_RECORDING)];
            match list.last() {
                _ if room == 0 => i32::MIN,
                Some(last) if list.len() == room => last.distance,
                _ => i32::MAX,
            }
        };
        worst(FAR_IN_RECORDING).max(worst(NEVER))
    }

    fn finish(self) -> Query {
        let mut nearest: Vec<Neighbour> = self.best.into_iter().flatten().collect();
        nearest.sort_unstable();
        Query {
            row: self.query,
            nearest,
            hidden: self.hidden,
        }
    }
}

/// Keeps a short list sorted; rows come in ascending order, so equal distances stay in row order.
fn insert(list: &mut Vec<Neighbour>, room: usize, neighbour: Neighbour) {
    let at = list.partition_point(|other| *other <= neighbour);
    if at < room {
        list.insert(at, neighbour);
        list.truncate(room);
    }
}

#[cfg(test)]
mod tests;
