//! Images inside other files: archives, arrays, tables.

use crate::workspace::{Workspace, codes, encode, leaked, paths_of, picture};
use miniz_oxide::deflate::compress_to_vec;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use std::sync::Arc;

fn png(seed: u32) -> Vec<u8> {
    encode(&picture(seed), "x.png")
}

type Members<'a> = [(&'a str, Vec<u8>)];

fn tar(members: &Members<'_>) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        // As it is, so that a test may lead out of the archive.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append(&header, content.as_slice()).unwrap();
    }
    archive.into_inner().unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    file.extend(compress_to_vec(content, 6));
    file.extend(crc32fast::hash(content).to_le_bytes());
    file.extend((content.len() as u32).to_le_bytes());
    file
}

/// A zip archive whose members are all deflated, or stored; with these bits among their flags.
fn zip(members: &Members<'_>, deflate: bool, flags: u16) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in members {
        let at = file.len() as u32;
        let packed = match deflate {
            true => compress_to_vec(content, 6),
            false => content.clone(),
        };
        let mut common = Vec::new();
        common.extend(flags.to_le_bytes());
        common.extend([if deflate { 8 } else { 0 }, 0, 0, 0, 0x21, 0]);
        common.extend(crc32fast::hash(content).to_le_bytes());
        common.extend((packed.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04\x14\0");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (at, count) = (file.len() as u32, members.len() as u16);
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(at.to_le_bytes());
    file.extend([0, 0]);
    file
}

/// A file of `NumPy` with these bytes.
fn npy(kind: &str, shape: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend((head.len() as u16).to_le_bytes());
    file.extend(head.as_bytes());
    file.extend(content);
    file
}

/// Pictures of these seeds, 96 x 72 in grey, one behind the other.
fn grey(seeds: &[u32]) -> Vec<u8> {
    let pictures = seeds.iter().map(|&seed| picture(seed));
    let luma = |picture: image::RgbImage| image::DynamicImage::ImageRgb8(picture).to_luma8();
    pictures
        .flat_map(|picture| luma(picture).into_raw())
        .collect()
}

/// A table as Hugging Face writes them: a structure of bytes and path, and a label with names.
fn table(rows: &[(u32, i64)]) -> Vec<u8> {
    table_with("label", rows)
}

/// The same with a column of this name.
fn table_with(column: &str, rows: &[(u32, i64)]) -> Vec<u8> {
    table_of(&format!("optional int64 {column};"), 1, rows)
}

/// The same with this column of whole numbers, perhaps as doubles, at a level of definition.
fn table_of(column: &str, level: i16, rows: &[(u32, i64)]) -> Vec<u8> {
    let is_double = column.contains("double");
    let schema = format!(
        "message schema {{ optional group image {{ optional binary bytes; \
         optional binary path (UTF8); }} {column} }}"
    );
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let names = json!({ "info": { "features": { "image": { "_type": "Image" },
        "label": { "names": ["cat", "dog"], "_type": "ClassLabel" } } } });
    let note = KeyValue::new("huggingface".to_owned(), names.to_string());
    let properties = WriterProperties::builder().set_key_value_metadata(Some(vec![note]));
    let mut file = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut file, schema, Arc::new(properties.build())).unwrap();
    // Two rows a group, so that there are several.
    for rows in rows.chunks(2) {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let bytes: Vec<ByteArray> = rows.iter().map(|row| png(row.0).into()).collect();
        let levels = vec![2; rows.len()];
        column
            .typed::<ByteArrayType>()
            .write_batch(&bytes, Some(&levels), None)
            .unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let none = vec![1; rows.len()];
        column
            .typed::<ByteArrayType>()
            .write_batch(&[], Some(&none), None)
            .unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let labels: Vec<i64> = rows.iter().map(|row| row.1).collect();
        let levels = vec![level; rows.len()];
        if is_double {
            let labels: Vec<f64> = labels.iter().map(|&label| label as f64).collect();
            let column = column.typed::<DoubleType>();
            column.write_batch(&labels, Some(&levels), None).unwrap();
        } else {
            let column = column.typed::<Int64Type>();
            column.write_batch(&labels, Some(&levels), None).unwrap();
        }
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    file
}

/// Evaluation samples that leak.
fn leaks(report: &Value) -> Vec<String> {
    let rows = report["leaked_samples"].as_array().unwrap().iter();
    rows.map(|row| row["evaluation"]["path"].as_str().unwrap().to_owned())
        .collect()
}

fn splits(report: &Value) -> Vec<String> {
    let splits = report["dataset"]["splits"].as_array().unwrap().iter();
    splits
        .map(|split| format!("{} {}", split["name"].as_str().unwrap(), split["samples"]))
        .collect()
}

fn not_read(report: &Value) -> String {
    report["coverage"]["not_read"].to_string()
}

#[test]
fn shards_of_a_split_are_one_split_and_their_classes_are_read() {
    let shard = |first: u32| {
        let members: Vec<_> = (first..first + 2)
            .flat_map(|seed| {
                let class = if seed % 2 == 0 { "cat" } else { "dog" };
                [
                    (format!("{seed:04}.png"), png(seed)),
                    (format!("{seed:04}.cls"), class.into()),
                ]
            })
            .collect();
        let members: Vec<(&str, Vec<u8>)> = members
            .iter()
            .map(|(name, content)| (name.as_str(), content.clone()))
            .collect();
        tar(&members)
    };
    for (ending, packed) in [("tar", false), ("tar.gz", true)] {
        let pack = |content: Vec<u8>| if packed { gzip(&content) } else { content };
        let workspace = Workspace::new();
        workspace
            .file(&format!("train-00000.{ending}"), pack(shard(0)))
            .file(&format!("train-00001.{ending}"), pack(shard(2)))
            .file(&format!("val-00000.{ending}"), pack(shard(3)));
        let (report, status) = workspace.check(&["--max-leakage", "0"]);
        assert_eq!(splits(&report), ["train 4", "val 2"], "{report:#}");
        assert_eq!(leaks(&report), [format!("val-00000.{ending}!/0003.png")]);
        assert_eq!(status, 1);
        let classes = report["dataset"]["splits"][0]["labels"].to_string();
        assert!(report.to_string().contains("dog"), "{classes}");
    }
}

#[test]
fn an_archive_of_split_folders_is_read_as_they_would_be() {
    let members = |leaks: bool| {
        [
            ("set/train/cat/1.png", png(1)),
            ("set/train/dog/2.png", png(2)),
            ("set/val/cat/3.png", png(if leaks { 1 } else { 3 })),
            ("__MACOSX/set/train/cat/._1.png", b"junk".to_vec()),
            ("set/README.md", b"text".to_vec()),
        ]
    };
    for deflate in [false, true] {
        for leaking in [false, true] {
            let workspace = Workspace::new();
            workspace.file("set.zip", zip(&members(leaking), deflate, 0));
            let (report, status) = workspace.check(&["--max-leakage", "0"]);
            assert_eq!(splits(&report), ["train 2", "val 1"]);
            assert_eq!(
                (leaked(&report), status),
                (u64::from(leaking), i32::from(leaking))
            );
        }
    }
    // Named by itself, it is the dataset.
    let workspace = Workspace::new();
    workspace.file("set.tar", tar(&members(true)));
    let (report, _) = workspace.check_dataset(&["set.tar"]);
    assert_eq!(leaks(&report), ["set.tar!/set/val/cat/3.png"]);
}

#[test]
fn texts_inside_an_archive_say_which_split_its_images_are_of() {
    let members = [
        ("images/1.png", png(1)),
        ("images/2.png", png(2)),
        ("images/3.png", png(1)),
        (
            "manifest.csv",
            b"path,split,label\nimages/1.png,train,a\nimages/2.png,train,b\nimages/3.png,val,a\n"
                .to_vec(),
        ),
    ];
    let workspace = Workspace::new();
    workspace.file("set.zip", zip(&members, true, 0));
    let (report, _) = workspace.check(&[]);
    assert_eq!(splits(&report), ["train 2", "val 1"], "{report:#}");
    assert_eq!(leaks(&report), ["set.zip!/images/3.png"]);
}

#[test]
fn splits_may_be_given_as_archives() {
    let workspace = Workspace::new();
    workspace
        .file("a.tar", tar(&[("1.png", png(1)), ("2.png", png(2))]))
        .file("b.zip", zip(&[("1.png", png(2))], true, 0));
    let (report, _) = workspace.check_dataset(&["--train", "a.tar", "--val", "b.zip"]);
    assert_eq!(leaks(&report), ["b.zip!/1.png"]);
}

#[test]
fn rows_of_tables_are_images_and_their_labels_have_names() {
    let workspace = Workspace::new();
    workspace
        .file(
            "data/train-00000-of-00001.parquet",
            table(&[(1, 0), (2, 1), (3, 0), (4, 1), (5, 0)]),
        )
        .file(
            "data/test-00000-of-00001.parquet",
            table(&[(6, 0), (4, 0), (7, 1)]),
        );
    let (report, _) = workspace.check(&[]);
    assert_eq!(splits(&report), ["train 5", "test 3"]);
    assert_eq!(leaks(&report), ["data/test-00000-of-00001.parquet#1"]);
    let conflict = paths_of(&report, "label-conflict");
    assert_eq!(conflict.len(), 2, "{report:#}");
}

#[test]
fn a_table_without_images_hides_none_and_a_damaged_one_does() {
    let workspace = Workspace::new();
    let table = table(&[(1, 0), (2, 1)]);
    workspace
        .image("train/1.png", 1)
        .image("val/2.png", 2)
        .file("val/x.parquet", &table[..table.len() - 9]);
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert!(
        not_read(&report).contains("is no table that can be read"),
        "{}",
        not_read(&report)
    );
    assert_eq!(status, 2);
}

#[test]
fn arrays_of_pictures_are_read_whatever_their_numbers_are() {
    let train = grey(&[1, 2, 3]);
    let val = grey(&[4, 2]);
    let float: Vec<u8> = val
        .iter()
        .flat_map(|&level| (f32::from(level) / 255.0).to_le_bytes())
        .collect();
    let labels = |labels: &[u8]| npy("|u1", &format!("({},)", labels.len()), labels);
    let workspace = Workspace::new();
    workspace
        .file("x_train.npy", npy("|u1", "(3, 72, 96)", &train))
        .file("y_train.npy", labels(&[7, 8, 9]))
        .file("x_val.npy", npy("<f4", "(2, 72, 96, 1)", &float));
    let (report, _) = workspace.check(&[]);
    assert_eq!(splits(&report), ["train 3", "val 2"], "{report:#}");
    assert_eq!(leaks(&report), ["x_val.npy#1"]);

    let arrays = [
        ("x_train.npy", npy("|u1", "(3, 72, 96)", &train)),
        ("y_train.npy", labels(&[7, 8, 9])),
        ("x_test.npy", npy("|u1", "(2, 72, 96)", &val)),
        ("y_test.npy", labels(&[7, 7])),
    ];
    for deflate in [false, true] {
        let workspace = Workspace::new();
        workspace.file("digits.npz", zip(&arrays, deflate, 0));
        let (report, _) = workspace.check(&[]);
        assert_eq!(splits(&report), ["train 3", "test 2"]);
        assert_eq!(leaks(&report), ["digits.npz!/x_test#1"]);
        assert_eq!(paths_of(&report, "label-conflict").len(), 2, "{report:#}");
    }
}

#[test]
fn arrays_that_are_no_pictures_are_not_taken_for_some() {
    let workspace = Workspace::new();
    let far: Vec<u8> = [-1000.0_f32, 3000.0]
        .iter()
        .cycle()
        .take(400)
        .flat_map(|one| one.to_le_bytes())
        .collect();
    workspace
        .image("train/1.png", 1)
        .image("val/2.png", 2)
        .file("val/2.npy", npy("|u1", "(20, 20)", &[9; 400]))
        .file("val/ct.npy", npy("<f4", "(20, 20)", &far));
    let (report, _) = workspace.check(&[]);
    assert_eq!(
        splits(&report),
        ["train 1", "val 1"],
        "a depth map belongs to its picture"
    );
    assert!(not_read(&report).contains("val/ct.npy"));
}

#[test]
fn links_in_archives_are_what_they_lead_to() {
    let with = |kind: tar::EntryType, name: &str, target: &str| {
        let files = [
            ("train/1.png", png(1)),
            ("train/2.png", png(2)),
            ("val/3.png", png(3)),
        ];
        // Without the two blocks at its end.
        let mut files = tar(&files);
        files.truncate(files.len() - 1024);
        let mut archive = tar::Builder::new(files);
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        archive.append_link(&mut header, name, target).unwrap();
        let workspace = Workspace::new();
        workspace.file("data.tar", archive.into_inner().unwrap());
        workspace.check(&["--max-leakage", "0"])
    };
    use tar::EntryType::{Link, Symlink};
    for (kind, name, target) in [
        (Link, "val/9.png", "train/1.png"),
        (Symlink, "val/9.png", "../train/1.png"),
    ] {
        let (report, status) = with(kind, name, target);
        assert_eq!(leaks(&report), ["data.tar!/val/9.png"], "{target}");
        assert_eq!(status, 1);
    }
    let (report, _) = with(Symlink, "val/more", "../train");
    assert_eq!(leaks(&report).len(), 2);
    let (report, _) = with(Symlink, "val/all", "..");
    assert_eq!(leaks(&report).len(), 2);
    for (kind, name, target) in [
        (Symlink, "val/9.png", "/else/1.png"),
        (Link, "val/9.png", "gone.png"),
        (Symlink, "val/more", "../../else"),
    ] {
        let (report, status) = with(kind, name, target);
        assert_eq!(report["verdict"], "unknown", "{target}");
        assert_eq!(status, 2);
    }
    assert_eq!(
        with(Symlink, "val/notes.md", "gone.md").0["verdict"],
        "clear"
    );
}

#[test]
fn what_a_damaged_archive_of_splits_lost_may_be_of_any_of_them() {
    let members = [
        ("train/1.png", png(1)),
        ("val/2.png", png(2)),
        ("val/3.png", png(3)),
    ];
    let whole = tar(&members);
    let workspace = Workspace::new();
    workspace.file("data.tar", &whole[..whole.len() - 1024 - 600]);
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert!(not_read(&report).contains("is damaged behind `data.tar!/val/2.png`"));
    assert_eq!(report["verdict"], "unknown");
    assert_eq!(status, 2);
}

#[test]
fn an_archive_behind_the_end_of_another_is_read_too() {
    let workspace = Workspace::new();
    let both = [tar(&[("2.png", png(2))]), tar(&[("1.png", png(1))])].concat();
    workspace
        .file("train.tar", tar(&[("1.png", png(1))]))
        .file("val.tar", both);
    let (report, _) = workspace.check(&[]);
    assert_eq!(leaks(&report), ["val.tar!/1.png"]);
}

/// The verdict, and how many groups both splits have.
fn shared(workspace: &Workspace, options: &[&str]) -> (Value, Value) {
    let (report, _) = workspace.check(options);
    let shared = &report["recordings"]["groups"][0]["shared"];
    (report["verdict"].clone(), shared.clone())
}

#[test]
fn columns_of_tables_beside_their_pictures_tell_groups_and_are_asked_about() {
    let rows = |seeds: std::ops::Range<u32>, from: i64| -> Vec<(u32, i64)> {
        let row = |seed| (seed, from + i64::from(seed % 6) * 37);
        seeds.map(row).collect()
    };
    let tables_of = |column: &str, level: i16, from: i64| {
        let workspace = Workspace::new();
        let train = table_of(column, level, &rows(1..25, 1000));
        workspace.file("train-00000-of-00001.parquet", train);
        let test = table_of(column, level, &rows(25..37, from));
        workspace.file("test-00000-of-00001.parquet", test);
        workspace
    };
    let tables = |column: &str, from| tables_of(&format!("optional int64 {column};"), 1, from);
    let leaks = ("leaks".into(), 6.into());
    assert_eq!(shared(&tables("patient_id", 1000), &[]), leaks);
    assert_eq!(
        shared(&tables("patient_id", 9000), &[]),
        ("clear".into(), 0.into())
    );
    let parent = tables("source_image", 1000);
    assert_eq!(shared(&parent, &[]).0, "unknown");
    assert_eq!(shared(&parent, &["--group-column", "source_image"]), leaks);
    assert_eq!(shared(&tables("license", 1000), &[]).0, "clear");
    let double = tables_of("optional double case_id;", 1, 1000);
    assert_eq!(shared(&double, &[]), leaks);
    let inside = "optional group meta { optional int64 patient; }";
    assert_eq!(shared(&tables_of(inside, 2, 1000), &[]), leaks);
}

#[test]
fn arrays_and_json_beside_pictures_in_containers_tell_groups() {
    let subjects = |count: u8| -> Vec<u8> {
        let numbers: Vec<u8> = (0..count).map(|at| at % 6).collect();
        npy("|u1", &format!("({count},)"), &numbers)
    };
    let pictures = |seeds: std::ops::Range<u32>| {
        let seeds: Vec<u32> = seeds.collect();
        npy("|u1", &format!("({}, 72, 96)", seeds.len()), &grey(&seeds))
    };
    let arrays = |name: &str| {
        let arrays = [
            ("x_train.npy", pictures(1..25)),
            (&*format!("{name}_train.npy"), subjects(24)),
            ("x_test.npy", pictures(25..37)),
            (&*format!("{name}_test.npy"), subjects(12)),
        ];
        let workspace = Workspace::new();
        workspace.file("data.npz", zip(&arrays, false, 0));
        shared(&workspace, &[])
    };
    assert_eq!(arrays("subjects"), ("leaks".into(), 6.into()));
    assert_eq!(arrays("ages").0, "clear");
    let shards = |key: &str| {
        let workspace = Workspace::new();
        for (split, seeds) in [("train", 1..25_u32), ("val", 25..37)] {
            let mut members = Vec::new();
            for seed in seeds {
                members.push((format!("{seed:06}.png"), png(seed)));
                let json = format!("{{\"{key}\": \"P{}\"}}", seed % 6);
                members.push((format!("{seed:06}.json"), json.into_bytes()));
            }
            let members: Vec<(&str, Vec<u8>)> = members
                .iter()
                .map(|(name, content)| (name.as_str(), content.clone()))
                .collect();
            workspace.file(&format!("{split}-000000.tar"), tar(&members));
        }
        shared(&workspace, &[]).0
    };
    assert_eq!(shards("patient_id"), "leaks");
    assert_eq!(shards("camera"), "clear");
}

#[test]
fn idx_files_are_read_with_their_labels_gzipped_or_not() {
    let pictures = |seeds: &[u32]| {
        let mut file = vec![0, 0, 8, 3];
        for length in [seeds.len() as u32, 72, 96] {
            file.extend(length.to_be_bytes());
        }
        file.extend(grey(seeds));
        file
    };
    let labels = |labels: &[u8]| {
        let mut file = vec![0, 0, 8, 1];
        file.extend((labels.len() as u32).to_be_bytes());
        file.extend(labels);
        file
    };
    for packed in [false, true] {
        let pack = |content: Vec<u8>| if packed { gzip(&content) } else { content };
        let ending = if packed { ".gz" } else { "" };
        let workspace = Workspace::new();
        let name = |name: &str| format!("raw/{name}{ending}");
        workspace
            .file(&name("train-images-idx3-ubyte"), pack(pictures(&[1, 2, 3])))
            .file(&name("train-labels-idx1-ubyte"), pack(labels(&[0, 1, 2])))
            .file(&name("t10k-images-idx3-ubyte"), pack(pictures(&[3, 4])))
            .file(&name("t10k-labels-idx1-ubyte"), pack(labels(&[0, 1])));
        let (report, _) = workspace.check(&[]);
        assert_eq!(splits(&report), ["train 3", "test 2"], "{report:#}");
        assert_eq!(
            leaks(&report),
            [format!("raw/t10k-images-idx3-ubyte{ending}#0")]
        );
        assert_eq!(paths_of(&report, "label-conflict").len(), 2);
    }
}

#[test]
fn pickled_batches_are_read_with_the_names_of_their_classes() {
    // {b'data': array of N x 3072 bytes, b'labels': [...]}, as protocol 2 writes it.
    let batch = |seeds: &[u32], labels: &[u8]| {
        let mut file = b"\x80\x02}q\0(U\x04datacnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R(K\x01K".to_vec();
        file.push(seeds.len() as u8);
        file.extend(b"M\0\x0c\x86cnumpy\ndtype\nU\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T");
        let pictures: Vec<u8> = seeds
            .iter()
            .flat_map(|&seed| {
                let small = image::imageops::thumbnail(&picture(seed), 32, 32);
                let pixels = small.into_raw();
                (0..3).flat_map(move |channel| pixels.clone().into_iter().skip(channel).step_by(3))
            })
            .collect();
        file.extend((pictures.len() as u32).to_le_bytes());
        file.extend(pictures);
        file.extend(b"tbU\x06labels]q\x01(");
        file.extend(labels.iter().flat_map(|&label| [b'K', label]));
        file.extend(b"eu.");
        file
    };
    let meta = b"\x80\x02}U\x0blabel_names](U\x08airplaneU\x04birdes.".to_vec();
    let members = [
        ("cifar-10-batches-py/data_batch_1", batch(&[1, 2], &[0, 1])),
        ("cifar-10-batches-py/data_batch_2", batch(&[3], &[1])),
        ("cifar-10-batches-py/test_batch", batch(&[4, 3], &[0, 0])),
        ("cifar-10-batches-py/batches.meta", meta),
    ];
    let workspace = Workspace::new();
    for (name, content) in &members {
        workspace.file(name, content);
    }
    let (report, _) = workspace.check(&[]);
    assert_eq!(splits(&report), ["train 3", "test 2"], "{report:#}");
    assert_eq!(leaks(&report), ["cifar-10-batches-py/test_batch#1"]);
    let text = report.to_string();
    assert!(text.contains("airplane") && text.contains("bird"));
}

#[test]
fn what_is_wrong_with_part_of_an_archive_is_told_and_the_rest_is_read() {
    let shard = tar(&[("1.png", png(1)), ("2.png", png(2)), ("../3.png", png(3))]);
    let workspace = Workspace::new();
    workspace.file("train.tar", &shard).file(
        "val.tar",
        &tar(&[("4.png", png(4)), ("5.png", png(5))])[..png(4).len() + 1100],
    );
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(splits(&report), ["train 2", "val 1"], "{report:#}");
    let not_read = not_read(&report);
    assert!(not_read.contains("leads out of its archive"), "{not_read}");
    assert!(
        not_read.contains("is damaged behind `val.tar!/4.png`"),
        "{not_read}"
    );
    assert_eq!(status, 2);
}

#[test]
fn encrypted_members_bombs_and_archives_in_archives_are_not_read() {
    let one = |content: Vec<u8>| {
        let workspace = Workspace::new();
        workspace
            .image("train/1.png", 1)
            .image("val/2.png", 2)
            .file("val/x.zip", content);
        let (report, status) = workspace.check(&["--max-leakage", "0"]);
        assert_eq!((leaked(&report), status), (0, 2), "{report:#}");
        not_read(&report)
    };
    assert!(one(zip(&[("a.png", png(1))], false, 1)).contains("is encrypted"));
    assert!(
        one(zip(&[("a.tar", tar(&[("1.png", png(1))]))], true, 0)).contains("inside an archive")
    );
    let mut bomb = zip(&[("a.png", png(1))], false, 0);
    // The directory, whose entry is 46 bytes and a name, claims four thousand million bytes.
    let at = bomb.len() - 22 - 51 + 24;
    bomb[at..at + 4].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F]);
    assert!(one(bomb).contains("zip bomb"));
}

