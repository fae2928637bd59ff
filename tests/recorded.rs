//! What was recorded together, what explains a loss, and a split that does not leak, on the demo
//! drive.

use crate::workspace::{Workspace, validate};
use serde_json::{Value, json};

const DRIVING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/driving");

fn check(more: &[&str]) -> Value {
    let workspace = Workspace::new();
    let run = workspace.run(&[&["check", DRIVING, "--json", "-"], more].concat());
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    validate(&report);
    report
}

#[test]
fn distances_along_the_drive_are_those_of_the_truth() {
    let truth = csv::Reader::from_path(format!("{DRIVING}/truth.csv"))
        .unwrap()
        .into_records();
    let steps: Vec<u64> = truth.map(|row| row.unwrap()[2].parse().unwrap()).collect();
    let at = |wanted: u64| steps.iter().filter(|&&steps| steps == wanted).count() as u64;
    let report = check(&[]);
    let distances = &report["recordings"]["distances"][0];
    assert_eq!(distances["evaluation_samples"], steps.len() as u64);
    assert_eq!(
        (
            distances["at_1_step"].as_u64(),
            distances["at_2_steps"].as_u64()
        ),
        (Some(at(1)), Some(at(2)))
    );
    let together = &report["leakage"][0]["recorded_together"]["sequence-neighbour"];
    assert_eq!(together["samples"], steps.len() as u64);
    assert!(together["confirmed"].as_u64() >= Some(45), "{together}");
    assert!(report["finding_counts"]["leak-sequence-neighbour"] == 1);
}

#[test]
fn a_split_in_time_has_no_neighbour() {
    let report = check(&["--manifest", &format!("{DRIVING}/manifest-block.csv")]);
    assert_eq!(report["recordings"]["distances"][0]["at_1_step"], 0);
    assert_eq!(
        report["finding_counts"]["leak-sequence-neighbour"],
        Value::Null
    );
}

#[test]
fn shared_groups_of_a_pattern_are_told_and_fail_the_gate_when_asked() {
    let workspace = Workspace::new();
    workspace
        .image("train/p1_a.png", 1)
        .image("train/p2_a.png", 2);
    workspace.image("val/p2_b.png", 3).image("val/p3_b.png", 4);
    let pattern = [
        "--group-pattern",
        r"(?<group>p\d+)_",
        "--fail-on",
        "leak-shared-group",
    ];
    let (report, status) = workspace.check(&pattern);
    assert_eq!(status, 1, "{}", report["findings"]);
    assert_eq!(
        report["leakage"][0]["recorded_together"]["shared-group"]["samples"],
        1
    );
    // The user's own pattern says so: that is a leak, whatever pixels say.
    assert_eq!(report["leakage"][0]["leaked"]["count"], 1);
    let said = workspace.refused(&[".", "--group-pattern", "(unclosed"]);
    assert!(said.contains("--group-pattern"), "{said}");
}

#[test]
fn without_a_question_nothing_is_explained() {
    assert_eq!(check(&[])["explanation"], Value::Null);
}

#[test]
fn losses_are_explained() {
    let losses = ["--train-loss", "0.0151", "--val-loss", "0.0098"];
    let report = check(&losses);
    let explanation = &report["explanation"];
    assert_eq!(explanation["t1"]["validation_loss"]["value"], 0.0098);
    assert!(
        explanation["t0"]["f_exposed"]["value"].as_f64() > Some(0.9),
        "{}",
        explanation["t0"]
    );
    assert!(explanation["t2"].is_object());
}

#[test]
fn logs_numbers_and_predictions_that_mean_nothing_are_refused() {
    let workspace = Workspace::new();
    workspace
        .file("log.txt", "no number here")
        .file("p.csv", "path,y_pred\nnot/here.jpg,0.5\n");
    let refused = |more: &[&str]| workspace.refused(&[&[DRIVING], more].concat());
    assert!(refused(&["--training-log", "log.txt"]).contains("no loss found"));
    assert!(refused(&["--training-log", "absent.txt"]).contains("absent.txt"));
    assert!(refused(&["--val-loss", "low"]).contains("--val-loss"));
    assert!(refused(&["--predictions", "p.csv"]).contains("none of the 1 predictions"));
    assert!(refused(&["--target-range", "1,-1", "--explain"]).contains("--target-range"));
}

