//! What a container holds besides what it names, and what it names besides its first pictures.

use crate::workspace::{Workspace, codes, encode, leaked, paths_of, picture};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use std::sync::Arc;

fn png(seed: u32) -> Vec<u8> {
    encode(&picture(seed), "x.png")
}

/// Three pictures to train on beside an evaluation split in this file.
fn beside_training(name: &str, content: &[u8]) -> (Value, i32) {
    let workspace = Workspace::new();
    for seed in 1..4 {
        workspace.image(&format!("train/{seed}.png"), seed);
    }
    workspace.file(name, content);
    workspace.check(&["--max-leakage", "0"])
}

/// The same of arrays.
fn beside_arrays(content: &[u8]) -> (Value, i32) {
    let workspace = Workspace::new();
    let train = npy("|u1", "(2, 72, 96)", &[grey(1), grey(2)].concat());
    workspace
        .file("x_train.npy", train)
        .file("x_val.npy", content);
    workspace.check(&["--max-leakage", "0"])
}

/// Whether it was judged clean, or what part of it was told not to be read.
fn not_read(told: &(Value, i32)) -> Option<String> {
    let (report, status) = told;
    let reasons = report["coverage"]["not_read"].as_array().unwrap();
    let told = reasons.first().map(|one| one["reason"].to_string());
    assert_eq!(*status, if told.is_some() { 2 } else { 0 }, "{report:#}");
    let is_finding = codes(report).contains(&"data-not-read".to_owned());
    assert_eq!(is_finding, told.is_some(), "{report:#}");
    told
}

/// A zip archive of stored members in which these are named by the directory, and the number that
/// its end tells.
fn zip(members: &[(&str, Vec<u8>)], is_named: &dyn Fn(usize) -> bool, count: u16) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (number, (name, content)) in members.iter().enumerate() {
        let at = file.len() as u32;
        let mut common = vec![0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32fast::hash(content).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        file.extend(b"PK\x03\x04\x14\0");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(content);
        if is_named(number) {
            directory.extend(b"PK\x01\x02\x14\0\x14\0");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(at.to_le_bytes());
            directory.extend(name.as_bytes());
        }
    }
    let at = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(at.to_le_bytes());
    file.extend([0, 0]);
    file
}

fn two() -> Vec<(&'static str, Vec<u8>)> {
    vec![("a.png", png(8)), ("b.png", png(9))]
}

#[test]
fn the_number_of_members_that_an_archive_tells_is_no_bound() {
    assert_eq!(
        not_read(&beside_training("val.zip", &zip(&two(), &|_| true, 2))),
        None
    );
    let mut leaking = two();
    leaking.push(("c.png", png(1)));
    for count in [0, 2, 9] {
        let (report, status) = beside_training("val.zip", &zip(&leaking, &|_| true, count));
        assert_eq!(leaked(&report), 1, "{count}: {report:#}");
        assert_eq!(status, 1);
        let reason = report["coverage"]["not_read"][0]["reason"].to_string();
        assert!(reason.contains("names 3"), "{reason}");
    }
}

#[test]
fn more_members_than_sixteen_bits_count_are_read() {
    let names: Vec<String> = (0..(1 << 16))
        .map(|number| format!("{number}.txt"))
        .collect();
    let mut members: Vec<(&str, Vec<u8>)> = names
        .iter()
        .map(|name| (name.as_str(), Vec::new()))
        .collect();
    members.push(("leak.png", png(1)));
    let (report, status) = beside_training("val.zip", &zip(&members, &|_| true, 1));
    assert_eq!((leaked(&report), status), (1, 1), "{report:#}");
    assert_eq!(report["coverage"]["not_read"], serde_json::json!([]));
}

#[test]
fn members_that_no_directory_names_are_told() {
    let left_out = zip(&two(), &|number| number != 1, 1);
    let told = not_read(&beside_training("val.zip", &left_out));
    assert!(told.unwrap().contains("does not name"));
    // Of two archives one behind the other tools read the last one.
    let whole = zip(&two(), &|_| true, 2);
    let joined = [zip(&[("c.png", png(1))], &|_| true, 1), whole.clone()].concat();
    let told = not_read(&beside_training("val.zip", &joined));
    assert!(told.unwrap().contains("does not name"));
    // Bytes that are no members are of no account, as a comment is not.
    let mut commented = whole;
    let at = commented.len() - 2;
    commented[at..].copy_from_slice(&40_u16.to_le_bytes());
    commented.extend([b'x'; 40]);
    assert_eq!(not_read(&beside_training("val.zip", &commented)), None);
}

