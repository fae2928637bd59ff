//! Recordings as stretches of one split: how finely a split cuts them, to be seen at a glance.

use crate::report::recordings::{Stretch, Timeline};
use crate::sample::{Sample, SampleId, Split};

use super::recording::Recordings;

/// Most recordings that are told.
const RECORDINGS: usize = 3;
/// Most stretches of one recording.
const STRETCHES: usize = 2_000;

/// The recordings with most evaluation samples, most first; recordings without any are left out.
#[must_use]
pub(super) fn timelines(
    recordings: &Recordings,
    samples: &[Sample],
    splits: &[Split],
) -> Vec<Timeline> {
    let evaluated = |run: &&[SampleId]| {
        let split = |id: &SampleId| samples[id.index()].split;
        let of_run = run.iter().filter_map(split);
        of_run
            .filter(|split| splits[split.index()].role.is_evaluation())
            .count()
    };
    let mut runs: Vec<(usize, &[SampleId])> = recordings
        .runs()
        .map(|run| (evaluated(&run), run))
        .filter(|(evaluated, _)| *evaluated > 0)
        .collect();
    // Stable: of equals the first in order of name stays first.
    runs.sort_by_key(|(evaluated, _)| std::cmp::Reverse(*evaluated));
    let told = runs.into_iter().take(RECORDINGS);
    told.filter_map(|(_, run)| {
        let place = recordings.place(*run.first()?)?;
        let mut in_order: Vec<(u32, u8, SampleId)> = run
            .iter()
            .filter_map(|id| {
                recordings
                    .place(*id)
                    .map(|place| (place.step, place.view, *id))
            })
            .collect();
        in_order.sort_unstable();
        let split = |(_, _, id): &(u32, u8, SampleId)| samples[id.index()].split;
        let mut pieces = in_order.chunk_by(|a, b| split(a) == split(b));
        let stretch = |piece: &[(u32, u8, SampleId)]| Stretch {
            split: split(&piece[0]).map(|split| splits[split.index()].name.clone()),
            samples: piece.len() as u64,
        };
        let stretches = pieces.by_ref().take(STRETCHES).map(stretch).collect();
        Some(Timeline {
            recording: recordings.names[place.recording as usize].to_string(),
            samples: in_order.len() as u64,
            stretches,
            truncated: pieces.next().is_some(),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recordings::PositionUnit;
    use crate::sample::{SplitId, SplitRole};
    use crate::sequence::recording::Place;

    fn told(sides: &[(u32, &str)]) -> Vec<Timeline> {
        let split = |name: &str, role| Split {
            name: name.to_owned(),
            role,
            part: None,
        };
        let splits = [
            split("train", SplitRole::Training),
            split("val", SplitRole::Validation),
        ];
        let samples: Vec<Sample> = sides
            .iter()
            .enumerate()
            .map(|(at, (_, side))| Sample {
                split: Some(SplitId(u16::from(*side == "val"))),
                ..Sample::new(format!("{at}.jpg"))
            })
            .collect();
        let places = sides
            .iter()
            .enumerate()
            .map(|(at, (recording, _))| {
                Some(Place {
                    recording: *recording,
                    position: at as i64,
                    burst: 0,
                    step: 0,
                    view: 0,
                })
            })
            .collect();
        let names = ["a", "b"].map(Into::into).to_vec();
        let recordings = Recordings::arrange(places, names, PositionUnit::Index, false);
        timelines(&recordings, &samples, &splits)
    }

    fn stretches(of: &Timeline) -> Vec<(&str, u64)> {
        let of = of.stretches.iter();
        of.map(|one| (one.split.as_deref().unwrap(), one.samples))
            .collect()
    }

    #[test]
    fn a_recording_is_cut_where_its_split_changes() {
        let told = told(&[(0, "train"), (0, "train"), (0, "val"), (0, "train")]);
        assert_eq!(
            stretches(&told[0]),
            [("train", 2), ("val", 1), ("train", 1)]
        );
        assert_eq!(
            (told[0].recording.as_str(), told[0].truncated),
            ("a", false)
        );
    }

    #[test]
    fn the_recording_with_most_evaluation_samples_is_first_and_one_without_is_left_out() {
        let told = told(&[(0, "val"), (1, "val"), (1, "val")]);
        assert_eq!(
            told.iter()
                .map(|one| one.recording.as_str())
                .collect::<Vec<_>>(),
            ["b", "a"]
        );
        assert!(self::told(&[(0, "train")]).is_empty());
    }
}
