use super::super::picture::Picture;
use super::super::test_pictures::{described, drawn, scene};
use super::*;
use std::collections::BTreeSet;

/// The net as its module says it, pair by pair.
fn naive(queries: &[Picture], database: &[Picture], net: Net) -> BTreeSet<(u32, u32)> {
    let bits = |a: &View, b: &View| (views::code(a) ^ views::code(b)).count_ones();
    let caught = |radius: u32, pairs: Vec<(View, View)>| {
        let nearest = pairs.iter().min_by_key(|(a, b)| bits(a, b)).unwrap();
        bits(&nearest.0, &nearest.1) <= radius
            && views::correlation(&nearest.0, &nearest.1) >= net.least
    };
    let mut found = BTreeSet::new();
    for (query, one) in (0..).zip(queries) {
        let turned = Transform::ALL.map(|transform| views::transformed(&one.view, transform));
        let framed = Windows::new(&one.residual).framed_and_mirrored();
        for (place, other) in (0..).zip(database) {
            let with =
                |views: &[View], partner: View| views.iter().map(|&view| (view, partner)).collect();
            let other_windows = Windows::new(&other.residual);
            let mut crops = (0..CROPS).map(|crop| other_windows.framed(crop));
            let in_a_frame = net.frames
                && (caught(EXACT_RADIUS, with(&framed, other.view))
                    || crops.any(|crop| caught(EXACT_RADIUS, with(&turned[..USUAL], crop))));
            if caught(net.whole, with(&turned[..USUAL], other.view))
                || caught(net.turned, with(&turned[USUAL..], other.view))
                || in_a_frame
            {
                found.insert((query, place));
            }
        }
    }
    found
}

#[test]
fn every_net_catches_what_it_guarantees_and_nothing_else() {
    let draw = |seeds: std::ops::Range<u32>, from: f32, to: f32, side: u32| {
        seeds.map(move |seed| {
            let picture = scene(seed);
            let part: super::super::test_pictures::Picture =
                Box::new(move |x, y| picture(from + (to - from) * x, from + (to - from) * y));
            Some(drawn(&part, side, side, seed))
        })
    };
    let thumbnails = draw(0..30, 0.0, 0.8, 48)
        .chain(draw(0..10, 0.0, 1.0, 48))
        .chain(draw(20..60, 0.05, 0.95, 48))
        .chain(draw(10..20, 0.0, 0.8, 64));
    let all: Vec<Picture> = described(thumbnails.collect())
        .into_iter()
        .flatten()
        .collect();
    let (queries, database) = all.split_at(30);
    let residuals: Vec<&Residual> = queries.iter().map(|picture| &*picture.residual).collect();
    let references = Database::new(database.iter().collect());
    let cuts = vec![Cut::NONE; queries.len()];
    for (net, least) in [(WIDE, 30), (CLOSE, 12), (NARROW, 5)] {
        let found = candidates(
            &residuals,
            &references,
            &cuts,
            Limits::NONE,
            net,
            &|_, _| true,
        );
        let found: BTreeSet<(u32, u32)> = (0..)
            .zip(&found)
            .flat_map(|(query, found)| found.candidates.iter().map(move |c| (query, c.place)))
            .collect();
        let expected = naive(queries, database, net);
        assert!(
            expected.len() >= least,
            "the case would prove nothing of {net:?}: {}",
            expected.len()
        );
        assert_eq!(found, expected, "{net:?}");
    }
}
