//! The question a search answers, and how an answer leaves it.

use super::code::{Code, distance};

/// Two codes within the radius.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Match {
    /// Place of the query in the queries.
    pub query: u32,
    /// Place of the code in the database.
    pub database: u32,
    /// The bits in which they differ.
    pub distance: u32,
    /// Which view of the query is this near, from 0.
    pub view: u32,
}

impl Match {
    /// The most matches a sink is given at once.
    pub const BATCH: usize = 1024;
}

/// A search: which rows of `queries` lie within `radius` of which rows of
/// `database`.
///
/// The algorithms see rows only: all views of all queries in one list. They
/// offer pairs of rows to `Join::judge`, which knows what a pair means.
pub struct Join<'a, const W: usize> {
    /// The views of one query are neighbours.
    pub(super) queries: &'a [Code<W>],
    pub(super) views: usize,
    pub(super) database: &'a [Code<W>],
    pub(super) radius: u32,
    /// Both sides are one set, and a pair has no order.
    pub(super) symmetric: bool,
}

impl<'a, const W: usize> Join<'a, W> {
    /// Queries of `V` views each against a database.
    ///
    /// # Panics
    /// When either side holds 2^32 codes or more.
    pub fn across<const V: usize>(
        queries: &'a [[Code<W>; V]],
        database: &'a [Code<W>],
        radius: u32,
    ) -> Self {
        Self::new(queries.as_flattened(), V, database, radius, false)
    }

    /// A set against itself.
    ///
    /// # Panics
    /// When there are 2^32 codes or more.
    pub fn within(codes: &'a [Code<W>], radius: u32) -> Self {
        Self::new(codes, 1, codes, radius, true)
    }

    fn new(
        queries: &'a [Code<W>],
        views: usize,
        database: &'a [Code<W>],
        radius: u32,
        symmetric: bool,
    ) -> Self {
        let most = u32::MAX as usize;
        assert!(
            queries.len() <= most && database.len() <= most,
            "a search holds at most 2^32 - 1 codes on each side"
        );
        Self {
            queries,
            views,
            database,
            radius: radius.min(64 * W as u32),
            symmetric,
        }
    }

    /// The match that two rows within the radius stand for; `None` when another
    /// pair of rows stands for the same match.
    ///
    /// Each view within the radius is offered on its own, at any time and on
    /// any thread. Looking at all views of the query again and accepting only
    /// the nearest needs no memory of what was reported before. Of a symmetric
    /// join, each unordered pair must be offered once.
    pub(super) fn judge(&self, row: u32, column: u32) -> Option<Match> {
        let (row, column) = if self.symmetric && column < row {
            (column, row)
        } else {
            (row, column)
        };
        let code = &self.database[column as usize];
        let (query, view) = (row as usize / self.views, row as usize % self.views);
        let views = &self.queries[query * self.views..][..self.views];
        let distance_here = distance(&views[view], code);
        let nearer = |(other, code_of_other): (usize, &Code<W>)| {
            (distance(code_of_other, code), other) < (distance_here, view)
        };
        if views.iter().enumerate().any(nearer) {
            return None;
        }
        Some(Match {
            query: query as u32,
            database: column,
            distance: distance_here,
            view: view as u32,
        })
    }
}

/// Collects the matches of one worker into batches for the sink.
pub(super) struct Outbox<'a, F> {
    batch: Vec<Match>,
    sink: &'a F,
}

impl<'a, F: Fn(&[Match])> Outbox<'a, F> {
    pub(super) fn new(sink: &'a F) -> Self {
        Self {
            batch: Vec::new(),
            sink,
        }
    }

    pub(super) fn push(&mut self, found: Match) {
        self.batch.push(found);
        if self.batch.len() == Match::BATCH {
            self.flush();
        }
    }

    pub(super) fn flush(&mut self) {
        if !self.batch.is_empty() {
            (self.sink)(&self.batch);
            self.batch.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_nearest_view_stands_for_the_match() {
        let queries = [[[0b111_u64], [0b001], [0b010]]];
        let database = [[0_u64]];
        let join = Join::across(&queries, &database, 64);
        assert_eq!(join.judge(0, 0), None);
        assert_eq!(
            join.judge(1, 0),
            Some(Match {
                query: 0,
                database: 0,
                distance: 1,
                view: 1
            })
        );
        assert_eq!(
            join.judge(2, 0),
            None,
            "the first of two equally near views wins"
        );
    }

    #[test]
    fn a_symmetric_pair_is_reported_smaller_place_first() {
        let codes = [[5_u64], [4]];
        let join = Join::within(&codes, 1);
        assert_eq!(
            join.judge(1, 0),
            Some(Match {
                query: 0,
                database: 1,
                distance: 1,
                view: 0
            })
        );
    }
}
