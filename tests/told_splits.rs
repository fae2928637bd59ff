//! Splits that names and texts tell in other ways than `train` and `val`: lists of several domains,
//! tables in text files, folders that begin with their split, words of other languages.

use crate::workspace::Workspace;

/// A picture that is evaluated on, and one to train on whose bytes it has where it leaks.
const LEAKING: (u32, u32) = (9, 1);

/// The verdict and the status of a tree of pictures under the gate that lets nothing pass. Pictures
/// are called by `named` for 0 to 7 to train on, 8 to 11 to evaluate on.
fn judged(
    leaks: bool,
    named: impl Fn(u32) -> String,
    texts: impl FnOnce(&Workspace, &dyn Fn(u32) -> String),
) -> (String, i32) {
    let workspace = Workspace::new();
    for at in 0..12 {
        let (evaluated, trained) = LEAKING;
        let seed = if leaks && at == evaluated {
            trained
        } else {
            at
        };
        workspace.image(&named(at), seed + 1);
    }
    texts(&workspace, &named);
    let (report, status) = workspace.check(&["--max-leakage", "0", "--strict"]);
    let verdict = report["verdict"].as_str().unwrap_or_default().to_owned();
    (verdict, status)
}

/// What is expected of a tree that leaks or not.
fn wanted(leaks: bool) -> (String, i32) {
    let verdict = if leaks { "leaks" } else { "clear" };
    (verdict.to_owned(), i32::from(leaks))
}

/// A name that tells nothing.
fn plain(at: u32) -> String {
    format!("img/{:05}.png", at * 7919 % 99_991)
}

fn lines(of: std::ops::Range<u32>, line: impl Fn(u32) -> String) -> String {
    of.map(|at| line(at) + "\n").collect()
}

#[test]
fn folders_are_splits_in_other_languages_and_in_short() {
    for (train, evaluated) in [
        ("entraînement", "évaluation"),
        ("entrainement", "validation"),
        ("обучение", "проверка"),
        ("eğitim", "doğrulama"),
        ("学習用", "評価用"),
        ("treino", "teste"),
        ("imagesTr", "imagesTs"),
        ("DUTS-TR", "DUTS-TE"),
        ("trn", "vld"),
    ] {
        for leaks in [false, true] {
            let named = |at: u32| {
                let split = if at < 8 { train } else { evaluated };
                format!("{split}/{:05}.png", at * 7919 % 99_991)
            };
            let told = judged(leaks, named, |_, _| {});
            assert_eq!(told, wanted(leaks), "{train} {evaluated}");
        }
    }
    // Languages of texts are none.
    let named = |at: u32| format!("{}/{at:05}.png", if at < 8 { "tr" } else { "te" });
    let told = judged(false, named, |workspace, _| {
        workspace.image("en/0.png", 77);
    });
    assert_eq!(told.1, 2);
}

#[test]
fn folders_that_begin_with_their_split_are_one_split_together() {
    for leaks in [false, true] {
        let named = |at: u32| {
            let split = if at < 8 { "Training" } else { "Test" };
            format!("jpeg/Mass-{split}_P_{:05}_LEFT/1.png", at * 7919 % 99_991)
        };
        assert_eq!(judged(leaks, named, |_, _| {}), wanted(leaks));
    }
}

#[test]
fn lists_of_several_domains_are_judged_each_by_itself() {
    let named = |at: u32| format!("{}/{at:05}.png", ["art", "real"][at as usize % 2]);
    for leaks in [false, true] {
        let told = judged(leaks, named, |workspace, named| {
            for (remainder, domain) in ["art", "real"].into_iter().enumerate() {
                let of = |range: std::ops::Range<u32>| {
                    let own = range.filter(|at| at % 2 == remainder as u32);
                    own.map(|at| format!("{} 0\n", named(at)))
                        .collect::<String>()
                };
                workspace.file(&format!("{domain}_train.txt"), of(0..8));
                workspace.file(&format!("{domain}_test.txt"), of(8..12));
            }
        });
        assert_eq!(told, wanted(leaks));
    }
    // Which domain a list without its partner belongs to is not guessed.
    let told = judged(false, named, |workspace, named| {
        workspace.file("art_train.txt", lines(0..4, named));
        workspace.file("real_train.txt", lines(4..8, named));
        workspace.file("clip_test.txt", lines(8..12, named));
    });
    assert_eq!(told.1, 2);
}

