//! The whole search on pictures made by formula.

use super::effort::{ACROSS, WITHIN, WITHIN_MANY};
use super::test_pictures::{self as pictures, Picture, described, drawn};
use super::*;
use crate::matching::pair::Transform;
use crate::signature::thumbnail::Thumbnail;

/// Level of an edited picture at a place of it.
type Edit = fn(&Picture, f32, f32) -> f32;
/// Paints the picture of a number.
type Painter = fn(u32) -> Picture;

/// What is found of `queries` in `database`, with places counted from 0 in each.
fn search_in(queries: Vec<Thumbnail>, database: Vec<Thumbnail>) -> Vec<Found> {
    searched(queries, database).0
}

/// As [`search_in`], with the threshold.
fn searched(queries: Vec<Thumbnail>, database: Vec<Thumbnail>) -> (Vec<Found>, Threshold) {
    let (n, m) = (queries.len() as u32, database.len() as u32);
    let pictures = described(queries.into_iter().chain(database).map(Some).collect());
    let (queries, database): (Vec<u32>, Vec<u32>) = ((0..n).collect(), (n..n + m).collect());
    let threshold = calibrate(&pictures, &queries, &database);
    let mut all = Vec::new();
    find(&pictures, &queries, &database, threshold, |found| {
        all.push(Found {
            partner: found.partner - n,
            ..found
        });
    });
    (all, threshold)
}

fn originals(picture: fn(u32) -> Picture, seeds: std::ops::Range<u32>) -> Vec<Thumbnail> {
    seeds
        .map(|seed| drawn(&picture(seed), 96, 72, seed))
        .collect()
}

/// Searches edits of 40 scenes among 80 and returns those of the right partner, after asserting
/// that there are no others.
fn edited(edit: fn(&Picture, f32, f32) -> f32) -> Vec<Found> {
    let copy = |seed| -> Picture {
        let scene = pictures::scene(seed);
        Box::new(move |x, y| edit(&scene, x, y))
    };
    let queries = (0..40)
        .map(|seed| drawn(&copy(seed), 80, 80, 1000 + seed))
        .collect();
    let found = search_in(queries, originals(pictures::scene, 0..80));
    assert!(
        found.iter().all(|found| found.query == found.partner),
        "{found:?}"
    );
    found
}

#[test]
fn copies_in_all_eight_orientations_are_found_and_named() {
    let cases: [(Transform, Edit); 8] = [
        (Transform::Identity, |p, x, y| p(x, y)),
        (Transform::Mirror, |p, x, y| p(1.0 - x, y)),
        (Transform::Flip, |p, x, y| p(x, 1.0 - y)),
        (Transform::Rotate180, |p, x, y| p(1.0 - x, 1.0 - y)),
        // The query shows the original turned counter-clockwise: turning it clockwise brings it
        // back.
        (Transform::Rotate90, |p, x, y| p(1.0 - y, x)),
        (Transform::Rotate270, |p, x, y| p(y, 1.0 - x)),
        (Transform::Transpose, |p, x, y| p(y, x)),
        (Transform::Transverse, |p, x, y| p(1.0 - y, 1.0 - x)),
    ];
    for (transform, edit) in cases {
        let found = edited(edit);
        assert!(found.len() >= 39, "{transform:?}: {} of 40", found.len());
        assert!(
            found.iter().all(|found| found.transform == transform),
            "{transform:?}"
        );
    }
}

#[test]
fn crops_are_found_on_either_side_and_say_which_part() {
    let found = edited(|p, x, y| p(0.1 + 0.8 * x, 0.1 + 0.8 * y));
    assert!(found.len() >= 38, "{} of 40", found.len());
    for found in &found {
        let part = found.of_partner;
        for (is, should) in [
            (part.left, 10u8),
            (part.top, 10),
            (part.right, 90),
            (part.bottom, 90),
        ] {
            assert!(is.abs_diff(should) < 5, "{found:?}");
        }
    }
    // The other way round: the original is the crop.
    let found = edited(|p, x, y| p(1.2 * x - 0.1, 1.2 * y - 0.1));
    assert!(found.len() >= 38, "{} of 40", found.len());
}