#[test]
fn a_changed_byte_of_a_deflated_image_is_an_unreadable_image() {
    let mut file = zip(&[("a.png", png(1)), ("b.png", png(2))], true, 0);
    file[60] ^= 0x55;
    let workspace = Workspace::new();
    workspace.file("train.zip", file).image("val/3.png", 3);
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(report["coverage"]["unreadable"], 1, "{report:#}");
    assert_eq!(status, 2);
}

#[test]
fn a_shard_of_a_series_that_is_missing_is_told() {
    let workspace = Workspace::new();
    let shard = |seed| tar(&[("x.png", png(seed))]);
    workspace
        .file("train-00000-of-00001.tar", shard(1))
        .file("val-00000-of-00002.tar", shard(2));
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert!(not_read(&report).contains("val-00001-of-00002.tar"));
    assert_eq!(status, 2);
    assert!(codes(&report).contains(&"data-not-read".to_owned()));
}

#[test]
fn an_archive_of_files_that_lie_beside_it_is_left_alone() {
    let members = [("train/1.png", png(1)), ("val/2.png", png(2))];
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("val/2.png", 2);
    workspace.file("all.zip", zip(&members, true, 0));
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(splits(&report), ["train 1", "val 1"]);
    assert_eq!((leaked(&report), status), (0, 0), "{report:#}");
    assert!(
        report["coverage"]["ignored"]
            .to_string()
            .contains("lie beside it")
    );
}

