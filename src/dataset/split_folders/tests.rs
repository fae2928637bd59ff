use super::*;

#[test]
fn datasets_called_by_one_word_and_a_number_may_be_patients_and_folds_are_none() {
    let are = |parts: &[&str]| perhaps_entities(parts.iter().copied()).is_some();
    assert!(are(&["P001", "P002", "P003", "P010"]));
    assert!(are(&[
        "data/plant 1",
        "data/plant 2",
        "data/plant 3",
        "data/plant 4"
    ]));
    assert!(!are(&["P001", "P002", "P003"]));
    assert!(!are(&["fold0", "fold1", "fold2", "fold3"]));
    assert!(!are(&["2017", "2018", "2019", "2020"]));
    assert!(!are(&["bottle", "cable1", "cable2", "grid1"]));
}

#[test]
fn folders_without_pictures_name_no_splits_of_their_own() {
    let directories = ["gt", "gt/train", "gt/val", "x", "x/train", "x/val"];
    let directories = directories.map(ToOwned::to_owned);
    let found = split_folders(
        &directories,
        &BTreeMap::new(),
        ["x/train/1.png", "x/val/2.png"].into_iter(),
    );
    let names: BTreeSet<&str> = found.0.values().map(|one| one.split.as_str()).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["train", "val"]);
}

/// `split part class` of the folder around each file; directories are those of the files.
fn told(files: &[&str]) -> Vec<String> {
    let mut directories = BTreeSet::new();
    for file in files {
        let ends = file.match_indices('/').map(|(at, _)| at);
        directories.extend(ends.map(|end| file[..end].to_owned()));
    }
    let directories: Vec<String> = directories.into_iter().collect();
    let found = split_folders(&directories, &BTreeMap::new(), files.iter().copied());
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let of = |file: &&str| {
        let around = found.around(file);
        around.map_or("outside".to_owned(), |(one, _)| {
            format!("{} {} {}", one.split, or(&one.part), or(&one.class))
        })
    };
    files.iter().map(of).collect()
}

#[test]
fn many_folders_that_begin_with_their_split_are_one_split() {
    let one = |split: &str, at: usize| format!("jpeg/Mass-{split}_P_{at:05}_LEFT/1.jpg");
    let mut files: Vec<String> = (0..5).map(|at| one("Training", at)).collect();
    files.extend((4..6).map(|at| one("Test", at)));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let split = |split: &'static str| move |_| format!("Mass-{split} - -");
    let training = (0..5).map(split("Training"));
    let expected: Vec<String> = training.chain((0..2).map(split("Test"))).collect();
    assert_eq!(told(&files), expected);
    // Few are splits of their own, and so are folders called by nothing else.
    let few = told(&[
        "train_a/1.png",
        "train_b/2.png",
        "test_a/3.png",
        "test_b/4.png",
    ]);
    assert_eq!(
        few,
        ["train_a - -", "train_b - -", "test_a - -", "test_b - -"]
    );
}

#[test]
fn folders_with_both_sides_are_parts() {
    let files = [
        "fold0/train/a/1.png",
        "fold0/val/a/2.png",
        "fold1/train/a/2.png",
    ];
    let one = told(&files);
    assert_eq!(one, ["train - -", "val - -", "fold1/train - -"]);
    let two = told(&[
        files[0],
        files[1],
        files[2],
        "fold1/val/a/1.png",
        "test/x.png",
    ]);
    let expected = [
        "fold0/train fold0 -",
        "fold0/val fold0 -",
        "fold1/train fold1 -",
        "fold1/val fold1 -",
        "test - -",
    ];
    assert_eq!(two, expected);
}

#[test]
fn a_copy_inside_a_dataset_is_a_part() {
    let files = [
        "x/train/c/1.png",
        "x/val/c/2.png",
        "x/x/train/c/1.png",
        "x/x/val/c/2.png",
    ];
    let expected = [
        "x/train x -",
        "x/val x -",
        "x/x/train x/x -",
        "x/x/val x/x -",
    ];
    assert_eq!(told(&files), expected);
}

#[test]
fn splits_within_a_folder_to_train_on_are_splits_of_their_own() {
    let both = ["train/train/c/1.png", "train/val/c/2.png", "test/c/3.png"];
    assert_eq!(told(&both), ["train - -", "val - -", "test - -"]);
    let flat = ["train/1.png", "train/val/2.png", "test/3.png"];
    assert_eq!(told(&flat), ["train - -", "train/val - -", "test - -"]);
    // A folder that is called as the one around it, and classes, are none.
    let doubled = [
        "train/train/c/1.png",
        "train/cat/2.png",
        "test/test/c/3.png",
    ];
    assert_eq!(told(&doubled), ["train - -", "train - -", "test - -"]);
}

#[test]
fn classes_above_the_splits_are_classes() {
    let cats = ["cat/train/1.png", "cat/val/2.png"];
    let both = told(&[cats[0], cats[1], "dog/train/3.png", "dog/val/4.png"]);
    assert_eq!(
        both,
        ["train - cat", "val - cat", "train - dog", "val - dog"]
    );
    let versions = told(&[
        "v1/train/1.png",
        "v1/val/2.png",
        "v2/train/1.png",
        "v2/val/2.png",
    ]);
    assert_eq!(versions[3], "v2/val v2 -");
}

#[test]
fn containers_are_the_split_that_one_word_of_their_names_spells() {
    let files = [
        "a/train-00001.tar!/x.png",
        "a/train-00002.tar!/x.png",
        "a/test_batch#1",
    ];
    let directories = [
        "a",
        "a/test_batch#",
        "a/train-00001.tar!",
        "a/train-00002.tar!",
    ];
    let directories = directories.map(ToOwned::to_owned);
    let found = split_folders(&directories, &BTreeMap::new(), files.into_iter());
    let splits = files.map(|file| &*found.around(file).unwrap().0.split);
    assert_eq!(splits, ["train", "train", "test"]);
}

#[test]
fn names_that_differ_in_the_word_for_the_split_are_splits() {
    let files = [
        "seg_train/seg_train/cat/1.png",
        "seg_test/cat/2.png",
        "steam_train/3.png",
    ];
    assert_eq!(told(&files), ["seg_train - -", "seg_test - -", "outside"]);
    let more = told(&[
        "train/1.png",
        "val/2.png",
        "test_seen/3.png",
        "test_masks/4.png",
    ]);
    assert_eq!(more, ["train - -", "val - -", "test_seen - -", "outside"]);
    let classes = told(&["cats/1.png", "test_cats/2.png"]);
    assert_eq!(classes, ["outside", "outside"]);
}