#[test]
fn changes_of_tone_padding_and_small_turns_are_found() {
    let dark = edited(|p, x, y| 255.0 * (p(x, y).clamp(0.0, 255.0) / 255.0).powi(2));
    let padded = edited(|p, x, y| {
        let (x, y) = (1.4 * x - 0.2, 1.4 * y - 0.2);
        if (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y) {
            p(x, y)
        } else {
            0.0
        }
    });
    let turned = edited(|p, x, y| {
        let (sine, cosine) = 0.07f32.sin_cos();
        let (x, y) = (x - 0.5, y - 0.5);
        p(0.5 + cosine * x - sine * y, 0.5 + sine * x + cosine * y)
    });
    for (name, found) in [("dark", dark), ("padded", padded), ("turned", turned)] {
        assert!(found.len() >= 38, "{name}: {} of 40", found.len());
    }
}

#[test]
fn unrelated_pictures_that_look_alike_are_no_duplicates() {
    let sets: [(&str, Painter); 7] = [
        ("scenes", pictures::scene),
        ("silhouettes", pictures::silhouette),
        ("frames", pictures::framed),
        ("digits", pictures::digit),
        ("microscope", pictures::microscope),
        ("dashboard", pictures::dashboard),
        ("documents", pictures::document),
    ];
    for (name, picture) in sets {
        let (mut found, threshold) =
            searched(originals(picture, 0..150), originals(picture, 150..400));
        // What is less similar is a look-alike, unless a second look says otherwise.
        found.retain(|found| found.similarity >= threshold.copies);
        assert!(
            found.len() <= 1,
            "{name}: {} false pairs of 150 queries",
            found.len()
        );
    }
}

#[test]
fn real_copies_are_found_in_sets_that_look_alike() {
    let sets: [(&str, Painter); 5] = [
        ("silhouettes", pictures::silhouette),
        ("frames", pictures::framed),
        ("digits", pictures::digit),
        ("microscope", pictures::microscope),
        ("dashboard", pictures::dashboard),
    ];
    for (name, picture) in sets {
        let copies = (0..60)
            .map(|seed| drawn(&picture(seed), 60, 60, 1000 + seed))
            .collect();
        let found = search_in(copies, originals(picture, 0..200));
        let right = found
            .iter()
            .filter(|found| found.query == found.partner)
            .count();
        assert!(right >= 57, "{name}: {right} of 60");
    }
}

#[test]
fn a_handful_of_pictures_is_enough() {
    let copy: Picture = Box::new(|x, y| 0.7 * pictures::scene(1)(1.0 - x, y) + 20.0);
    let found = search_in(
        vec![drawn(&copy, 64, 64, 9)],
        originals(pictures::scene, 0..4),
    );
    assert_eq!(
        found
            .iter()
            .map(|found| (found.partner, found.transform))
            .collect::<Vec<_>>(),
        [(1, Transform::Mirror)]
    );
}

#[test]
fn flat_pictures_match_nothing_and_do_no_harm() {
    let flat =
        |grey: f32| -> Thumbnail { drawn(&(Box::new(move |_, _| grey) as Picture), 40, 40, 3) };
    let queries: Vec<Thumbnail> = [0.0, 128.0, 255.0].into_iter().map(flat).collect();
    let mut database = originals(pictures::scene, 0..60);
    database.extend([0.0, 128.0, 255.0].into_iter().map(flat));
    assert_eq!(search_in(queries, database), []);
    assert!(
        described(vec![Some(flat(77.0)), None])
            .iter()
            .all(Option::is_none)
    );
    assert!(described(Vec::new()).is_empty());
}