#[test]
fn links_in_a_zip_are_told() {
    let link = |name: &'static str| {
        let mut members = two();
        members.push((name, b"../train".to_vec()));
        let mut file = zip(&members, &|_| true, 3);
        // The last entry of the directory: made on Unix, and a link there.
        let at = file.len() - 22 - 46 - name.len();
        file[at + 5] = 3;
        file[at + 38..at + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
        not_read(&beside_training("val.zip", &file))
    };
    assert!(link("more").unwrap().contains("is a link"));
    assert!(link("c.png").unwrap().contains("is a link"));
    assert_eq!(link("run.py"), None);
}

#[test]
fn an_archive_of_nothing_is_named() {
    for (name, content) in [
        ("val.zip", zip(&[], &|_| true, 0)),
        ("val.tar", vec![0; 10_240]),
    ] {
        let told = not_read(&beside_training(name, &content));
        assert!(told.unwrap().contains("holds no files"), "{name}");
    }
}

/// A tar archive without the blocks that end it.
fn members_of_tar(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive
            .append_data(&mut header, name, content.as_slice())
            .unwrap();
    }
    let mut whole = archive.into_inner().unwrap();
    whole.truncate(whole.len() - 1024);
    whole
}

#[test]
fn fields_of_a_sample_in_a_shard_may_tell_groups() {
    let shard = |from: u32, field: &str, patient: u32| {
        let mut members = Vec::new();
        for seed in from..from + 6 {
            members.push((format!("{seed}.png"), png(seed)));
            members.push((
                format!("{seed}.{field}"),
                format!("P{}", patient + seed % 3).into_bytes(),
            ));
        }
        let members: Vec<(&str, Vec<u8>)> = members
            .iter()
            .map(|(name, content)| (name.as_str(), content.clone()))
            .collect();
        [members_of_tar(&members), vec![0; 1024]].concat()
    };
    for (field, patient, leaks) in [
        ("patient_id", 1, true),
        ("patient_id.txt", 1, true),
        ("patient_id", 4, false),
        ("cls", 1, false),
    ] {
        let workspace = Workspace::new();
        workspace.file("train.tar", shard(1, field, 1));
        workspace.file("val.tar", shard(10, field, patient));
        let (report, _) = workspace.check(&["--max-leakage", "0"]);
        let verdict = if leaks { "leaks" } else { "clear" };
        assert_eq!(report["verdict"], verdict, "{field} {patient}");
    }
}

#[test]
fn a_tar_without_an_end_may_have_been_cut() {
    let open = members_of_tar(&two());
    let gzip = |content: &[u8]| {
        let mut file = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
        file.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
        file.extend(crc32fast::hash(content).to_le_bytes());
        file.extend((content.len() as u32).to_le_bytes());
        file
    };
    for (name, content) in [("val.tar", open.clone()), ("val.tar.gz", gzip(&open))] {
        let told = beside_training(name, &content);
        assert!(not_read(&told).unwrap().contains("cut short"), "{name}");
        // What is there is read all the same.
        assert_eq!(told.0["dataset"]["splits"][1]["samples"], 2);
    }
    // Some writers end an archive by one empty block.
    for blocks in [1, 2, 20] {
        let whole = [open.clone(), vec![0; 512 * blocks]].concat();
        assert_eq!(not_read(&beside_training("val.tar", &whole)), None);
    }
    let leaking = members_of_tar(&[("a.png", png(1))]);
    let (report, status) = beside_training("val.tar", &leaking);
    assert_eq!((leaked(&report), status), (1, 1));
}

/// A file of `NumPy`.
fn npy(kind: &str, shape: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend((head.len() as u16).to_le_bytes());
    file.extend(head.as_bytes());
    file.extend(content);
    file
}

fn grey(seed: u32) -> Vec<u8> {
    image::DynamicImage::ImageRgb8(picture(seed))
        .to_luma8()
        .into_raw()
}

