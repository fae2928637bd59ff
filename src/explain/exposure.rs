//! Exposure class of every evaluation sample, from twins, places in recordings and what the report
//! counts as belonging together.

use super::inputs::{Inputs, Place, Row, Setting};
use crate::report::explanation::Exposure;

/// Lag, in steps, up to which frames of one recording are adjacent.
pub(crate) const ADJACENT_LAG: u32 = 1;

/// Exposure of the evaluation rows, with what it was decided on. All vectors follow `rows`.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposures {
    /// The evaluation rows.
    pub rows: Vec<u32>,
    /// Class of each.
    pub class: Vec<Exposure>,
    /// Steps to the nearest training frame of the same recording, if there is one.
    pub lag: Vec<Option<u32>>,
}

impl Exposures {
    /// Share of the samples for which a class passes the test.
    #[must_use]
    pub fn share(&self, wanted: impl Fn(Exposure) -> bool) -> f64 {
        let hits = self.class.iter().filter(|&&class| wanted(class)).count();
        hits as f64 / self.class.len() as f64
    }
}

/// Classifies the evaluation rows; `lag` is the decorrelation lag in steps.
#[must_use]
pub fn classify(inputs: &Inputs, lag: u32, setting: Setting) -> Exposures {
    let rows = inputs.evaluation_rows();
    let twins = training_twins(inputs, setting);
    let places = training_places(inputs.rows);
    let groups = training_groups(inputs.rows);
    let mut together: Vec<bool> = inputs
        .rows
        .iter()
        .map(|row| {
            let shared = row
                .group
                .is_some_and(|group| groups.binary_search(&group).is_ok());
            shared && row.place.is_none()
        })
        .collect();
    for (row, _) in inputs.together.pairs {
        together[*row as usize] = true;
    }
    let steps: Vec<Option<u32>> = rows
        .iter()
        .map(|&row| nearest_lag(&places, inputs.rows[row as usize].place?))
        .collect();
    let class = |(&row, steps): (&u32, &Option<u32>)| match steps {
        _ if twins[row as usize] > 0 => Exposure::Twin,
        Some(steps) if *steps <= ADJACENT_LAG => Exposure::Adjacent,
        Some(steps) if *steps <= lag => Exposure::Shadowed,
        _ if together[row as usize] => Exposure::Together,
        _ => Exposure::Clean,
    };
    Exposures {
        class: rows.iter().zip(&steps).map(class).collect(),
        lag: steps,
        rows,
    }
}

/// Number of training twins of every row.
fn training_twins(inputs: &Inputs, setting: Setting) -> Vec<u32> {
    let mut count = vec![0; inputs.rows.len()];
    for twin in inputs.twins.iter().filter(|twin| twin.setting <= setting) {
        let (a, b) = (twin.a as usize, twin.b as usize);
        count[a] += u32::from(!inputs.rows[b].evaluation);
        count[b] += u32::from(!inputs.rows[a].evaluation);
    }
    count
}

/// Places of the training rows, sorted.
fn training_places(rows: &[Row]) -> Vec<Place> {
    let mut places: Vec<Place> = rows
        .iter()
        .filter(|row| !row.evaluation)
        .filter_map(|row| row.place)
        .collect();
    places.sort_unstable();
    places
}