#[test]
fn inside_one_set_each_pair_is_found_once() {
    let mut thumbnails = originals(pictures::scene, 0..60);
    thumbnails.extend((0..30).map(|seed| drawn(&pictures::scene(seed), 64, 64, 1000 + seed)));
    let pictures = described(thumbnails.into_iter().map(Some).collect());
    let members: Vec<u32> = (0..90).collect();
    let mut pairs = Vec::new();
    find_within(
        &pictures,
        &members,
        calibrate(&pictures, &members, &members),
        |found| {
            pairs.push((found.query, found.partner));
        },
    );
    assert_eq!(
        pairs,
        (0..30).map(|seed| (seed, 60 + seed)).collect::<Vec<_>>()
    );
}

/// Scenes, copies of the first few, mirrored copies of the next and crops of others.
fn set_with_copies() -> Vec<Option<super::Picture>> {
    let edited = |seeds: std::ops::Range<u32>, edit: Edit| {
        seeds.map(move |seed| {
            let scene = pictures::scene(seed);
            drawn(
                &(Box::new(move |x, y| edit(&scene, x, y)) as Picture),
                64,
                64,
                1000 + seed,
            )
        })
    };
    let thumbnails = originals(pictures::scene, 0..60)
        .into_iter()
        .chain(edited(0..20, |p, x, y| 0.8 * p(x, y) + 20.0))
        .chain(edited(20..30, |p, x, y| p(1.0 - x, y)))
        .chain(edited(30..40, |p, x, y| p(0.15 + 0.7 * x, 0.15 + 0.7 * y)));
    described(thumbnails.map(Some).collect())
}

fn pairs_within(effort: Effort, pictures: &[Option<super::Picture>]) -> Vec<(u32, u32)> {
    let members: Vec<u32> = (0..pictures.len() as u32).collect();
    let threshold = calibrate(pictures, &members, &members);
    let mut pairs = Vec::new();
    find_within_by(effort, pictures, &members, threshold, |found| {
        pairs.push((found.query, found.partner));
    });
    pairs
}

#[test]
fn of_many_members_copies_in_the_same_frame_are_found() {
    let pictures = set_with_copies();
    let few = pairs_within(within(pictures.len(), pictures.len()), &pictures);
    let many = pairs_within(within(pictures.len(), pictures.len() - 1), &pictures);
    let in_the_same_frame: Vec<(u32, u32)> = (0..30).map(|seed| (seed, 60 + seed)).collect();
    assert_eq!(many, in_the_same_frame);
    assert!(few.len() > many.len(), "crops are found among few: {few:?}");
}

#[test]
fn batches_of_any_size_find_the_same_pairs() {
    let pictures = set_with_copies();
    for effort in [WITHIN, WITHIN_MANY] {
        let at_once = pairs_within(effort, &pictures);
        assert_eq!(
            pairs_within(Effort { batch: 7, ..effort }, &pictures),
            at_once
        );
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let search = || {
        let queries = (0..30)
            .map(|seed| drawn(&pictures::digit(seed), 60, 60, 1000 + seed))
            .collect();
        search_in(queries, originals(pictures::digit, 0..80))
    };
    let on = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(search)
    };
    assert_eq!(on(1), on(4));
}

/// Sixty queries and three hundred pictures: frames of a drive, of which each query has more copies
/// than are found, digits, and scenes with a crop.
fn crowd() -> (Vec<Thumbnail>, Vec<Thumbnail>) {
    let moved = |seed: u32, step: u32| -> Thumbnail {
        let frame = pictures::scene(seed);
        let shift = 0.004 * step as f32;
        let moved: Picture = Box::new(move |x, y| frame(x + shift, y));
        drawn(&moved, 64, 48, 1000 * seed + step)
    };
    let crop = |seed: u32| -> Thumbnail {
        let scene = pictures::scene(seed);
        let crop: Picture = Box::new(move |x, y| scene(0.1 + 0.8 * x, 0.1 + 0.8 * y));
        drawn(&crop, 64, 64, seed)
    };
    let queries = (0..10).map(|step| moved(500, 2 * step));
    let queries = queries.chain((0..20).map(crop));
    let queries = queries.chain(originals(pictures::digit, 0..30));
    let database = (0..40).map(|step| moved(500, step));
    let database = database.chain(originals(pictures::scene, 0..100));
    let database = database.chain(originals(pictures::digit, 30..190));
    (queries.collect(), database.collect())
}

