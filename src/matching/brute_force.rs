//! Every pair, one by one: the reference that tests and benches trust.

use super::code::{Code, distance};
use super::join::Match;

/// [`range_search`](super::range_search) by comparing everything with
/// everything, in ascending order.
pub fn range_search<const W: usize, const V: usize>(
    queries: &[[Code<W>; V]],
    database: &[Code<W>],
    radius: u32,
) -> Vec<Match> {
    let mut found = Vec::new();
    for (query, views) in (0..).zip(queries) {
        for (place, code) in (0..).zip(database) {
            let nearest = (0..)
                .zip(views)
                .map(|(view, of_query)| (distance(of_query, code), view))
                .min();
            if let Some((distance, view)) = nearest.filter(|(distance, _)| *distance <= radius) {
                found.push(Match {
                    query,
                    database: place,
                    distance,
                    view,
                });
            }
        }
    }
    found
}

/// [`self_join`](super::self_join) by comparing everything with everything, in
/// ascending order.
pub fn self_join<const W: usize>(codes: &[Code<W>], radius: u32) -> Vec<Match> {
    let queries: Vec<[Code<W>; 1]> = codes.iter().map(|code| [*code]).collect();
    let mut found = range_search(&queries, codes, radius);
    found.retain(|pair| pair.query < pair.database);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radius_is_inclusive() {
        let found = range_search(&[[[0_u64]]], &[[0b11], [0b111]], 2);
        assert_eq!(
            found,
            [Match {
                query: 0,
                database: 0,
                distance: 2,
                view: 0
            }]
        );
    }

    #[test]
    fn a_self_join_has_each_pair_once_and_no_code_with_itself() {
        let places: Vec<_> = self_join(&[[1_u64]; 3], 0)
            .iter()
            .map(|pair| (pair.query, pair.database))
            .collect();
        assert_eq!(places, [(0, 1), (0, 2), (1, 2)]);
    }
}