#[test]
fn lists_beside_a_plain_test_list_are_splits_with_it() {
    for leaks in [false, true] {
        for (train, val) in [("train_gt", "val_gt"), ("train_val_list", "eval_list")] {
            let told = judged(leaks, plain, |workspace, named| {
                // As written from the root of another machine, with a mask and flags.
                let line = |at: u32| format!("/{} /masks/{at}.png 1 0", named(at));
                workspace.file(&format!("list/{train}.txt"), lines(0..8, line));
                workspace.file(&format!("list/{val}.txt"), lines(8..10, line));
                workspace.file("list/test.txt", lines(10..12, line));
            });
            assert_eq!(told, wanted(leaks), "{train}");
        }
    }
}

#[test]
fn a_text_with_a_header_is_a_table() {
    let table = |group: &dyn Fn(u32) -> u32| {
        let mut text = "12\nimage_name   item_id evaluation_status\n".to_owned();
        for at in 0..12 {
            let split = if at < 8 { "train" } else { "gallery" };
            let row = format!("{}  id_{:07} {split}\n", plain(at), group(at) * 7919);
            text.push_str(&row);
        }
        text
    };
    let judged = |group: &dyn Fn(u32) -> u32| {
        judged(false, plain, |workspace, _| {
            workspace.file("list_eval_partition.txt", table(group));
        })
    };
    // Two pictures of each item, on one side, and on both.
    assert_eq!(judged(&|at| at / 2), wanted(false));
    let shared = judged(&|at| at % 6);
    assert_ne!(shared.0, "clear");
    assert_eq!(shared.1, 1);
}

#[test]
fn tables_of_folds_beside_a_test_folder_leave_folds_open() {
    let named = |at: u32| {
        let folder = if at < 8 { "train" } else { "test" };
        format!("{folder}/{:05}.png", at * 7919 % 99_991)
    };
    let table = |workspace: &Workspace, named: &dyn Fn(u32) -> String| {
        let row = |at: u32| {
            let name = named(at);
            format!("{},{}", name.trim_start_matches("train/"), at % 4)
        };
        workspace.file(
            "train_folds.csv",
            "image,fold\n".to_owned() + &lines(0..8, row),
        );
    };
    let told = judged(false, named, table);
    assert_eq!(told, ("unknown".to_owned(), 1));
    // Answered by leaving the table out, and by judging the folds.
    let workspace = Workspace::new();
    for at in 0..12 {
        workspace.image(&named(at), at + 1);
    }
    table(&workspace, &named);
    let strict = ["--max-leakage", "0", "--strict"];
    let (report, status) = workspace.check(&[&strict[..], &["--layout", "image-folder"]].concat());
    assert_eq!((report["verdict"].as_str(), status), (Some("clear"), 0));
    let (report, _) = workspace.check(&[&strict[..], &["--folds", "fold"]].concat());
    assert_eq!(report["leakage"].as_array().unwrap().len(), 4);
}

#[test]
fn a_list_that_is_given_is_read_as_one_of_the_tree_is() {
    // Pairs of which the second pictures of both splits are one; folders of frames; names only.
    let pairs = |at: u32| {
        format!(
            "{} {} 1",
            plain(at),
            plain(if at == 9 { 1 } else { at + 12 })
        )
    };
    let frames = |at: u32| format!("clip{at}");
    for (leaks, line) in [(true, &pairs as &dyn Fn(u32) -> String), (false, &frames)] {
        let workspace = Workspace::new();
        for at in 0..24 {
            workspace.image(&plain(at), at + 1);
            workspace.image(&format!("frames/clip{at}/{at}.png"), at + 101);
        }
        workspace.file("lists/train.txt", lines(0..8, line));
        workspace.file("lists/held.txt", lines(8..12, line));
        let run = workspace.run(&[
            "check",
            "--train",
            "lists/train.txt",
            "--val",
            "lists/held.txt",
            "--strict",
            "--max-leakage",
            "0",
            "--quiet",
            "--json",
            "-",
        ]);
        let verdict = if leaks {
            "\"verdict\": \"leaks\""
        } else {
            "\"verdict\": \"clear\""
        };
        assert!(
            run.stdout.contains(verdict),
            "{}\n{}",
            run.stdout,
            run.stderr
        );
        assert_eq!(run.status, i32::from(leaks), "{}", run.stderr);
    }
}