#[test]
fn what_follows_an_array_is_told_unless_it_is_its_labels() {
    let array = |seed: u32| npy("|u1", "(1, 72, 96)", &grey(seed));
    let behind = |more: &[u8]| {
        let file = [&array(9)[..], more].concat();
        not_read(&beside_arrays(&file))
    };
    assert_eq!(behind(b""), None);
    assert!(behind(&array(1)).unwrap().contains("behind its array"));
    assert!(behind(b"junk").unwrap().contains("4 bytes behind"));
    assert_eq!(behind(&npy("<i8", "(1,)", &7_i64.to_le_bytes())), None);
    let labels = npy("|u1", "(2,)", &[1, 2]);
    assert!(behind(&labels).unwrap().contains("behind its array"));
    // Behind labels, too, another array may stand.
    let workspace = Workspace::new();
    workspace
        .file("x_train.npy", array(1))
        .file("x_val.npy", array(9))
        .file("y_val.npy", [npy("|u1", "(1,)", &[3]), array(1)].concat());
    let told = workspace.check(&["--max-leakage", "0"]);
    assert!(not_read(&told).unwrap().contains("behind its array"));
}

#[test]
fn arrays_called_as_pictures_that_are_none_are_named() {
    for (array, why) in [
        (npy("|O", "(3,)", b"pickle"), "objects of Python"),
        (npy("|u1", "(0, 72, 96)", b""), "no rows"),
        (npy("<i8", "(1, 72, 96)", &[0; 8 * 72 * 96]), "type `<i8`"),
        (npy("|u1", "(2, 784)", &[0; 2 * 784]), "784 numbers"),
    ] {
        let told = not_read(&beside_arrays(&array));
        assert!(told.unwrap().contains(why), "{why}");
        let train = npy("|u1", "(2, 72, 96)", &[grey(1), grey(2)].concat());
        let arrays = [("x_train.npy", train), ("x_val.npy", array)];
        let workspace = Workspace::new();
        workspace.file("data.npz", zip(&arrays, &|_| true, 2));
        let (report, status) = workspace.check(&["--max-leakage", "0"]);
        let reason = report["coverage"]["not_read"][0]["reason"].to_string();
        assert!(reason.contains(why), "{why}: {report:#}");
        assert_eq!(status, 2);
    }
}

/// A table of these columns, each of a structure of bytes, and of a cell or none for each row.
fn table(columns: &[(&str, &[Option<u32>])]) -> Vec<u8> {
    let fields = columns
        .iter()
        .map(|(name, _)| format!("optional group {name} {{ optional binary bytes; }}"));
    let schema = format!("message schema {{ {} }}", fields.collect::<String>());
    written(
        &schema,
        columns.iter().map(|(_, cells)| {
            let levels = cells.iter().map(|cell| if cell.is_some() { 2 } else { 0 });
            let bytes = cells.iter().flatten().map(|seed| png(*seed).into());
            (bytes.collect(), levels.collect(), None)
        }),
    )
}

type Column = (Vec<ByteArray>, Vec<i16>, Option<Vec<i16>>);

fn written(schema: &str, columns: impl Iterator<Item = Column>) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (bytes, levels, lists) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<ByteArrayType>();
        typed
            .write_batch(&bytes, Some(&levels), lists.as_deref())
            .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    file
}

fn all(seeds: &[u32]) -> Vec<Option<u32>> {
    seeds.iter().copied().map(Some).collect()
}

#[test]
fn pictures_of_a_second_column_are_compared() {
    let workspace = Workspace::new();
    workspace
        .file("train.parquet", table(&[("image", &all(&[1, 2, 3]))]))
        .file(
            "val.parquet",
            table(&[
                ("image", &all(&[7, 8, 9])),
                ("image2", &[None, Some(2), None]),
            ]),
        );
    let (report, status) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!((leaked(&report), status), (1, 1), "{report:#}");
    let leaking = report["leaked_samples"][0]["evaluation"]["path"].clone();
    assert_eq!(leaking, "val.parquet!/image2#1");
    // Rows without a cell there are no samples, and the column is no class.
    assert_eq!(report["coverage"]["samples"], 7);
    assert_eq!(report["dataset"]["labels"], serde_json::json!([]));
}