#[test]
fn the_same_images_give_the_same_report_from_files_and_from_containers() {
    let rows: Vec<(String, u32)> = (0..6)
        .map(|seed| (format!("train/{seed}.png"), seed))
        .chain([("val/6.png".to_owned(), 2), ("val/7.png".to_owned(), 9)])
        .collect();
    let plain = Workspace::new();
    for (name, seed) in &rows {
        plain.image(name, *seed);
    }
    let contents: Vec<(&str, Vec<u8>)> = rows
        .iter()
        .map(|(name, seed)| (name.as_str(), png(*seed)))
        .collect();
    let packed = Workspace::new();
    packed.file("x.tar", tar(&contents));
    let deflated = Workspace::new();
    deflated.file("x.zip", zip(&contents, true, 0));
    let leakage = |workspace: &Workspace| workspace.check(&["--no-cache"]).0["leakage"].clone();
    let without_names = |value: Value| {
        value
            .to_string()
            .replace("x.tar!/", "")
            .replace("x.zip!/", "")
    };
    let expected = without_names(leakage(&plain));
    assert_eq!(without_names(leakage(&packed)), expected);
    assert_eq!(without_names(leakage(&deflated)), expected);
}

#[test]
fn a_changed_container_is_signed_again_and_the_others_come_from_the_cache() {
    let shard = |seed| tar(&[("x.png", png(seed))]);
    let workspace = Workspace::new();
    workspace
        .file("train.tar", shard(1))
        .file("val.tar", shard(2));
    let leaks_of = |workspace: &Workspace| leaked(&workspace.check(&["--cache", "cache"]).0);
    assert_eq!(leaks_of(&workspace), 0);
    workspace.file("val.tar", shard(1));
    assert_eq!(leaks_of(&workspace), 1);
    workspace.file("val.tar", shard(3));
    assert_eq!(leaks_of(&workspace), 0);
}

