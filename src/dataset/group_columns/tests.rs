use super::*;
use crate::dataset::builder::Draft;
use crate::dataset::claim::Strength;
use crate::sample::{Layout, SplitRole};

/// So many samples with a value each, every fourth to evaluate on, or the last fourth.
fn claimed(name: &str, count: usize, is_mixed: bool, value: impl Fn(usize) -> String) -> Claim {
    let is_held_out = |at: usize| match is_mixed {
        true => at % 4 == 3,
        false => at >= count / 4 * 3,
    };
    let drafts = (0..count).map(|at| Draft {
        path: format!("{at:04}.png"),
        split: Some(match is_held_out(at) {
            true => ("val".to_owned(), SplitRole::Validation),
            false => ("train".to_owned(), SplitRole::Training),
        }),
        label: Some((at * 7 % 3).to_string()),
        ..Draft::default()
    });
    let evidence = "a table".to_owned();
    let mut claim = Claim::new(
        Layout::CsvManifest,
        Strength::Manifest,
        evidence,
        drafts.collect(),
    );
    claim.columns.push(Column {
        name: name.to_owned(),
        table: "meta.csv".to_owned(),
        of: (0..count)
            .map(|at| (format!("{at:04}.png"), value(at)))
            .collect(),
    });
    claim
}

/// `declared`, `asked`, or nothing.
fn judged(name: &str, count: usize, value: impl Fn(usize) -> String) -> &'static str {
    let mut claim = claimed(name, count, true, value);
    let asked = tell(&mut claim, Path::new(""), &[]);
    match claim.drafts.iter().any(|draft| draft.group.is_some()) {
        true => "declared",
        false if !asked.is_empty() => "asked",
        false => "nothing",
    }
}

fn word(of: &'static [&'static str]) -> impl Fn(usize) -> String {
    move |at| of[at * 5 / 3 % of.len()].to_owned()
}

#[test]
fn identifiers_of_entities_are_declared() {
    for (name, value) in [
        ("patient_id", "P"),
        ("patient_id", ""),
        ("lesion", "L00"),
        ("患者编号", ""),
        ("video", "clip_"),
    ] {
        let told = judged(name, 96, |at| format!("{value}{}", at / 6));
        assert_eq!(told, "declared", "{name} {value}");
    }
    // Words of two pictures each are names.
    let name = |at: usize| String::from_utf8(vec![b'a' + (at % 26) as u8; 3]).unwrap_or_default();
    assert_eq!(judged("group", 52, name), "declared");
    // Few drivers of many pictures, with numbers that are not counted.
    let many = |at: usize| format!("p{:03}", at / 60 * 37 % 97);
    assert_eq!(judged("driver", 1200, many), "declared");
}

#[test]
fn attributes_and_numbers_within_something_are_not_declared() {
    let quarter = |unit: &'static str| move |at: usize| format!("{}{unit}", at / 4 % 5 + 1);
    let film = word(&["Portra", "Ektar", "HP5", "Velvia", "Provia", "Trix"]);
    for (name, told, value) in [
        ("group", "asked", &quarter("") as &dyn Fn(usize) -> String),
        ("session", "asked", &quarter("")),
        ("series", "asked", &|at| (at / 3 % 8).to_string()),
        ("subject", "asked", &quarter("")),
        ("visit", "nothing", &quarter("")),
        ("tumor", "nothing", &|at| format!("{}.5", at % 9)),
        ("video", "nothing", &quarter("p")),
        ("film", "nothing", &film),
        ("person", "nothing", &|at| (at % 2).to_string()),
        ("driver", "asked", &word(&["kim", "lee", "ann", "bob"])),
        ("plant", "asked", &|at| {
            let letters = [b'a' + (at / 8 % 15) as u8, b'x'];
            letters.iter().map(|&one| char::from(one)).collect()
        }),
    ] {
        assert_eq!(judged(name, 120, value), told, "{name}");
    }
}

#[test]
fn classes_and_values_of_one_picture_each_are_no_groups() {
    let class = |at: usize| format!("person {}", at * 7 % 3);
    assert_eq!(judged("identity", 96, class), "nothing");
    assert_eq!(judged("patient_id", 96, |at| format!("P{at}")), "nothing");
}

