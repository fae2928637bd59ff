//! Every pair, one by one: the reference that tests trust.

use super::code::{Code, distance};
use super::join::Match;

/// [`range_search`](super::range_search) by comparing everything with
/// everything, in ascending order.
pub(super) fn range_search<const V: usize>(
    queries: &[[Code; V]],
    database: &[Code],
    radius: u32,
) -> Vec<Match> {
    let mut found = Vec::new();
    for (query, views) in (0..).zip(queries) {
        for (place, &code) in (0..).zip(database) {
            let nearest = (0..)
                .zip(views)
                .map(|(view, &of_query)| (distance(of_query, code), view))
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

mod tests {
    use super::*;

    #[test]
    fn the_radius_is_inclusive() {
        let found = range_search(&[[0]], &[0b11, 0b111], 2);
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
}