/// One file of each form that is read.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let members = [
        ("1.png", png(1)),
        ("1.cls", b"cat".to_vec()),
        ("2.png", png(2)),
    ];
    let arrays = [
        ("x_train.npy", npy("|u1", "(2, 72, 96)", &grey(&[1, 2]))),
        ("y_train.npy", npy("|u1", "(2,)", &[1, 2])),
    ];
    let mut idx = vec![0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 72, 0, 0, 0, 96];
    idx.extend(grey(&[1]));
    vec![
        ("x.tar", tar(&members)),
        ("x.tar.gz", gzip(&tar(&members))),
        ("x.zip", zip(&members, false, 0)),
        ("y.zip", zip(&members, true, 0)),
        ("x.npz", zip(&arrays, true, 0)),
        ("x.npy", arrays[0].1.clone()),
        ("x-idx3-ubyte", idx),
        ("x.parquet", table(&[(1, 0), (2, 1), (3, 0)])),
    ]
}

#[test]
fn no_change_of_a_container_ends_its_reading() {
    use splitleak::dataset;
    use splitleak::progress::Silent;
    use splitleak::sample::SampleId;
    use splitleak::settings::{Columns, Files, Input};
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let (mut read, mut refused) = (0, 0);
    for (name, content) in forms() {
        for _ in 0..60 {
            let mut changed = content.clone();
            match random(4) {
                0 => changed.truncate(random(content.len())),
                // Heads stand at the beginning or at the end.
                1 => {
                    let at = random(content.len().min(600));
                    changed[at] = random(256) as u8;
                }
                2 => {
                    let at = content.len() - 1 - random(content.len().min(600));
                    changed[at] = random(256) as u8;
                }
                _ => {
                    let at = random(content.len() - 4);
                    changed[at..at + 4].copy_from_slice(&[0xFF; 4]);
                }
            }
            let workspace = Workspace::new();
            workspace
                .image("train/0.png", 0)
                .file(&format!("val/{name}"), changed);
            let input = Input::Tree {
                root: workspace.root().to_owned(),
                layout: None,
            };
            let dataset = dataset::load(&input, &Columns::default(), &Files::default(), &Silent);
            let dataset = dataset.unwrap();
            for id in (0..dataset.samples.len() as u32).map(SampleId) {
                match dataset.source(id).bytes() {
                    Ok(_) => read += 1,
                    Err(_) => refused += 1,
                }
            }
            let inside = dataset
                .samples
                .iter()
                .any(|sample| sample.path.starts_with("val/"));
            assert!(inside || !dataset.unread.is_empty(), "{name}: it vanished");
        }
    }
    assert!(read > 500 && refused > 20, "{read} read, {refused} refused");
}