#[test]
fn pairs_of_cameras_are_clean_and_masks_in_a_column_are_no_pictures() {
    let workspace = Workspace::new();
    let pairs = |left: &[u32], right: &[u32], mask: &str, masks: &[u32]| {
        let columns = [
            ("left", all(left)),
            ("right", all(right)),
            (mask, all(masks)),
        ];
        let columns: Vec<(&str, &[Option<u32>])> = columns
            .iter()
            .map(|(name, cells)| (*name, &cells[..]))
            .collect();
        table(&columns)
    };
    workspace
        .file(
            "train.parquet",
            pairs(&[1, 2], &[3, 4], "left_mask", &[5, 6]),
        )
        .file(
            "val.parquet",
            pairs(&[7, 8], &[9, 10], "left_mask", &[5, 6]),
        );
    let (report, status) = workspace.check(&["--max-leakage", "0", "--strict"]);
    assert_eq!((leaked(&report), status), (0, 0), "{report:#}");
    assert_eq!(report["coverage"]["samples"], 8);
}

#[test]
fn lists_of_pictures_beside_a_column_of_them_are_told() {
    let schema = "message schema { optional group image { optional binary bytes; } \
        optional group images (LIST) { repeated group list { optional group element { \
        optional binary bytes; } } } }";
    let lists = |seed: u32, listed: u32| {
        let columns: [Column; 2] = [
            (vec![png(seed).into()], vec![2], None),
            (
                vec![png(listed).into(), png(listed + 1).into()],
                vec![4, 4],
                Some(vec![0, 1]),
            ),
        ];
        written(schema, columns.into_iter())
    };
    let told = beside_training("val.parquet", &lists(9, 1));
    let reason = not_read(&told).unwrap();
    assert!(reason.contains("lists of pictures in `images`"), "{reason}");
    assert_eq!(paths_of(&told.0, "data-not-read"), ["val.parquet"]);
}

#[test]
fn a_text_is_no_bitmap_for_its_first_letters() {
    let schema = "message schema { required binary model; required binary image; }";
    let rows = |seed: u32| {
        let columns: [Column; 2] = [
            (vec![b"BMW".to_vec().into()], vec![0], None),
            (vec![png(seed).into()], vec![0], None),
        ];
        written(schema, columns.into_iter())
    };
    let workspace = Workspace::new();
    workspace
        .file("train.parquet", rows(1))
        .file("val.parquet", rows(1));
    assert_eq!(leaked(&workspace.check(&[]).0), 1);
}

#[test]
fn a_second_picture_in_a_file_keeps_the_verdict_unknown_and_a_preview_does_not() {
    let jpeg = |seed, side: u32| {
        encode(
            &crate::workspace::picture_of_size(seed, side, side * 3 / 4),
            "x.jpg",
        )
    };
    let check = |name: &str, file: Vec<u8>| {
        let (report, _) = beside_training(name, &file);
        let codes = codes(&report);
        assert!(codes.contains(&"trailing-data".to_owned()), "{codes:?}");
        let verdict = report["verdict"].as_str().unwrap().to_owned();
        (codes.contains(&"several-frames".to_owned()), verdict)
    };
    let (unknown, clear) = ((true, "unknown".to_owned()), (false, "clear".to_owned()));
    let (first, second) = (jpeg(9, 160), jpeg(1, 160));
    let both = [first.clone(), second].concat();
    assert_eq!(check("val/9.jpg", both), unknown);
    assert_eq!(check("val/9.png", [png(9), png(1)].concat()), unknown);
    let preview = [first.clone(), jpeg(9, 40)].concat();
    assert_eq!(check("val/9.jpg", preview), clear);
    let film = [first, b"a film".to_vec()].concat();
    assert_eq!(check("val/9.jpg", film), clear);
}

#[test]
fn annotations_of_a_split_that_list_no_images_are_named() {
    let workspace = Workspace::new();
    workspace
        .image("train2017/1.png", 1)
        .image("val2017/2.png", 2)
        .file("annotations/instances_train2017.json", "null")
        .file(
            "annotations/instances_val2017.json",
            "{\"annotations\": []}",
        );
    let (report, _) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(report["verdict"], "unknown", "{report:#}");
    let told = paths_of(&report, "description-not-used");
    assert_eq!(
        told,
        [
            "annotations/instances_train2017.json",
            "annotations/instances_val2017.json"
        ]
    );
    // What is called otherwise may be anything, and no pictures may be listed.
    let workspace = Workspace::new();
    workspace
        .image("train/1.png", 1)
        .image("val/2.png", 2)
        .file("metrics_val.json", "null")
        .file("val/_annotations.coco.json", "{\"images\": []}");
    let (report, _) = workspace.check(&["--max-leakage", "0"]);
    assert_eq!(report["verdict"], "clear", "{report:#}");
}