/// Keys of two pictures and their similarity, of all that is found in these parts one by one.
fn found_in_parts(
    all: &[Option<super::Picture>],
    queries: &[u32],
    parts: &[&[u32]],
) -> Vec<(u64, u64, u32)> {
    let whole = parts.concat();
    // A sample of a third: what is searched is more than what is learned from.
    let cohort = Cohort::of_at_most(100, all, &whole, ACROSS);
    let key = |place: u32| all[place as usize].as_ref().unwrap().key;
    let mut found = Vec::new();
    for part in parts {
        find_in(all, queries, part, &cohort, Threshold::given(0.6), |one| {
            found.push((key(one.query), key(one.partner), one.similarity.to_bits()));
        });
    }
    // Of each query the ten most similar; equal ones in order of their keys.
    found.sort_by_key(|&(query, partner, similarity)| {
        (query, std::cmp::Reverse(similarity), partner)
    });
    let of_queries = found.chunk_by(|a, b| a.0 == b.0);
    of_queries
        .flat_map(|own| &own[..own.len().min(ACROSS.pairs)])
        .copied()
        .collect()
}

#[test]
fn a_pair_is_found_whatever_else_is_searched_with_it_and_in_which_order() {
    let (queries, database) = crowd();
    let n = queries.len();
    let pictures = described(queries.into_iter().chain(database).map(Some).collect());
    let (queries, places): (Vec<u32>, Vec<u32>) =
        (0..pictures.len() as u32).partition(|&at| (at as usize) < n);
    let at_once = found_in_parts(&pictures, &queries, &[&places]);
    let of_each: Vec<usize> = at_once
        .chunk_by(|a, b| a.0 == b.0)
        .map(<[_]>::len)
        .collect();
    let full = of_each.iter().filter(|&&own| own == ACROSS.pairs).count();
    assert!(
        full >= 10 && of_each.len() >= 28,
        "proves little: {of_each:?}"
    );
    for size in [1, 7, 100, 299] {
        let parts: Vec<&[u32]> = places.chunks(size).collect();
        assert_eq!(
            found_in_parts(&pictures, &queries, &parts),
            at_once,
            "{size}"
        );
    }
    let mut backwards = pictures.clone();
    backwards.reverse();
    let place = |at: &u32| (pictures.len() - 1) as u32 - at;
    let other_queries: Vec<u32> = queries.iter().map(place).collect();
    let other_places: Vec<u32> = places.iter().map(place).collect();
    let parts: Vec<&[u32]> = other_places.chunks(50).collect();
    assert_eq!(found_in_parts(&backwards, &other_queries, &parts), at_once);
}

#[test]
fn of_new_pictures_what_a_search_of_all_finds_of_them_is_found() {
    let (queries, database) = crowd();
    let n = queries.len() as u32;
    let pictures = described(queries.into_iter().chain(database).map(Some).collect());
    let all: Vec<u32> = (n..pictures.len() as u32).collect();
    let queries: Vec<u32> = (0..n).collect();
    let threshold = Threshold::given(0.6);
    let mut at_once = Vec::new();
    find(&pictures, &queries, &all, threshold, |found| {
        at_once.push(found);
    });
    for (first, step, least) in [(0, 3, 20), (45, 50, 1)] {
        let new: Vec<u32> = all.iter().copied().skip(first).step_by(step).collect();
        let mut found = Vec::new();
        find_new(&pictures, &queries, (&all, &new), threshold, |one| {
            found.push(one);
        });
        let mut expected = at_once.clone();
        expected.retain(|one| new.contains(&one.partner));
        assert!(expected.len() >= least, "proves little: {}", expected.len());
        let is_missing = |one: &&Found| !found.contains(one);
        assert_eq!(expected.iter().find(is_missing), None);
        // More is found only of queries that have more than are kept.
        let full = |query| at_once.iter().filter(|one| one.query == query).count() >= ACROSS.pairs;
        found.retain(|one| !expected.contains(one) && !full(one.query));
        assert_eq!(found, []);
    }
}