/// Levels of a small grey picture.
fn levels(seed: u32) -> String {
    let small = image::imageops::thumbnail(&picture(seed), 28, 28);
    let grey = image::DynamicImage::ImageRgb8(small).into_luma8();
    let levels: Vec<String> = grey.into_raw().iter().map(u8::to_string).collect();
    levels.join(" ")
}

#[test]
fn tables_of_pixels_are_pictures_in_the_split_of_their_row_or_file() {
    let workspace = Workspace::new();
    let rows = [
        (1, "Training"),
        (2, "Training"),
        (3, "PublicTest"),
        (1, "PublicTest"),
    ];
    let mut table = "emotion,pixels,Usage\n".to_owned();
    for (seed, usage) in rows {
        table += &format!("{},{},{usage}\n", seed % 2, levels(seed));
    }
    workspace.file("fer2013/fer2013.csv", table);
    let (report, _) = workspace.check_dataset(&["fer2013", "--no-cache"]);
    assert_eq!(splits(&report), ["training 2", "test 2"]);
    assert_eq!(leaks(&report), ["fer2013.csv!/PublicTest#1"]);

    for (name, seeds) in [("train", [1, 2, 4]), ("test", [5, 2, 6])] {
        let rows = seeds.map(|seed| format!("{seed},{}\n", levels(seed).replace(' ', ",")));
        workspace.file(&format!("mnist/mnist_{name}.csv"), rows.concat());
    }
    let (report, _) = workspace.check_dataset(&["mnist", "--no-cache"]);
    assert_eq!(leaks(&report), ["mnist_test.csv#1"]);
    assert_eq!(
        report["dataset"]["labels"][0]["classes"], 5,
        "{}",
        report["dataset"]["labels"]
    );
    let given = [
        "--train",
        "mnist/mnist_train.csv",
        "--val",
        "mnist/mnist_test.csv",
        "--no-cache",
    ];
    let (report, _) = workspace.check_dataset(&given);
    assert_eq!(leaks(&report), ["mnist_test.csv#1"]);
}