#[test]
fn other_columns_are_asked_about_where_values_are_known_by_several_pictures() {
    let code = |at: usize| format!("DE{}", at / 4 * 991 + 12345);
    for name in [
        "cow",
        "ear_tag",
        "牛",
        "product_id",
        "source_image",
        "photo_id",
        "case_url",
        "md5",
    ] {
        assert_eq!(judged(name, 96, code), "asked", "{name}");
    }
    for name in [
        "license_id",
        "camera_id",
        "score",
        "bbox_id",
        "width",
        "caption",
    ] {
        assert_eq!(judged(name, 96, code), "nothing", "{name}");
    }
    type Told = (&'static str, fn(usize) -> String);
    let soils = word(&["sand", "clay", "loam", "peat", "silt", "chalk"]);
    let sources = word(&["flickr", "web", "own"]);
    assert_eq!(judged("ground", 96, soils), "nothing");
    assert_eq!(judged("source", 96, sources), "nothing");
    let others: [Told; 6] = [
        ("cow", |at| format!("DE{}", at * 991)),
        ("humus", |at| format!("{}.25", at / 4)),
        ("shot", |at| format!("2021-06-{:02}", at / 4)),
        ("ward", |at| (at % 3).to_string()),
        ("genus", |at| format!("G{}", at * 7 % 3)),
        ("remark", |at| {
            format!("seen in the year {} by two of us", at / 4)
        }),
    ];
    for (name, value) in others {
        assert_eq!(judged(name, 96, value), "nothing", "{name}");
    }
}

#[test]
fn one_value_may_be_written_in_several_ways() {
    assert_eq!(folded("P3", Fold::Number), folded(" p3", Fold::Number));
    assert_eq!(folded("3", Fold::Number), folded("03.0", Fold::Number));
    assert_ne!(folded("P3", Fold::Number), folded("P03", Fold::Number));
    assert_eq!(folded("P3", Fold::Code), folded("p03", Fold::Code));
    assert_eq!(folded("P100", Fold::Code).as_deref(), Some("p100"));
    assert_eq!(folded("0", Fold::Code).as_deref(), Some("0"));
    assert_ne!(folded("3.5", Fold::Code), folded("3", Fold::Code));
    for none in ["", "nan", "Unknown", "-1"] {
        assert_eq!(folded(none, Fold::Number), None, "{none}");
    }
    let floats = |at: usize| match at % 4 {
        3 => format!("{}.0", at / 8),
        _ => (at / 8).to_string(),
    };
    assert_eq!(judged("patient_id", 96, floats), "declared");
    let padded = |at: usize| match at % 4 {
        3 => format!("P0{}", at / 8),
        _ => format!("P{}", at / 8),
    };
    assert_eq!(judged("patient_id", 96, padded), "asked", "most likely one");
}

#[test]
fn tables_of_one_split_each_are_one_and_the_column_of_most_shared_samples_is_told() {
    let mut claim = claimed("patient_id", 96, true, |at| format!("P{}", at / 6));
    let all = claim.columns.remove(0);
    for (table, wanted) in [("train.csv", false), ("val.csv", true)] {
        let own = all.of.iter().filter(|(path, _)| {
            let at: usize = path[..4].parse().unwrap();
            (at % 4 == 3) == wanted
        });
        claim.columns.push(Column {
            name: if wanted { "PatientID" } else { "patient_id" }.to_owned(),
            table: table.to_owned(),
            of: own
                .map(|(path, value)| (path.clone(), value.clone()))
                .collect(),
        });
    }
    claim.columns.push(Column {
        name: "subject".to_owned(),
        table: "own.csv".to_owned(),
        of: all
            .of
            .keys()
            .map(|path| (path.clone(), path.clone()))
            .collect(),
    });
    assert!(tell(&mut claim, Path::new(""), &[]).is_empty());
    assert!(claim.drafts.iter().all(|draft| draft.group.is_some()));
    let said = "groups in column `patient_id` of `train.csv, val.csv`";
    assert!(claim.evidence.ends_with(said), "{}", claim.evidence);
}

#[test]
fn groups_kept_apart_are_told_and_a_narrower_column_that_crosses_goes_before() {
    let apart = |at: usize| format!("P{}", at / 8);
    let mut claim = claimed("patient_id", 96, false, apart);
    tell(&mut claim, Path::new(""), &[]);
    assert!(claim.evidence.contains("`patient_id`"));
    let mut claim = claimed("patient_id", 96, false, apart);
    claim.columns.push(Column {
        name: "video_id".to_owned(),
        table: "meta.csv".to_owned(),
        of: (0..96)
            .map(|at| (format!("{at:04}.png"), format!("V{}", at % 24)))
            .collect(),
    });
    tell(&mut claim, Path::new(""), &[]);
    assert!(claim.evidence.contains("`video_id`"), "{}", claim.evidence);
}

#[test]
fn values_that_splits_write_in_two_ways_are_asked_about() {
    let two = |train: &'static str, val: &'static str| {
        move |at: usize| match at % 4 {
            3 => format!("{val}{:03}", at / 8),
            _ => format!("{train}{}", at / 8),
        }
    };
    for (train, val) in [
        ("", "patient_"),
        ("sub-", ""),
        ("P ", "P_"),
        ("sub", "subject "),
    ] {
        assert_eq!(
            judged("patient_id", 96, two(train, val)),
            "asked",
            "{train} {val}"
        );
    }
    // Two hospitals, each with numbers of its own.
    assert_eq!(judged("patient_id", 96, two("A", "B")), "declared");
    let apart = |at: usize| match at % 4 {
        3 => format!("P_{}", at / 8 + 50),
        _ => format!("P {}", at / 8),
    };
    assert_eq!(judged("patient_id", 96, apart), "declared");
    // Of a column that the user named, they are one.
    let mut claim = claimed("patient_id", 96, true, |_| String::new());
    claim.columns.clear();
    for (at, draft) in claim.drafts.iter_mut().enumerate() {
        draft.group = Some(two("", "patient_")(at));
    }
    tell(&mut claim, Path::new(""), &[]);
    let groups: BTreeSet<_> = claim.drafts.iter().map(|draft| &draft.group).collect();
    assert_eq!(groups.len(), 12);
}

#[test]
fn an_entity_of_few_pictures_is_asked_about_where_it_crosses() {
    let asked = |name: &str, part: usize, value: fn(usize) -> String| {
        let mut claim = claimed(name, 96, true, value);
        let own = &mut claim.columns[0].of;
        own.retain(|path, _| path[..4].parse::<usize>().unwrap() / 4 % part == 0);
        !tell(&mut claim, Path::new(""), &[]).is_empty()
    };
    assert!(asked("patient_id", 5, |at| format!("P{}", at / 8)));
    assert!(
        !asked("patient_id", 24, |at| format!("P{}", at / 8)),
        "too few"
    );
    assert!(!asked("cow", 5, |at| format!("P{}", at / 8)), "no entity");
    let apart = |at: usize| format!("P{}-{}", at / 8, u8::from(at % 4 == 3));
    assert!(!asked("patient_id", 5, apart));
}

/// Pairs of a wider column and of one of numbers, sixteen of each of three, split by pair or not.
fn told_of_pairs(wider: &str, is_mixed: bool) -> (String, usize) {
    let mut claim = claimed("patient", 96, is_mixed, |at| (at / 2 % 16 + 1).to_string());
    let wide = claimed(wider, 96, is_mixed, |at| format!("h{}", at / 32));
    claim.columns.extend(wide.columns);
    let asked = tell(&mut claim, Path::new(""), &[]).len();
    (claim.evidence, asked)
}

#[test]
fn numbers_within_a_wider_column_are_groups_with_it() {
    for is_mixed in [true, false] {
        let (said, asked) = told_of_pairs("hospital", is_mixed);
        assert!(said.contains("`hospital+patient`"), "{said}");
        assert_eq!(asked, 0);
    }
    // What is not surely wider leaves open what a number means, unless pairs cross, too.
    assert_eq!(told_of_pairs("ward", false).1, 1);
    let (said, _) = told_of_pairs("ward", true);
    assert!(said.contains("`patient`"), "{said}");
    assert!(told_of_pairs("view", false).0.contains("`patient`"));
}

#[test]
fn places_part_recordings_whether_they_are_asked_about_or_not() {
    let told = |name: &str, value: fn(usize) -> String| -> Vec<(bool, bool)> {
        let mut claim = claimed(name, 96, true, value);
        let told = tell(&mut claim, Path::new(""), &[]).into_iter();
        told.map(|one| (one.places, one.is_open)).collect()
    };
    assert_eq!(told("location", |at| format!("L{at}")), [(true, false)]);
    assert_eq!(
        told("location", |at| format!("L{}", at / 4)),
        [(true, true)]
    );
    // Where in the picture, and no place.
    assert_eq!(
        told("location", |at| ["left", "right"][at % 2].to_owned()),
        []
    );
    assert_eq!(told("flight", |at| format!("L{at}")), []);
}

#[test]
fn names_that_pictures_had_before_are_read_where_they_are_others() {
    let told = |name: &str, value: fn(usize) -> String| -> Option<bool> {
        let mut claim = claimed(name, 96, true, value);
        let told = tell(&mut claim, Path::new(""), &[]);
        told.first().map(|one| one.are_names)
    };
    let patient = |at: usize| format!("patient{:03}_{at}.png", at / 6);
    assert_eq!(told("old_name", patient), Some(true));
    assert_eq!(told("original_filename", patient), Some(true));
    assert_eq!(told("caption", patient), None);
    // As they are called now, and without a number.
    assert_eq!(told("old_name", |at| format!("raw/{at:04}.tif")), None);
    assert_eq!(told("old_name", |at| "x".repeat(at + 1)), None);
}
