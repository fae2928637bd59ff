//! The question a search answers, and how an answer leaves it.

use super::code::{BITS, Code, distance};

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
pub struct Join<'a> {
    /// The views of one query are neighbours.
    pub(super) queries: &'a [Code],
    pub(super) views: usize,
    pub(super) database: &'a [Code],
    pub(super) radius: u32,
}

impl<'a> Join<'a> {
    /// Queries of `V` views each against a database.
    ///
    /// # Panics
    /// When either side holds 2^32 codes or more.
    pub fn new<const V: usize>(
        queries: &'a [[Code; V]],
        database: &'a [Code],
        radius: u32,
    ) -> Self {
        let queries = queries.as_flattened();
        let most = u32::MAX as usize;
        assert!(
            queries.len() <= most && database.len() <= most,
            "a search holds at most 2^32 - 1 codes on each side"
        );
        Self {
            queries,
            views: V,
            database,
            radius: radius.min(BITS),
        }
    }

    /// The match that two rows within the radius stand for; `None` when another
    /// pair of rows stands for the same match.
    ///
    /// Each view within the radius is offered on its own, at any time and on
    /// any thread. Looking at all views of the query again and accepting only
    /// the nearest needs no memory of what was reported before.
    pub(super) fn judge(&self, row: u32, column: u32) -> Option<Match> {
        let code = self.database[column as usize];
        let (query, view) = (row as usize / self.views, row as usize % self.views);
        let views = &self.queries[query * self.views..][..self.views];
        let distance_here = distance(views[view], code);
        let nearer = |(other, &code_of_other): (usize, &Code)| {
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
        let queries = [[0b111, 0b001, 0b010]];
        let database = [0];
        let join = Join::new(&queries, &database, 64);
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
}