/// An LMDB of one leaf, whose values lie on pages of their own.
fn lmdb(values: &Members<'_>) -> Vec<u8> {
    const PAGE: usize = 4096;
    let put = |page: &mut [u8], at: usize, value: u64, width: usize| {
        page[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    };
    let mut meta = vec![0; PAGE];
    for (at, value, width) in [
        (16, 0xBEEF_C0DE, 4),
        (20, 1, 4),
        (40, PAGE as u64, 4),
        (128, 2, 8),
    ] {
        put(&mut meta, at, value, width);
    }
    let mut leaf = vec![0; PAGE];
    put(&mut leaf, 10, 2, 2);
    put(&mut leaf, 12, (16 + 2 * values.len()) as u64, 2);
    let (mut end, mut next, mut pages) = (PAGE, 3, Vec::new());
    for (number, (key, value)) in values.iter().enumerate() {
        end -= 8 + key.len() + 8;
        put(&mut leaf, 16 + 2 * number, end as u64, 2);
        put(&mut leaf, end, value.len() as u64, 4);
        put(&mut leaf, end + 4, 1, 2);
        put(&mut leaf, end + 6, key.len() as u64, 2);
        leaf[end + 8..end + 8 + key.len()].copy_from_slice(key.as_bytes());
        put(&mut leaf, end + 8 + key.len(), next, 8);
        let mut own = vec![0; 16];
        own.extend(value);
        own.resize(own.len().next_multiple_of(PAGE), 0);
        next += (own.len() / PAGE) as u64;
        pages.extend(own);
    }
    [meta.clone(), meta, leaf, pages].concat()
}

#[test]
fn values_of_lmdb_are_pictures_of_the_split_that_their_folder_is_called_after() {
    let workspace = Workspace::new();
    let database = |names: [(&str, u32); 2]| lmdb(&names.map(|(name, seed)| (name, png(seed))));
    workspace.file(
        "train_lmdb/data.mdb",
        database([("cat/1", 1), ("dog/2", 2)]),
    );
    workspace.file("val_lmdb/data.mdb", database([("cat/3", 3), ("dog/4", 2)]));
    workspace.file("train_lmdb/lock.mdb", "");
    let (report, _) = workspace.check(&[]);
    assert_eq!(splits(&report), ["train_lmdb 2", "val_lmdb 2"]);
    assert_eq!(leaks(&report), ["val_lmdb/data.mdb!/dog/4"]);
    let mut cut = database([("cat/3", 3), ("dog/4", 2)]);
    cut.truncate(3 * 4096 + 100);
    workspace.file("val_lmdb/data.mdb", cut);
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(status, 2);
    assert!(codes(&report).contains(&"data-not-read".to_owned()));
}

/// A video of these pictures, a second each; `None` where there is no `ffmpeg` to make one.
fn video(workspace: &Workspace, name: &str, seeds: &[u32]) -> Option<()> {
    for (number, &seed) in seeds.iter().enumerate() {
        let frame = encode(&picture(seed), "x.png");
        workspace.file(&format!("frames/{name}/{number}.png"), frame);
    }
    let frames = workspace.path(&format!("frames/{name}/%d.png"));
    let to = workspace.path(name);
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    let mut ffmpeg = std::process::Command::new("ffmpeg");
    ffmpeg
        .args(["-v", "error", "-framerate", "1", "-i"])
        .arg(frames);
    let made = ffmpeg
        .args(["-r", "5", "-c:v", "mpeg4", "-q:v", "2"])
        .arg(to)
        .status();
    made.is_ok_and(|status| status.success()).then_some(())
}

#[test]
fn frames_of_videos_are_pictures_and_each_video_is_a_recording() {
    let workspace = Workspace::new();
    let made = video(&workspace, "data/train/a.mp4", &[1, 2, 3, 4])
        .and_then(|()| video(&workspace, "data/val/b.avi", &[5, 3, 6]));
    if made.is_none() {
        eprintln!("NOT TRIED: videos, because `ffmpeg` is not here");
        return;
    }
    let (report, _) = workspace.check_dataset(&["data", "--no-cache"]);
    // How long the last picture is shown depends on the form of the video.
    let samples = |split: usize| {
        report["dataset"]["splits"][split]["samples"]
            .as_u64()
            .unwrap()
    };
    let (train, val) = (samples(0), samples(1));
    assert!(
        (7..=8).contains(&train) && (5..=6).contains(&val),
        "{train} and {val}"
    );
    assert_eq!(leaks(&report), ["val/b.avi#1000", "val/b.avi#1500"]);
    assert_eq!(report["recordings"]["groups"][0]["rule"], "video");
    // A proposed split keeps a video whole.
    let split = workspace.run(&["split", "data/train", "--out", "-", "--no-cache"]);
    assert_eq!(
        split.stdout.matches(",train").count() as u64,
        train,
        "{}",
        split.stdout
    );
}

#[test]
fn without_ffmpeg_a_video_is_told_and_what_would_read_it() {
    let workspace = Workspace::new();
    workspace.image("train/1.png", 1).image("val/2.png", 2);
    let head = [b"\0\0\0\x18ftypmp42".as_slice(), &[0; 64]].concat();
    workspace.file("val/clip.mp4", head);
    let arguments = [
        "check",
        ".",
        "--max-leakage",
        "0",
        "--no-cache",
        "--json",
        "-",
    ];
    let run = workspace.run_with(&arguments, &[("PATH", "/nowhere")]);
    assert_eq!(run.status, 2);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(paths_of(&report, "data-not-read"), ["val/clip.mp4"]);
    let told = not_read(&report);
    assert!(
        told.contains("is read where `ffmpeg` and `ffprobe` are installed"),
        "{told}"
    );
}