fn training_groups(rows: &[Row]) -> Vec<u32> {
    let training = rows.iter().filter(|row| !row.evaluation);
    let mut groups: Vec<u32> = training.filter_map(|row| row.group).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn nearest_lag(sorted: &[Place], place: Place) -> Option<u32> {
    let at = sorted.partition_point(|other| *other < place);
    let neighbours = [at.checked_sub(1), Some(at)]
        .into_iter()
        .flatten()
        .filter_map(|i| sorted.get(i));
    neighbours
        .filter(|other| other.recording == place.recording)
        .map(|other| other.position.abs_diff(place.position))
        .min()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::inputs::{Metric, Targets, Together, Twin};
    use super::*;

    /// Inputs with nothing but rows and twins.
    pub(crate) fn bare<'a>(rows: &'a [Row], twins: &'a [Twin]) -> Inputs<'a> {
        Inputs {
            rows,
            twins,
            alike: &[],
            targets: &Targets::None,
            descriptors: None,
            seconds_per_step: None,
            log: None,
            train_loss_evaluation: None,
            metric: Metric::Unknown,
            target_range: None,
            predictions: None,
            answers: crate::explain::metrics::Answers::NONE,
            predictions_unmatched: 0,
            prediction_notes: &[],
            second_run: None,
            compared: &[],
            interleaving: None,
            revisited: 0,
            unanswered: &[],
            together: Default::default(),
        }
    }

    /// One recording; `true` marks evaluation frames.
    pub(crate) fn film(evaluation: &[bool]) -> Vec<Row> {
        let row = |(position, &evaluation): (u32, &bool)| Row {
            evaluation,
            place: Some(Place {
                recording: 0,
                position,
            }),
            group: None,
        };
        (0..).zip(evaluation).map(row).collect()
    }

    #[test]
    fn the_lag_decides_between_adjacent_shadowed_and_clean() {
        let rows = film(&[false, true, true, true, true]);
        let exposures = classify(&bare(&rows, &[]), 3, Setting::Default);
        use Exposure::{Adjacent, Clean, Shadowed};
        assert_eq!(exposures.class, [Adjacent, Shadowed, Shadowed, Clean]);
        assert_eq!(exposures.lag, [Some(1), Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn a_twin_outranks_everything_at_its_setting_only() {
        let mut rows = film(&[true, false]);
        rows[1].place = None;
        let twins = [Twin {
            a: 0,
            b: 1,
            setting: Setting::Loose,
            exact: false,
        }];
        let class = |setting| classify(&bare(&rows, &twins), 3, setting).class[0];
        assert_eq!(class(Setting::Default), Exposure::Clean);
        assert_eq!(class(Setting::Loose), Exposure::Twin);
    }

    #[test]
    fn a_twin_within_the_evaluation_split_is_no_exposure() {
        let mut rows = film(&[true, true]);
        rows.iter_mut().for_each(|row| row.place = None);
        let twins = [Twin {
            a: 0,
            b: 1,
            setting: Setting::Strict,
            exact: true,
        }];
        assert_eq!(
            classify(&bare(&rows, &twins), 3, Setting::Default).share(|c| c == Exposure::Clean),
            1.0
        );
    }

    #[test]
    fn what_the_report_counts_as_belonging_together_is_not_clean() {
        let mut rows = film(&[true, true, true, false]);
        rows[0].place = None;
        rows[1].place = None;
        let inputs = Inputs {
            together: Together {
                pairs: &[(0, 3), (2, 3)],
                shared: &["one group"],
            },
            ..bare(&rows, &[])
        };
        let class = classify(&inputs, 3, Setting::Default).class;
        let near_in_time = Exposure::Adjacent;
        assert_eq!(class, [Exposure::Together, Exposure::Clean, near_in_time]);
    }

    #[test]
    fn a_declared_group_on_both_sides_belongs_together() {
        let row = |evaluation, group| Row {
            evaluation,
            place: None,
            group,
        };
        let rows = [row(true, Some(4)), row(true, Some(5)), row(false, Some(4))];
        assert_eq!(
            classify(&bare(&rows, &[]), 3, Setting::Default).class,
            [Exposure::Together, Exposure::Clean]
        );
    }

    #[test]
    fn another_recording_is_no_neighbour() {
        let mut rows = film(&[true, false]);
        rows[1].place = Some(Place {
            recording: 1,
            position: 0,
        });
        assert_eq!(
            classify(&bare(&rows, &[]), 20, Setting::Default).lag,
            [None]
        );
    }
}
