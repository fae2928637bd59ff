use super::super::exposure::tests::bare;
use super::super::inputs::Twin;
use super::*;
use proptest::prelude::*;

/// The same by sorting all training rows for every window.
fn naive(
    inputs: &Inputs,
    descriptors: &Descriptors,
    query: u32,
    window: Window,
) -> Vec<(i32, u32)> {
    let component = twin_components(inputs.rows, inputs.twins);
    let q = inputs.rows[query as usize];
    let hidden = |row: u32| {
        let r = inputs.rows[row as usize];
        let twin = inputs.twins.iter().any(|t| {
            t.setting <= Setting::Default
                && ((t.a, t.b) == (query, row) || (t.b, t.a) == (query, row))
        });
        let group = q.group.is_some() && q.group == r.group;
        let recording =
            matches!((q.place, r.place), (Some(a), Some(b)) if a.recording == b.recording);
        let lag = || {
            q.place
                .unwrap()
                .position
                .abs_diff(r.place.unwrap().position)
        };
        let close = twin
            || component[query as usize] == component[row as usize]
            || (group && q.place.is_none());
        match window {
            Window::NOTHING => false,
            Window::RECORDING => close || group || recording,
            other => close || (recording && lag() <= other.lag().unwrap()),
        }
    };
    let mut all: Vec<(i32, u32)> = inputs
        .training_rows()
        .into_iter()
        .filter(|&row| !hidden(row))
        .map(|row| {
            let (a, b) = (
                descriptors.vector(query).unwrap(),
                descriptors.vector(row).unwrap(),
            );
            (
                a.iter()
                    .zip(b)
                    .map(|(&x, &y)| (i32::from(x) - i32::from(y)).pow(2))
                    .sum(),
                row,
            )
        })
        .collect();
    all.sort_unstable();
    all.truncate(K);
    all
}

fn rows() -> impl Strategy<Value = Vec<(bool, u8, u8, i8, i8)>> {
    prop::collection::vec((any::<bool>(), 0u8..4, 0u8..150, -9i8..9, -9i8..9), 1..60)
}

proptest! {
    #[test]
    fn every_window_agrees_with_sorting_all_rows(spec in rows(), pairs in prop::collection::vec((0usize..60, 0usize..60, 0u8..3), 0..8)) {
        let rows: Vec<Row> = spec.iter().map(|&(evaluation, recording, position, ..)| Row {
            evaluation,
            place: (recording < 3).then_some(Place { recording: u32::from(recording), position: u32::from(position) }),
            group: (position % 5 == 0).then_some(u32::from(position % 3)),
        }).collect();
        let settings = [Setting::Strict, Setting::Default, Setting::Loose];
        let twins: Vec<Twin> = pairs.iter().filter(|(a, b, _)| a != b && *a < rows.len() && *b < rows.len())
            .map(|&(a, b, s)| Twin { a: a as u32, b: b as u32, setting: settings[usize::from(s)], exact: false }).collect();
        let vectors: Vec<_> = spec.iter().map(|s| Some(vec![f32::from(s.3), f32::from(s.4)])).collect();
        let descriptors = Descriptors::from_vectors(&vectors);
        let inputs = bare(&rows, &twins);
        for query in search(&inputs, &descriptors) {
            for window in Window::all() {
                let fast: Vec<(i32, u32)> = query.left_by(window).map(|n| (n.distance, n.row)).collect();
                prop_assert_eq!(fast, naive(&inputs, &descriptors, query.row, window), "{:?}", window);
            }
        }
    }
}

#[test]
fn a_sample_of_queries_is_evenly_spaced() {
    let rows: Vec<u32> = (0..10).collect();
    assert_eq!(evenly(&rows, 5), [0, 2, 4, 6, 8]);
    assert_eq!(evenly(&rows, 20), rows);
    assert!(evenly(&[], 5).is_empty());
}

#[test]
fn windows_are_ordered_by_their_lags() {
    let lags: Vec<u32> = Window::all().filter_map(Window::lag).collect();
    assert_eq!(lags, LAGS);
    assert_eq!(Window::NOTHING.lag(), None);
    assert_eq!(Window::RECORDING.lag(), None);
}