#[test]
fn predictions_are_counted_drawn_and_said_to_be_left_out_where_they_fit_nothing() {
    let workspace = Workspace::new();
    let manifest = std::fs::read_to_string(format!("{DRIVING}/manifest.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(manifest.as_bytes());
    let columns: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let column = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let (path, split) = (column("path"), column("split"));
    let label = ["label", "steering", "target"]
        .iter()
        .find_map(|name| columns.iter().position(|column| column == name))
        .unwrap();
    let mut lines = "path,y_pred\nnot/here.jpg,0.5\n".to_owned();
    let mut validation = 0;
    for row in reader.records().map(Result::unwrap) {
        if &row[split] == "val" {
            validation += 1;
            let truth: f64 = row[label].parse().unwrap();
            lines += &format!("{},{}\n", &row[path], truth * 0.9 + 0.01);
        }
    }
    workspace.file("p.csv", lines);
    let predictions = workspace.path("p.csv");
    let plots = workspace.path("plots");
    let report = check(&[
        "--predictions",
        predictions.to_str().unwrap(),
        "--plots",
        plots.to_str().unwrap(),
    ]);
    let t3 = &report["explanation"]["t3"];
    assert_eq!(
        (&t3["n_matched"], &t3["n_unmatched"]),
        (&validation.into(), &1.into())
    );
    let warnings = report["explanation"]["warnings"].to_string();
    assert!(
        warnings.contains("1 predictions fit no sample"),
        "{warnings}"
    );
    let line = &t3["correlation"]["all"];
    assert!(
        (line["slope"].as_f64().unwrap() - 1.0 / 0.9).abs() < 1e-6,
        "{line}"
    );
    assert_eq!(
        t3["correlation"]["by_magnitude"].as_array().unwrap().len(),
        3
    );
    let picture = std::fs::read_to_string(plots.join("correlation.svg")).unwrap();
    assert_eq!(picture.matches("r=\"2\"").count(), validation);
}

#[test]
fn metrics_that_are_no_mean_are_taken_on_leaked_and_clean_samples_apart() {
    let workspace = Workspace::new();
    let mut predictions = "path,y_true,y_pred,iou\n".to_owned();
    for seed in 0..30 {
        let class = seed % 2;
        let split = if seed < 10 { "train" } else { "val" };
        workspace.image(&format!("data/{split}/{class}/{seed}.png"), seed);
    }
    // Ten copies, on which the model is sure and right; of the others it knows nothing.
    for seed in 0..10 {
        let class = seed % 2;
        workspace.copy(
            &format!("data/train/{class}/{seed}.png"),
            &format!("data/val/{class}/c{seed}.png"),
        );
        predictions += &format!(
            "val/{class}/c{seed}.png,{class},{}.0625,0.9\n",
            if class == 1 { "0.9" } else { "0" }
        );
    }
    for seed in 10..30 {
        let (class, score) = (seed % 2, if seed % 4 < 2 { 0.75 } else { 0.25 });
        predictions += &format!("val/{class}/{seed}.png,{class},{score},0.5\n");
    }
    let predictions = predictions.replace("0.9.0625", "0.9375");
    workspace.file("p.csv", predictions);
    let (report, _) = workspace.check_dataset(&["data", "--predictions", "p.csv", "--no-cache"]);
    let t3 = &report["explanation"]["t3"];
    let of = |metric: &str, side: &str| {
        let metrics = t3["metrics"].as_array().unwrap();
        let own = metrics.iter().find(|one| one["metric"] == metric).unwrap();
        own[side]["value"].as_f64().unwrap()
    };
    for metric in ["macro_f1", "balanced_accuracy", "auc"] {
        assert_eq!(
            (of(metric, "leaked"), of(metric, "clean")),
            (1.0, 0.5),
            "{metric}"
        );
        assert!((0.6..0.8).contains(&of(metric, "all")), "{metric}");
    }
    assert!((of("iou", "all") - 19.0 / 30.0).abs() < 1e-9);
    assert!((t3["accuracy"]["clean"]["value"].as_f64().unwrap() - 0.5).abs() < 1e-9);
}

#[test]
fn a_proposed_split_does_not_leak_and_has_the_size_asked_for() {
    let workspace = Workspace::new();
    let run = workspace.run(&["split", DRIVING, "--out", "split.csv", "--val-share", "0.2"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    // Nothing tells groups here, so that they are not attested.
    let attested = "no copy or neighbour on both sides; groups: not known";
    assert!(run.stdout.contains(attested), "{}", run.stdout);
    let manifest = workspace.path("split.csv");
    let report = check(&["--manifest", manifest.to_str().unwrap()]);
    let distances = &report["recordings"]["distances"][0];
    assert_eq!(
        (
            distances["at_1_step"].as_u64(),
            distances["at_2_steps"].as_u64()
        ),
        (Some(0), Some(0))
    );
    let validation = report["dataset"]["splits"][1]["samples"].as_u64().unwrap();
    assert!((47..=49).contains(&validation), "{validation}");
    assert_eq!(
        report["leakage"][0]["leaked"]["count"], 0,
        "{}",
        report["pairs"]
    );
    assert_eq!(
        workspace
            .run(&["split", DRIVING, "--out", "-", "--val-share", "2"])
            .status,
        2
    );
}

#[test]
fn a_test_split_is_as_far_from_the_others_as_they_are_from_each_other() {
    let workspace = Workspace::new();
    let shares = ["--val-share", "0.15", "--test-share", "0.1"];
    let run = workspace.run(&[&["split", DRIVING, "--out", "split.csv"][..], &shares].concat());
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let first = run.stdout.lines().next().unwrap();
    assert!(
        first.ends_with(" left out") && first.contains(" train, 36 val, 24 test, "),
        "{first}"
    );
    assert!(
        run.stdout.contains("5 ranges of targets, of each "),
        "{}",
        run.stdout
    );
    let manifest = workspace.path("split.csv");
    let report = check(&["--manifest", manifest.to_str().unwrap()]);
    for leakage in report["leakage"].as_array().unwrap() {
        assert_eq!(leakage["leaked"]["count"], 0, "{leakage}");
    }
    let distances = report["recordings"]["distances"].as_array().unwrap();
    assert_eq!(distances.len(), 2);
    for entry in distances {
        assert_eq!(entry["at_1_step"], 0, "{entry}");
    }
}

#[test]
fn classes_keep_their_shares_in_a_proposed_split_and_in_folds() {
    let workspace = Workspace::new();
    for seed in 0..40 {
        let class = if seed % 4 == 0 { "rare" } else { "often" };
        workspace.image(&format!("data/{class}/{seed}.png"), seed);
    }
    let counts = |column: usize, side: &str, manifest: &str| {
        let rows = manifest
            .lines()
            .skip(1)
            .map(|row| row.split(',').collect::<Vec<_>>());
        let rows = rows.filter(|row| row[column] == side);
        let paths: Vec<String> = rows.map(|row| row[0].to_owned()).collect();
        (
            paths.len(),
            paths.iter().filter(|path| path.starts_with("rare")).count(),
        )
    };
    let shares = ["--val-share", "0.2", "--test-share", "0.3"];
    let run = workspace.run(&[&["split", "data", "--out", "-"][..], &shares].concat());
    let of = |side| counts(1, side, &run.stdout);
    assert_eq!(
        [of("train"), of("val"), of("test")],
        [(20, 5), (8, 2), (12, 3)]
    );
    let run = workspace.run(&["split", "data", "--out", "-", "--folds", "5"]);
    for column in 1..=5 {
        assert_eq!(counts(column, "val", &run.stdout), (8, 2), "{column}");
    }
    let refused = workspace.run(&["split", "data", "--out", "-", "--test-share", "0.9"]);
    assert!(
        refused.stderr.contains("leave nothing to train on"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.status, 2);
}

#[test]
fn folds_leave_each_sample_out_once() {
    let workspace = Workspace::new();
    let run = workspace.run(&["split", DRIVING, "--out", "-", "--folds", "3"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let mut reader = csv::Reader::from_reader(run.stdout.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(header[..4], ["path", "split_1", "split_2", "split_3"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len(), 240);
    for row in rows {
        assert_eq!(
            (1..4).filter(|&fold| &row[fold] == "val").count(),
            1,
            "{row:?}"
        );
    }
}

/// A picture with a mark of its own: neighbours of one recording that a shifted scene shows.
fn frame(at: u32) -> image::RgbImage {
    let scene = crate::workspace::picture_of_size(5, 400, 72);
    image::imageops::crop_imm(&scene, at * 2, 0, 96, 72).to_image()
}

#[test]
fn every_kind_has_its_count_and_a_leaked_sample_stands_under_its_strongest() {
    let workspace = Workspace::new();
    workspace
        .image("train/p1_a.png", 1)
        .image("val/p1_b.png", 2);
    workspace
        .image("train/p2_a.png", 3)
        .image("val/p2_b.png", 3);
    let pattern = ["--group-pattern", r"(?<group>p\d+)_"];
    let (report, _) = workspace.check(&pattern);
    let entry = &report["leakage"][0];
    let kinds = entry["by_kind"].as_object().unwrap();
    assert_eq!(kinds.len(), 10);
    assert_eq!(
        (kinds["same-bytes"].clone(), kinds["shared-group"].clone()),
        (1.into(), 1.into())
    );
    // Declared by the user's own pattern: counted, though pixels deny it.
    assert_eq!(entry["leaked"]["count"], 2);
    let together = &entry["recorded_together"]["shared-group"];
    assert_eq!(
        (&together["samples"], &together["confirmed"]),
        (&2.into(), &1.into())
    );
    let pairs = report["pairs"].as_array().unwrap();
    let told: Vec<_> = pairs
        .iter()
        .map(|pair| {
            (
                pair["kind"].as_str().unwrap(),
                pair["confirmed"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("same-bytes", true), ("shared-group", false)]);

    let counted = [&pattern[..], &["--count-as-leaked", "shared-group"]].concat();
    let (report, _) = workspace.check(&counted);
    let entry = &report["leakage"][0];
    assert_eq!(entry["leaked"]["count"], 2);
    assert_eq!(entry["by_kind"]["shared-group"], 1);
    assert_eq!(report["settings"]["counted_as_leaked"][0], "shared-group");
    let said = workspace.refused(&[".", "--count-as-leaked", "patient"]);
    assert!(said.contains("sequence-neighbour, shared-group"), "{said}");
}

#[test]
fn neighbours_that_pixels_confirm_count_and_tell_their_distance() {
    let workspace = Workspace::new();
    for at in 0..40u32 {
        let split = if at % 4 == 1 { "val" } else { "train" };
        let name = format!("{split}/clip1_frame_{at:04}.png");
        workspace.file(&name, crate::workspace::encode(&frame(at), &name));
    }
    let (report, _) = workspace.check(&[]);
    let entry = &report["leakage"][0];
    assert_eq!(
        entry["recorded_together"]["sequence-neighbour"]["samples"],
        10
    );
    assert_eq!(
        entry["recorded_together"]["sequence-neighbour"]["confirmed"],
        entry["leaked"]["count"]
    );
    let pairs = report["pairs"].as_array().unwrap();
    let next = pairs.iter().find(|pair| pair["steps"] == 1);
    assert!(next.is_some(), "{pairs:?}");
}

/// A PNG that says when it was taken, and by which camera.
fn photo(seed: u32, second: u32, serial: &str) -> Vec<u8> {
    use exif::{Field, In, Tag, Value};
    let text = |tag, text: String| Field {
        tag,
        ifd_num: In::PRIMARY,
        value: Value::Ascii(vec![text.into_bytes()]),
    };
    let time = format!("2020:05:01 12:{:02}:{:02}", second / 60, second % 60);
    let fields = [
        text(Tag::DateTimeOriginal, time),
        text(Tag::BodySerialNumber, serial.to_owned()),
    ];
    let mut writer = exif::experimental::Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut block = std::io::Cursor::new(Vec::new());
    writer.write(&mut block, false).unwrap();
    let mut jpeg = crate::workspace::encode(&crate::workspace::picture(seed), "a.jpg");
    let block = [b"Exif\0\0", &block.into_inner()[..]].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    jpeg.splice(2..2, [&[0xFF, 0xE1][..], &length, &block].concat());
    jpeg
}

#[test]
fn capture_times_tell_what_names_do_not() {
    let workspace = Workspace::new();
    let mut letters = (b'a'..=b'z').flat_map(|one| (b'a'..=b'z').map(move |two| [one, two]));
    // Two cameras that take one photo a second, in turns; names say nothing.
    for second in 0..40 {
        let name = String::from_utf8(letters.next().unwrap().to_vec()).unwrap();
        let split = if second % 10 == 4 { "val" } else { "train" };
        let serial = if second < 20 { "A" } else { "B" };
        workspace.file(
            &format!("{split}/{name}.jpg"),
            photo(second, second % 20, serial),
        );
    }
    let (report, _) = workspace.check(&[]);
    let sequences = &report["recordings"]["sequences"];
    assert_eq!(sequences["basis"], "capture_times", "{sequences}");
    assert_eq!(sequences["evidence"]["recordings"], 2);
    let distances = &report["recordings"]["distances"][0];
    assert_eq!(
        (&distances["at_1_step"], &distances["median_seconds"]),
        (&4.into(), &1.0.into())
    );
}

#[test]
fn one_label_that_is_no_number_does_not_make_classes_of_a_regression() {
    let manifest = std::fs::read_to_string(format!("{DRIVING}/manifest.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(manifest.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let steering = ["label", "steering", "target"]
        .iter()
        .find_map(|name| columns.iter().position(|column| column == *name))
        .unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let workspace = Workspace::new();
    let explained = |bad: Option<&str>| {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&columns).unwrap();
        for (index, row) in rows.iter().enumerate() {
            let cells = row.iter().enumerate();
            let cell = |(at, cell)| match bad {
                Some(bad) if at == steering && index == 7 => bad,
                _ => cell,
            };
            writer.write_record(cells.map(cell)).unwrap();
        }
        workspace.file("manifest.csv", writer.into_inner().unwrap());
        let manifest = workspace.path("manifest.csv");
        let losses = ["--train-loss", "0.0151", "--val-loss", "0.0098"];
        let more = ["--no-cache", "--manifest", manifest.to_str().unwrap()];
        check(&[&more[..], &losses].concat())["explanation"].clone()
    };
    let number = |value: &Value| value.as_f64().unwrap();
    let clean = explained(None);
    for bad in ["nan", "n/a"] {
        let one = explained(Some(bad));
        assert_eq!(one["verdict"]["word"], clean["verdict"]["word"], "{bad}");
        let metric = &one["t2"]["proxy_metric"];
        assert_eq!(metric, &clean["t2"]["proxy_metric"], "{bad}");
        for name in ["trivial_loss", "trivial_loss_training"] {
            let of = |all: &Value| number(&all["t2"]["yardsticks"][name]["value"]);
            let ratio = of(&one) / of(&clean);
            assert!((0.9..1.1).contains(&ratio), "{bad}: {name} {ratio}");
        }
    }
}

#[test]
fn both_places_of_a_report_say_the_same_of_how_a_split_cuts_recordings() {
    // Two cameras an instant, each image on a side of its own.
    let workspace = Workspace::new();
    let mut manifest = "path,split,label,group,time\n".to_owned();
    for number in 0..120_u32 {
        let (instant, camera) = (number / 2, ["left", "right"][number as usize % 2]);
        let path = format!("{camera}/frame_{instant:04}.png");
        workspace.image(&path, number);
        let hash = number.wrapping_mul(2_654_435_761) >> 16 & 0xff;
        let split = if hash < 77 { "val" } else { "train" };
        manifest += &format!("{path},{split},{}.5,drive,{instant}\n", instant % 7);
    }
    workspace.file("manifest.csv", manifest);
    let (report, _) = workspace.check(&["--val-loss", "0.1", "--no-cache"]);
    let of_recordings = &report["recordings"]["distances"][0]["interleaving"];
    let of_explanation = &report["explanation"]["t0"]["interleaving"];
    assert_eq!(of_recordings["recordings_shared"], 1, "{of_recordings}");
    assert_eq!(of_recordings["kind"], "random_frame");
    assert_eq!(of_recordings, of_explanation);
}

/// Two pictures laid over each other; `share` of the first, 0 to 1.
fn blend(first: u32, second: u32, share: f32) -> image::RgbImage {
    let (first, second) = (
        crate::workspace::picture(first),
        crate::workspace::picture(second),
    );
    image::RgbImage::from_fn(first.width(), first.height(), |x, y| {
        let (one, other) = (first.get_pixel(x, y).0, second.get_pixel(x, y).0);
        let mix = |at: usize| f32::from(one[at]) * share + f32::from(other[at]) * (1.0 - share);
        image::Rgb([0, 1, 2].map(|at| mix(at) as u8))
    })
}

#[test]
fn pixels_confirm_a_group_from_a_little_below_the_threshold_on_and_no_further() {
    let workspace = Workspace::new();
    // From little in common to nearly the same picture.
    for step in 0..60 {
        let (own, other) = (100 + 2 * step, 101 + 2 * step);
        let mixed = blend(own, other, 0.4 + 0.25 * step as f32 / 60.0);
        workspace
            .image(&format!("train/p{step:02}_a.png"), own)
            .file(
                &format!("val/p{step:02}_b.png"),
                crate::workspace::encode(&mixed, "a.png"),
            );
    }
    let (report, _) = workspace.check(&["--group-pattern", r"(?<group>p\d+)_"]);
    let threshold = report["detection"]["threshold"].as_f64().unwrap();
    let pairs = report["pairs"].as_array().unwrap().iter();
    let of_groups = pairs.filter(|pair| pair["kind"] == "shared-group");
    let told: Vec<(f64, bool)> = of_groups
        .map(|pair| {
            let similarity = pair["similarity"].as_f64().unwrap();
            (similarity - threshold, pair["confirmed"].as_bool().unwrap())
        })
        .collect();
    for &(above, confirmed) in &told {
        assert_eq!(confirmed, above >= -0.05, "{above}");
    }
    let within = |low: f64, high: f64| {
        told.iter()
            .filter(|(above, _)| (low..high).contains(above))
            .count()
    };
    assert!(within(-0.05, 0.0) > 0, "none is just below: {told:?}");
    assert!(within(-0.3, -0.05) > 3, "none is further below: {told:?}");
}

#[test]
fn what_split_proposes_passes_the_gate_that_random_frames_fail() {
    let workspace = Workspace::new();
    let proposed = workspace.path("split.csv");
    let proposed = proposed.to_str().unwrap();
    let run = workspace.run(&["split", DRIVING, "--out", proposed]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let block = format!("{DRIVING}/manifest-block.csv");
    let random = format!("{DRIVING}/manifest.csv");
    for (manifest, status) in [(proposed, 0), (&*block, 0), (&*random, 1)] {
        let limit = ["--max-leakage", "0.5%", "--quiet"];
        let arguments = [&["check", DRIVING, "--manifest", manifest], &limit[..]].concat();
        let run = workspace.run(&arguments);
        assert_eq!(run.status, status, "{manifest}: {}", run.stderr);
    }
}

#[test]
fn the_clean_list_holds_every_evaluation_image_without_a_leak() {
    let workspace = Workspace::new();
    workspace.image("train/a.png", 1).image("train/b.png", 2);
    workspace.image("val/a.png", 1).image("val/c.png", 3);
    let data = workspace.root().to_str().unwrap();
    let run = workspace.run(&["check", data, "--clean-list", "-"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(run.stdout, "path,split\nval/c.png,val\n");
    assert!(run.stderr.contains("clean list: 1 of 2"), "{}", run.stderr);
    // Two streams cannot both be standard output.
    let run = workspace.run(&["check", data, "--clean-list", "-", "--json", "-"]);
    assert_eq!(run.status, 2);
}

#[test]
fn models_are_ranked_on_all_images_and_on_those_that_do_not_leak() {
    let workspace = Workspace::new();
    for seed in 0..12 {
        let class = if seed % 2 == 0 { "cat" } else { "dog" };
        workspace.image(&format!("train/{class}/{seed}.png"), seed);
        // The first six leak.
        let other = if seed < 6 { seed } else { 100 + seed };
        workspace.image(&format!("val/{class}/v{seed}.png"), other);
    }
    let files = Workspace::new();
    let write = |name: &str, is_right: &dyn Fn(u32) -> bool| {
        let mut text = "path,y_true,y_pred\n".to_owned();
        for seed in 0..12 {
            let (own, other) = if seed % 2 == 0 {
                ("cat", "dog")
            } else {
                ("dog", "cat")
            };
            let said = if is_right(seed) { own } else { other };
            text.push_str(&format!("val/{own}/v{seed}.png,{own},{said}\n"));
        }
        files.file(name, text);
        files.path(name).display().to_string()
    };
    let copies = write("copies.csv", &|seed| seed < 9);
    let honest = write("honest.csv", &|seed| seed >= 6 || seed == 0);
    let (report, _) = workspace.check(&["--compare", &copies, &honest]);
    let of = &report["explanation"]["comparison"];
    assert_eq!(
        (&of["samples"], &of["clean"]),
        (&json!(12), &json!(6)),
        "{of:#}"
    );
    assert_eq!(of["best_on_all"], "copies");
    assert_eq!(of["best_on_clean"], "honest");
    assert_eq!(of["difference"]["value"], json!(0.5));
    let page = workspace
        .run(&["check", ".", "--compare", &copies, &honest])
        .stdout;
    let told = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("on all 12 it is `copies` (75.0 %)"), "{page}");
    let alone = workspace.run(&["check", ".", "--compare", &copies]);
    assert_eq!(alone.status, 2, "{}", alone.stderr);
}