#[test]
fn cases_of_json_folds_are_pictures_that_begin_so() {
    let named = |at: u32| {
        format!(
            "Dataset1/imagesTr/case_{:03}_{:02}_0000.png",
            at / 3,
            at % 3
        )
    };
    for leaks in [false, true] {
        let told = judged(leaks, named, |workspace, _| {
            for at in 0..12 {
                let mask = named(at)
                    .replace("imagesTr", "labelsTr")
                    .replace("_0000", "");
                let drawn = image::RgbImage::from_fn(96, 72, |x, y| {
                    let inside = x > 10 + 5 * at && y > 20;
                    image::Rgb([u8::from(inside) * 255; 3])
                });
                workspace.file(&mask, crate::workspace::encode(&drawn, "x.png"));
            }
            let folds = r#"[{"train": ["case_000", "case_001"], "val": ["case_002", "case_003"]}]"#;
            workspace.file("Dataset1/splits_final.json", folds);
        });
        // Masks are none of the pictures.
        assert_eq!(told, wanted(leaks), "{leaks}");
    }
}

#[test]
fn splits_by_name_in_json_and_lists_of_several_fields_are_read() {
    for leaks in [false, true] {
        let told = judged(leaks, plain, |workspace, named| {
            let of = |at: u32| {
                format!(
                    "\"{}\": \"{}\"",
                    named(at),
                    if at < 8 { "train" } else { "val" }
                )
            };
            let all: Vec<String> = (0..12).map(of).collect();
            workspace.file("split.json", format!("{{{}}}", all.join(", ")));
        });
        assert_eq!(told, wanted(leaks), "by name");
        let told = judged(leaks, plain, |workspace, named| {
            let line = |at: u32| format!("{at}\t{}\t{}", at % 2, named(at));
            workspace.file("train.lst", lines(0..8, line));
            workspace.file("val.lst", lines(8..12, line));
        });
        assert_eq!(told, wanted(leaks), "numbered");
        let told = judged(leaks, plain, |workspace, named| {
            let line = |at: u32| format!("/home/x/{}", named(at));
            let moved = |at: u32| workspace.copy(&named(at), &format!("data/{}", named(at)));
            for at in 0..12 {
                moved(at);
                std::fs::remove_file(workspace.path(&format!("data/{}", named(at)))).unwrap();
            }
            workspace.file("train.txt", lines(0..8, line));
            workspace.file("val.txt", lines(8..12, line));
        });
        assert_eq!(told, wanted(leaks), "of another machine");
    }
}

#[test]
fn where_nothing_is_understood_what_was_seen_is_named_once() {
    let workspace = Workspace::new();
    for at in 0..6 {
        workspace.image(
            &format!("{}/{at}.png", if at < 4 { "alpha" } else { "beta" }),
            at + 1,
        );
    }
    let folders = workspace.run(&["check", ".", "--strict", "--max-leakage", "0"]);
    assert_eq!(folders.status, 2);
    let advice = "`--role alpha=training --role beta=validation`";
    let text = folders.stdout.replace("\n  ", " ");
    assert_eq!(text.matches(advice).count(), 1, "{}", folders.stdout);
    let told = [
        "check",
        ".",
        "--role",
        "alpha=training",
        "--role",
        "beta=validation",
        "--strict",
    ];
    assert_eq!(workspace.run(&told).status, 0);
    workspace
        .file("train.csv", "id,label\n7001,cat\n")
        .file("val.csv", "id,label\n7002,dog\n");
    let tables = workspace.run(&["check", "."]).stdout.replace("\n  ", " ");
    assert_eq!(
        tables
            .matches("`train.csv`, `val.csv` may tell splits")
            .count(),
        1,
        "{tables}"
    );
}

#[test]
fn a_column_of_words_for_splits_counts_where_it_divides_the_pictures() {
    let table = |folds: u32| {
        let mut text = "fold,part,confidence,file\n".to_owned();
        for (fold, at) in (0..folds).flat_map(|fold| (0..12).map(move |at| (fold, at))) {
            let part = if (at + 4 * fold) % 12 < 8 {
                "train"
            } else {
                "test"
            };
            // The number of every row is the name of a picture, too.
            text.push_str(&format!("{fold},{part},1,s3://bucket/{}\n", plain(at)));
        }
        text
    };
    for (folds, status) in [(1, 0), (3, 2)] {
        let told = judged(false, plain, |workspace, _| {
            workspace
                .image("img/1.png", 50)
                .file("data.csv", table(folds));
        });
        assert_eq!(told.1, status, "{folds}: {told:?}");
    }
}
