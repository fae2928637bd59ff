use super::head::HEAD;
use super::*;

fn by_name(name: &str) -> FileKind {
    kind_of(Path::new(name), |_| Ok(None))
}

#[test]
fn names_decide_in_any_case() {
    assert_eq!(by_name("a/x.JPG"), FileKind::Image);
    assert_eq!(by_name("x.heic"), FileKind::Image);
    assert_eq!(by_name("x.jxr"), FileKind::Image);
    assert_eq!(by_name("labels.csv"), companion("csv"));
}

#[test]
fn a_name_without_extension_is_decided_by_content() {
    let jpeg = |_: &Path| {
        let mut head = [0; HEAD];
        head[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
        Ok(Some(head))
    };
    assert_eq!(kind_of(Path::new("0001"), jpeg), FileKind::Image);
    assert_eq!(kind_of(Path::new("x.dat"), jpeg), FileKind::Image);
    assert_ne!(by_name("0001"), FileKind::Image);
}

#[test]
fn side_files_are_known_by_name_and_content() {
    let containing = |name: &str, content: &[u8]| {
        kind_of(Path::new(name), |_| {
            let mut head = [0; HEAD];
            head[..content.len()].copy_from_slice(content);
            Ok(Some(head))
        })
    };
    assert_eq!(containing("._photo.jpg", &[0, 5, 0x16, 7]), FileKind::Junk);
    assert_eq!(
        containing("Thumbs.db", &[0xD0, 0xCF, 0x11, 0xE0]),
        FileKind::Junk
    );
    assert_eq!(containing(".DS_Store", b"\0\0\0\x01Bud1"), FileKind::Junk);
    assert_eq!(
        containing("Desktop.ini", b"[.ShellClassInfo"),
        FileKind::Junk
    );
    let hidden = FileKind::Other("hidden file".to_owned());
    assert_eq!(containing("._photo.jpg", &[0xFF, 0xD8, 0xFF]), hidden);
    assert_eq!(containing("thumbs.db", b"SQLite"), companion("db"));
}

#[test]
fn annotations_and_documents_are_companions_and_archives_are_not() {
    for name in ["a.csv", "labels/1.txt", "x.XML", "README", "notes.md"] {
        assert!(matches!(by_name(name), FileKind::Companion(_)), "{name}");
    }
    for name in ["model.onnx", "Makefile", ".gitignore", "lock.mdb"] {
        assert!(matches!(by_name(name), FileKind::Other(_)), "{name}");
    }
}

#[test]
fn dicom_is_an_image_and_the_directory_of_a_medium_is_none() {
    let mut head = [0; HEAD];
    head[128..132].copy_from_slice(b"DICM");
    let kind = |name: &str| kind_of(Path::new(name), |_| Ok(Some(head)));
    for name in ["x.DCM", "x.dicom", "IM0001", "1.2.840.17", "x.ima"] {
        assert_eq!(kind(name), FileKind::Image, "{name}");
    }
    assert!(matches!(kind("DICOMDIR"), FileKind::Companion(_)));
}

#[test]
fn forms_that_may_hold_samples_are_known_by_name() {
    for (name, reason) in [
        ("x.npy", "array (.npy)"),
        ("x.nii.gz", "medical volume (.nii.gz)"),
        ("x.tar.gz", "archive (.tar.gz)"),
        (
            "train.tfrecord-00001-of-00010",
            "file of records (.tfrecord)",
        ),
        ("train-images-idx3-ubyte.gz", "IDX file (.idx3-ubyte.gz)"),
        ("x.npy.gz", "archive (.gz)"),
        ("x.png.zst", "archive (.zst)"),
        ("data.mdb", "database (.mdb)"),
        ("a.mp4", "video (.mp4)"),
        ("val.pt", "tensors (.pt)"),
        ("shard.00000.mds", "file of records (.mds)"),
        ("x.zarr.zip", "array in chunks (.zarr.zip)"),
    ] {
        assert_eq!(by_name(name), FileKind::Unread(reason.to_owned()));
    }
    assert_eq!(by_name("log.gz"), companion("gz"));
}

#[test]
fn forms_that_may_hold_samples_are_known_by_content_where_the_name_says_nothing() {
    let holding = |at: usize, magic: &[u8]| {
        let mut head = [0xFF; HEAD];
        head[at..at + magic.len()].copy_from_slice(magic);
        kind_of(Path::new("IM0001"), |_| Ok(Some(head)))
    };
    let unread = |form: &str| FileKind::Unread(format!("{form} (by content)"));
    assert_eq!(holding(128, b"DICM"), FileKind::Image);
    assert_eq!(holding(0, b"\x93NUMPY"), unread(ARRAY));
    assert_eq!(holding(257, b"ustar"), unread(ARCHIVE));
    assert_eq!(holding(0, &[0, 0, 8, 3]), unread(IDX));
    assert_eq!(holding(4, b"ftypisom"), unread(VIDEO));
    assert_eq!(holding(4, b"ftypheic"), FileKind::Image);
    let text = |_: &Path| Ok(Some([b'#'; HEAD]));
    let kind = kind_of(Path::new("IM0001"), text);
    assert!(matches!(kind, FileKind::Other(_)));
}

#[test]
fn what_is_no_text_may_hold_samples_whatever_its_ending() {
    let holding = |name: &str, content: &[u8]| {
        let mut head = [0; HEAD];
        head[..content.len()].copy_from_slice(content);
        kind_of(Path::new(name), |_| Ok(Some(head)))
    };
    let unread = |reason: &str| FileKind::Unread(reason.to_owned());
    let binary = b"ab\0\x01c";
    let unknown = "data of an unknown form";
    assert_eq!(
        holding("x.dat", binary),
        unread("data of an unknown form (.dat)")
    );
    assert_eq!(holding("shard-3", binary), unread(unknown));
    let packed = holding("x.gz", b"\x1F\x8B\x08\0\x01");
    assert_eq!(packed, unread("data of an unknown form (.gz)"));
    for name in ["x.wav", "cloud.pcd", "labels.csv.gz", "labels.csv", "m.so"] {
        assert!(
            !matches!(holding(name, binary), FileKind::Unread(_)),
            "{name}"
        );
    }
    for text in [
        &b"plain words"[..],
        "Stra\u{df}e".as_bytes(),
        b"\xFF\xFEa\0b\0",
    ] {
        assert!(
            !matches!(holding("x.dat", text), FileKind::Unread(_)),
            "{text:?}"
        );
    }
}

#[test]
fn an_array_in_chunks_is_told_by_the_name_of_its_directory() {
    let form = |name: &str| directory_form(Path::new(name));
    assert_eq!(form("a/x.zarr").as_deref(), Some("array in chunks (.zarr)"));
    assert_eq!(
        form("a/x.lance").as_deref(),
        Some("table of records (.lance)")
    );
    assert_eq!(form("a/zarr"), None);
}
