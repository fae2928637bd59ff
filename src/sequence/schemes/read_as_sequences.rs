//! Schemes that names alone tell.

use super::*;

#[test]
fn date_and_time_with_milliseconds_behind_a_camera() {
    let samples = paths(300, |i| {
        let (camera, t) = (["center", "left", "right"][(i % 3) as usize], i / 3);
        format!(
            "IMG/{camera}_2016_12_01_13_{:02}_{:02}_{}87.jpg",
            30 + t / 60 / 10,
            t / 10 % 60,
            t % 10
        )
    });
    let recordings = is_read(&samples, NameRule::Time, 1);
    assert_eq!(
        recordings
            .places
            .iter()
            .flatten()
            .map(|place| place.step)
            .max(),
        Some(99)
    );
}

#[test]
fn compact_date_and_time_with_burst_counter() {
    is_read(
        &paths(60, |i| {
            format!("IMG_20160102_13304{}_{:02}.jpg", i / 6, i % 6)
        }),
        NameRule::Time,
        1,
    );
}

#[test]
fn phone_photos_with_milliseconds() {
    is_read(
        &paths(60, |i| {
            format!("PXL_20210101_1234{:02}{:03}.jpg", i, scrambled(i, 1000))
        }),
        NameRule::Time,
        1,
    );
}

#[test]
fn seconds_since_1970_with_fraction() {
    is_read(
        &paths(60, |i| {
            format!(
                "{}/rgb/{}.{:06}.png",
                train_or_val(i),
                1_305_031_102 + i / 30,
                i % 30 * 33_000
            )
        }),
        NameRule::Time,
        1,
    );
}

#[test]
fn milliseconds_since_1970() {
    is_read(
        &paths(60, |i| format!("{}.png", 1_531_883_530_412 + i * 50)),
        NameRule::Time,
        1,
    );
}

#[test]
fn microseconds_since_1970_behind_recording_and_camera() {
    let samples = paths(120, |i| {
        let camera = ["CAM_FRONT", "CAM_BACK_LEFT"][(i % 2) as usize];
        let time = 1_531_883_530_412_470 + i / 2 * 500_000 + i % 2 * 12_000;
        format!("samples/n015-2018-07-18-11-07-57+0800__{camera}__{time}.jpg")
    });
    let recordings = is_read(&samples, NameRule::Time, 1);
    assert_eq!(
        recordings
            .places
            .iter()
            .flatten()
            .map(|place| place.step)
            .max(),
        Some(59)
    );
}

#[test]
fn nanoseconds_since_1970_in_folders_of_cameras() {
    let samples = paths(120, |i| {
        format!(
            "mav0/cam{}/data/{}.png",
            i % 2,
            1_403_636_579_763_555_584 + i / 2 * 50_000_000
        )
    });
    let recordings = is_read(&samples, NameRule::Time, 1);
    assert_eq!(
        recordings
            .places
            .iter()
            .flatten()
            .map(|place| place.step)
            .max(),
        Some(59)
    );
}

#[test]
fn frame_and_number() {
    is_read(
        &paths(60, |i| format!("{}/frame_{i:06}.png", train_or_val(i))),
        NameRule::FrameWord,
        1,
    );
}

#[test]
fn scene_and_time_step() {
    is_read(
        &paths(80, |i| {
            format!("{}/scene-{}_t{:04}.png", train_or_val(i), i / 20, i % 20)
        }),
        NameRule::FrameWord,
        4,
    );
}

#[test]
fn slices_of_a_volume() {
    is_read(
        &paths(80, |i| {
            format!("patient{:03}_slice{:02}.png", i / 20, i % 20)
        }),
        NameRule::FrameWord,
        4,
    );
}

#[test]
fn frame_number_before_the_scene() {
    is_read(
        &paths(80, |i| format!("frame{:04}_scene{}.png", i % 20, i / 20)),
        NameRule::FrameWord,
        4,
    );
}

#[test]
fn folder_of_frames_named_after_a_video() {
    is_read(
        &paths(80, |i| {
            format!(
                "{}/vid{:02}/{:06}.jpg",
                train_or_val(i),
                i / 20,
                i % 20 + 440
            )
        }),
        NameRule::LastNumber,
        4,
    );
}

#[test]
fn drives_with_stereo_cameras() {
    let samples = paths(160, |i| {
        format!(
            "2011_09_26/2011_09_26_drive_{:04}_sync/image_0{}/data/{:010}.png",
            i / 80,
            2 + i % 2,
            i / 2 % 40
        )
    });
    let recordings = is_read(&samples, NameRule::LastNumber, 2);
    assert_eq!(
        recordings
            .places
            .iter()
            .flatten()
            .map(|place| place.step)
            .max(),
        Some(39)
    );
}

#[test]
fn recordings_named_by_the_time_they_began() {
    is_read(
        &paths(80, |i| {
            format!(
                "20180807145{}28_camera_frontcenter_{:09}.png",
                i / 40,
                i % 40
            )
        }),
        NameRule::LastNumber,
        2,
    );
}

#[test]
fn tracks_and_frames_inside_class_folders() {
    let samples = classes(900, |i| {
        format!(
            "{}/{:05}/{:05}_{:05}.ppm",
            train_or_val(i),
            i / 300,
            i % 300 / 30,
            i % 30
        )
    });
    is_read(&samples, NameRule::LastNumber, 30);
}

#[test]
fn videos_of_actions_inside_class_folders() {
    let samples = classes(400, |i| {
        format!(
            "train/{}/v_g{:02}_c01_frame{:04}.jpg",
            ["Run", "Swim"][(i / 200) as usize],
            i / 20,
            i % 20
        )
    });
    is_read(&samples, NameRule::FrameWord, 20);
}

#[test]
fn versions_exported_by_roboflow() {
    let samples = paths(80, |i| {
        format!(
            "{}/images/video{}_frame_{:04}_jpg.rf.{:032x}.jpg",
            train_or_val(i),
            i / 40,
            i % 40,
            scrambled(i, 1 << 40)
        )
    });
    is_read(&samples, NameRule::FrameWord, 2);
}

#[test]
fn every_tenth_frame() {
    is_read(
        &paths(60, |i| format!("clip_a/{:06}.jpg", i * 10)),
        NameRule::LastNumber,
        1,
    );
}

#[test]
fn capture_times_of_cameras() {
    let samples = paths(60, |i| format!("{:x}.jpg", scrambled(i, 1 << 40)));
    let captured: Vec<_> = (0..60)
        .map(|i| {
            Some(CaptureTime {
                nanoseconds: i / 2 * 1_000_000_000,
                camera: Some(i as u64 % 2),
            })
        })
        .collect();
    let inputs = Inputs {
        samples: &samples,
        places: None,
        captured: Some(&captured),
        pattern: None,
        tiled: false,
    };
    let (recordings, facts) = infer(&inputs).settle(None, &samples);
    assert_eq!(facts.basis, Some(Basis::CaptureTimes));
    assert_eq!(recordings.unwrap().names.len(), 2);
}

#[test]
fn group_and_time_columns() {
    let mut samples = paths(40, |i| format!("{:x}.jpg", scrambled(i, 1 << 40)));
    for (index, sample) in samples.iter_mut().enumerate() {
        sample.group = Some(format!("g{}", index % 2).into());
        sample.time = Some(index as f64 * 0.1);
    }
    let (recordings, facts) = read(&samples);
    assert_eq!(
        (facts.basis, facts.settled_by),
        (Some(Basis::Columns), Some(SettledBy::User))
    );
    assert_eq!(recordings.unwrap().places[39].unwrap().step, 19);
}
