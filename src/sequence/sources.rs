//! Places that names do not tell: columns of the manifest and capture times.

use crate::report::recordings::PositionUnit;
use crate::sample::Sample;

use super::recording::{Interner, Place, Recordings};

/// When and by which camera a photo was taken, from its EXIF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureTime {
    /// Nanoseconds since 1970 of `DateTimeOriginal` with `SubSecTimeOriginal`, read without a time
    /// zone.
    pub nanoseconds: i64,
    /// Which camera; `None` where EXIF names none.
    pub camera: Option<u64>,
}

/// Groups are recordings and times are positions, where at least one sample has a time. Samples
/// without a group share one recording.
pub(super) fn from_columns(samples: &[Sample]) -> Option<Recordings> {
    let mut names = Interner::default();
    let places: Vec<Option<Place>> = samples
        .iter()
        .map(|sample| {
            let time = sample.time.filter(|time| time.is_finite())?;
            let recording = names.number(sample.group.as_deref().unwrap_or_default());
            // `as` saturates, and a thousandth is finer than any unit a manifest counts frames in.
            let position = (time * 1000.0).round() as i64;
            Some(Place {
                recording,
                position,
                burst: 0,
                step: 0,
                view: 0,
            })
        })
        .collect();
    let grouped = samples.iter().any(|sample| sample.group.is_some());
    places.iter().any(Option::is_some).then(|| {
        Recordings::arrange(
            places,
            names.into_names(),
            PositionUnit::ManifestThousandths,
            !grouped,
        )
    })
}

/// Cameras are recordings, divided by pauses; `None` where fewer than half of the samples have a
/// time.
pub(super) fn from_capture_times(captured: &[Option<CaptureTime>]) -> Option<Recordings> {
    let mut names = Interner::default();
    let places: Vec<Option<Place>> = captured
        .iter()
        .map(|captured| {
            let captured = captured.as_ref()?;
            let camera = captured
                .camera
                .map(|camera| format!("camera {camera:016x}"));
            let recording = names.number(camera.as_deref().unwrap_or("camera unknown"));
            Some(Place {
                recording,
                position: captured.nanoseconds,
                burst: 0,
                step: 0,
                view: 0,
            })
        })
        .collect();
    (places.iter().flatten().count() * 2 >= captured.len() && !captured.is_empty())
        .then(|| Recordings::arrange(places, names.into_names(), PositionUnit::Nanoseconds, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::testing;

    #[test]
    fn times_without_groups_are_divided_by_pauses() {
        let mut samples = testing::samples(&["a", "b", "c", "d", "e", "f"]);
        for (sample, time) in samples.iter_mut().zip([0.0, 0.1, 0.2, 0.3, 9.0, f64::NAN]) {
            sample.time = Some(time);
        }
        let recordings = from_columns(&samples).unwrap();
        assert_eq!(recordings.names.len(), 2);
        assert_eq!(recordings.places[5], None);
    }

    #[test]
    fn a_manifest_without_times_and_photos_mostly_without_them_give_nothing() {
        assert_eq!(from_columns(&testing::samples(&["a", "b"])), None);
        let taken = CaptureTime {
            nanoseconds: 0,
            camera: None,
        };
        assert_eq!(from_capture_times(&[Some(taken), None, None]), None);
        assert_eq!(from_capture_times(&[]), None);
    }
}