#[test]
fn what_is_learned_does_not_depend_on_order() {
    let (queries, database) = crowd();
    let all: Vec<Thumbnail> = queries.into_iter().chain(database).collect();
    let learned = |all: Vec<Thumbnail>| {
        let n = all.len() as u32;
        let pictures = described(all.into_iter().map(Some).collect());
        let places: Vec<u32> = (0..n).collect();
        calibrate(&pictures, &places, &places)
    };
    let forwards = learned(all.clone());
    assert!(forwards.negatives > 0);
    assert_eq!(learned(all.into_iter().rev().collect()), forwards);
}

#[test]
fn drawings_of_one_kind_are_a_continuum_of_look_alikes_and_scenes_are_not() {
    // Two signs, each drawn anew with other ends: no two are one picture.
    let sign = |seed: u32| -> Picture {
        let mut random = pictures::Random::new(seed);
        let near = |random: &mut pictures::Random, at: f32| at + 0.16 * (random.next() - 0.5);
        let across = seed.is_multiple_of(2);
        let (x0, x1) = (near(&mut random, 0.4), near(&mut random, 0.6));
        let (y0, y1) = (near(&mut random, 0.2), near(&mut random, 0.8));
        Box::new(move |x, y| {
            let along = ((y - y0) / (y1 - y0)).clamp(0.0, 1.0);
            let stem = (x - x0 - along * (x1 - x0)).hypot((y - y0) - along * (y1 - y0));
            let bar = across && (y - y0).abs() < 0.06 && (x - x0).abs() < 0.2;
            if stem < 0.06 || bar { 250.0 } else { 5.0 }
        })
    };
    let threshold_of = |painter: &dyn Fn(u32) -> Picture| {
        let drawn = (0..300).map(|seed| Some(drawn(&painter(seed), 28, 28, seed)));
        let pictures = described(drawn.collect());
        let (queries, database): (Vec<u32>, Vec<u32>) = ((0..60).collect(), (60..300).collect());
        calibrate(&pictures, &queries, &database)
    };
    let signs = threshold_of(&sign);
    assert_eq!(
        (signs.doubt, signs.false_rate),
        (Some(Doubt::Continuum), None)
    );
    for painter in [pictures::scene, pictures::dashboard, pictures::microscope] {
        let others = threshold_of(&painter);
        assert_ne!(others.doubt, Some(Doubt::Continuum));
    }
}

#[test]
fn of_few_pictures_none_but_the_most_similar_are_copies_without_a_second_look() {
    let threshold_of = |all: u32, queries: u32| {
        let drawn = (0..all).map(|seed| Some(drawn(&pictures::scene(seed), 28, 28, seed)));
        let pictures = described(drawn.collect());
        let (queries, database): (Vec<u32>, Vec<u32>) =
            ((0..queries).collect(), (queries..all).collect());
        calibrate(&pictures, &queries, &database)
    };
    let tiny = threshold_of(60, 20);
    assert_eq!((tiny.negatives, tiny.doubt), (0, Some(Doubt::FewImages)));
    let few = threshold_of(90, 20);
    assert!(
        few.negatives > 0 && few.doubt == Some(Doubt::FewImages),
        "{few:?}"
    );
    // Pictures that are searched make decoys, too, where queries are few.
    let enough = threshold_of(120, 20);
    assert!(
        enough.negatives > 0 && enough.doubt != Some(Doubt::FewImages),
        "{enough:?}"
    );
}
