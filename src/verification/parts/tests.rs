use super::super::test_pictures::{self as pictures, drawn, key as key_of, learned_of};
use super::super::{calibrate, calibrate_by, find};
use super::*;
use crate::signature::thumbnail::Thumbnail;

/// Sixty evaluation pictures, some of them edited training pictures, and 160 of training.
fn world() -> (Vec<Thumbnail>, Vec<Thumbnail>) {
    let training: Vec<Thumbnail> = (0..160)
        .map(|seed| drawn(&pictures::scene(seed), 96, 72, seed))
        .collect();
    let again = |seed: u32| {
        let scene = pictures::scene(seed);
        let lighter: pictures::Picture = Box::new(move |x, y| 0.2 + 0.7 * scene(x, y));
        drawn(&lighter, 80, 60, 1000 + seed)
    };
    let evaluation = (0..30).map(|at| again(5 * at));
    let strangers = (500..530).map(|seed| drawn(&pictures::scene(seed), 96, 72, seed));
    (evaluation.chain(strangers).collect(), training)
}

struct Learnt {
    plan: Plan,
    pictures: Vec<Option<Picture>>,
    queries: Vec<u32>,
    database: Vec<u32>,
    training: Vec<Keyed>,
}

fn learnt() -> Learnt {
    let (evaluation, training) = world();
    let all: Vec<&Thumbnail> = evaluation.iter().chain(&training).collect();
    let whitening = learned_of(&all);
    let keyed = |one: &Thumbnail| (key_of(one), one.clone());
    let described = all.iter().map(|one| Some(keyed(one))).collect();
    let pictures = describe(&whitening, described);
    let n = evaluation.len() as u32;
    let queries: Vec<u32> = (0..n).collect();
    let database: Vec<u32> = (n..pictures.len() as u32).collect();
    let asking = Asking {
        whitening,
        questions: vec![Question::learn((1, 0), &pictures, &queries, &database)],
        training: vec![0],
        pool: Some((queries.clone(), database.clone())),
        stand_ins: Vec::new(),
        least: 0.5,
    };
    Learnt {
        plan: Plan::learn(&pictures, asking),
        training: training.iter().map(keyed).collect(),
        pictures,
        queries,
        database,
    }
}

/// What the answers of such parts come to: the threshold, and pairs from it on.
fn merged(learnt: &Learnt, parts: &[Vec<Keyed>]) -> (Threshold, Vec<Found>) {
    let mut merged = Merged::default();
    let mut searcher = learnt.plan.searcher();
    for part in parts {
        let part = part.iter().map(|one| (0, one.clone())).collect();
        let mut answers = searcher.search(part);
        // As they come back from a file.
        for pair in &mut answers.pairs {
            let keys = (pair.query, pair.partner);
            let (splits, similarity) = ((pair.from, pair.to), pair.found.similarity);
            *pair = Answer::new(splits, keys, similarity, &pair.laid()).unwrap();
        }
        merged.add(answers);
    }
    let Learnt {
        pictures,
        queries,
        database,
        ..
    } = learnt;
    let best = |decoy, originals: &[u32]| merged.best(pictures, decoy, originals);
    let threshold = calibrate_by(pictures, queries, database, best);
    let mut found = Vec::new();
    merged.find(pictures, (1, 0), (queries, database), threshold, |one| {
        found.push(one);
    });
    (threshold, found)
}

#[test]
fn parts_of_any_size_in_any_order_find_what_one_search_finds() {
    let learnt = learnt();
    let Learnt {
        pictures,
        queries,
        database,
        training,
        ..
    } = &learnt;
    let threshold = calibrate(pictures, queries, database);
    let mut at_once = Vec::new();
    find(pictures, queries, database, threshold, |one| {
        at_once.push(one);
    });
    assert!(
        threshold.negatives > 0 && at_once.len() >= 25,
        "proves little"
    );
    let expected = (threshold, at_once);
    for size in [7, 100, 1000] {
        let mut parts: Vec<Vec<Keyed>> = training.chunks(size).map(<[_]>::to_vec).collect();
        assert_eq!(merged(&learnt, &parts), expected, "{size}");
        parts.reverse();
        // A part that comes twice changes nothing.
        parts.push(parts[0].clone());
        assert_eq!(merged(&learnt, &parts), expected, "{size}, backwards");
    }
}

#[test]
fn a_plan_comes_back_and_a_damaged_one_is_none() {
    let plan = learnt().plan;
    let parts = plan.parts();
    assert_eq!(Plan::from_parts(&parts), Some(plan));
    for part in 0..parts.len() {
        let mut cut = parts.clone();
        cut[part].pop();
        assert_eq!(Plan::from_parts(&cut), None, "part {part}");
    }
}

#[test]
fn a_picture_is_searched_by_the_one_that_stands_in_for_it() {
    let mut learnt = learnt();
    let (training, place) = (learnt.training.clone(), learnt.database[0]);
    let all = merged(&learnt, std::slice::from_ref(&training));
    let mut copied = training;
    // Another file with the pixels of the first, which looks a little different.
    copied[0] = (77, drawn(&pictures::scene(0), 90, 70, 5));
    assert_ne!(merged(&learnt, &[copied.clone()]), all);
    let at = learnt.plan.learned.pictures.len() as u32;
    learnt
        .plan
        .learned
        .pictures
        .push(learnt.pictures[place as usize].clone());
    learnt.plan.told.stand_ins.push((77, at));
    assert_eq!(merged(&learnt, &[copied]), all);
}
