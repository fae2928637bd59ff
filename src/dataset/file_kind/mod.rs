//! Kinds of files: an image, a companion of images, a stand-in for data elsewhere.
//!
//! The name decides where it can; a file whose name says nothing is asked for
//! its first bytes.

mod head;

use std::path::Path;

use crate::source::NO_FILE;
use crate::source::container::is_pixel_table;
pub(super) use head::{Head, sniff_file};
use head::{data_inside, is_binary, is_dicom, is_junk, looks_like_image};

/// What a file is to an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileKind {
    /// A sample, readable or not.
    Image,
    /// May hold samples, in a form that is not read; the text says which form.
    Unread(String),
    /// A `.dvc` file whose data is not beside it.
    DataPointer,
    /// Annotations, tables or documentation; the text says which.
    Companion(String),
    /// What an operating system leaves beside files.
    Junk,
    /// Not a sample for another reason, which the text says.
    Other(String),
}

/// Extensions of what belongs beside images.
const COMPANION: &[&str] = &[
    "csv", "dvc", "html", "json", "jsonl", "md", "names", "rst", "tsv", "txt", "xml", "yaml", "yml",
];

/// Names without extension of what belongs beside images.
const DOCUMENTS: &[&str] = &[
    "readme",
    "license",
    "licence",
    "citation",
    "changelog",
    "authors",
];

/// Extensions of images, also of those that cannot be decoded: they must not vanish.
const IMAGE: &[&str] = &[
    "arw", "avif", "bmp", "cr2", "cr3", "dcm", "dds", "dib", "dicom", "dng", "exr", "farbfeld",
    "ff", "fits", "flif", "gif", "hdp", "hdr", "heic", "heif", "hif", "ico", "j2k", "jfif", "jp2",
    "jpe", "jpeg", "jpg", "jxl", "jxr", "nef", "orf", "pam", "pbm", "pcx", "pef", "pgm", "png",
    "pnm", "ppm", "psd", "qoi", "raf", "ras", "rgba", "rw2", "sgi", "srw", "tga", "tif", "tiff",
    "wdp", "webp", "xcf",
];

/// Extensions that are known to be something else, so that their content is not read: texts,
/// programs, documents, fonts, sounds, clouds of points and meshes, maps, models.
const NOT_IMAGE: &[&str] = &[
    "a",
    "aac",
    "blend",
    "caffemodel",
    "cfg",
    "ckpt",
    "class",
    "csv",
    "dbf",
    "dll",
    "doc",
    "docx",
    "egg",
    "engine",
    "exe",
    "fbx",
    "flac",
    "glb",
    "gltf",
    "gpkg",
    "html",
    "ini",
    "ipynb",
    "jar",
    "json",
    "jsonl",
    "keras",
    "las",
    "laz",
    "log",
    "m4a",
    "md",
    "mid",
    "mp3",
    "o",
    "obj",
    "odt",
    "off",
    "ogg",
    "onnx",
    "opus",
    "otf",
    "pb",
    "pcd",
    "ply",
    "ppt",
    "pptx",
    "py",
    "pyc",
    "pyd",
    "rst",
    "rtf",
    "sh",
    "shp",
    "shx",
    "so",
    "stl",
    "tflite",
    "toml",
    "tsv",
    "ttf",
    "txt",
    "wav",
    "weights",
    "whl",
    "woff",
    "woff2",
    "xls",
    "xlsx",
    "xml",
    "yaml",
    "yml",
];

/// Endings of what was compressed by itself.
const COMPRESSED: &[&str] = &["bz2", "gz", "lz4", "xz", "zst"];

/// Forms that may hold samples and are not read, by the end of a name.
const UNREAD: &[(&str, &[&str])] = &[
    (ARRAY, &["mat", "npy", "npz"]),
    (
        VOLUME,
        &[
            "mgh", "mgz", "mha", "mhd", "mrc", "mrcs", "nii", "nii.gz", "nrrd",
        ],
    ),
    (
        SLIDE,
        &["czi", "lif", "mrxs", "nd2", "oib", "oif", "vsi", "zvi"],
    ),
    (
        ARCHIVE,
        &[
            "7z", "rar", "tar", "tar.bz2", "tar.gz", "tar.xz", "tar.zst", "tgz", "txz", "zip",
        ],
    ),
    (TABLE, &["arrow", "feather", "lance", "parquet"]),
    (
        RECORDS,
        &[
            "array_record",
            "beton",
            "ffcv",
            "mds",
            "rec",
            "tfrec",
            "tfrecord",
            "tfrecords",
        ],
    ),
    (
        DATABASE,
        &["h5", "hdf5", "lmdb", "mdb", "sqlite", "sqlite3"],
    ),
    (TENSORS, &["bin", "joblib", "pt", "pth", "safetensors"]),
    (CHUNKS, &["n5", "zarr", "zarr.zip"]),
    (PICKLE, &["pickle", "pkl"]),
    (DRAWING, &["ai", "eps", "svg", "svgz"]),
    (PAGES, &["djvu", "pdf"]),
    (
        IDX,
        &["idx1-ubyte", "idx1-ubyte.gz", "idx3-ubyte", "idx3-ubyte.gz"],
    ),
    (
        VIDEO,
        &[
            "3gp", "avi", "flv", "h264", "h265", "m2ts", "m4v", "mjpeg", "mjpg", "mkv", "mov",
            "mp4", "mpeg", "mpg", "mts", "ogv", "webm", "wmv", "y4m",
        ],
    ),
];

const DRAWING: &str = "drawing";
const PAGES: &str = "document of pages";
const ARRAY: &str = "array";
const VOLUME: &str = "medical volume";
const SLIDE: &str = "microscope slide";
const ARCHIVE: &str = "archive";
const TABLE: &str = "table of records";
const RECORDS: &str = "file of records";
const DATABASE: &str = "database";
const PICKLE: &str = "pickled data";
const IDX: &str = "IDX file";
const VIDEO: &str = "video";
const PIXELS: &str = "table of pixels";
const TENSORS: &str = "tensors";
const CHUNKS: &str = "array in chunks";
const UNKNOWN: &str = "data of an unknown form";

/// Directories that are one file to who reads them, by the end of a name.
const DIRECTORIES: &[(&str, &str)] = &[
    (CHUNKS, "n5"),
    (CHUNKS, "zarr"),
    (TABLE, "lance"),
    (DATABASE, "tiledb"),
];

/// Files that say of the directory they lie in that it is an array in chunks.
const HEADS_OF_CHUNKS: &[&str] = &[".zarray", ".zgroup", "zarr.json"];

/// The form of a directory that is one file to who reads it.
pub(super) fn directory_form(path: &Path) -> Option<String> {
    let extension = path.extension().map(|end| end.to_ascii_lowercase());
    let known = |(_, end): &&(&str, &str)| extension.as_ref().is_some_and(|own| own == end);
    if let Some((form, end)) = DIRECTORIES.iter().find(known) {
        return Some(format!("{form} (.{end})"));
    }
    let is_there = |head: &&str| path.join(head).is_file();
    HEADS_OF_CHUNKS
        .iter()
        .any(is_there)
        .then(|| format!("{CHUNKS} (zarr)"))
}

/// Whether data of this form is a video.
pub(super) fn is_video(reason: &str) -> bool {
    reason.starts_with(VIDEO)
}

/// Whether images end so.
pub(super) fn is_image_ending(ending: &str) -> bool {
    IMAGE.contains(&ending.to_ascii_lowercase().as_str())
}

/// Whether data of this form is often one picture, or belongs to one: a depth map, features.
pub(super) fn is_of_one_picture(reason: &str) -> bool {
    [ARRAY, VOLUME, SLIDE, TENSORS, UNKNOWN, DRAWING, PAGES]
        .iter()
        .any(|form| reason.starts_with(form))
}

/// Whether data of this form is often a model, or numbers about pictures.
pub(super) fn may_be_a_model(reason: &str) -> bool {
    [DATABASE, PICKLE, TENSORS, UNKNOWN]
        .iter()
        .any(|form| reason.starts_with(form))
}

/// Whether data of this form outside of a split is an ornament of its documentation.
pub(super) fn is_drawing(reason: &str) -> bool {
    reason.starts_with(DRAWING)
}

/// Whether data of this form mostly documents a dataset, and is a sample only among others.
pub(super) fn is_document(reason: &str) -> bool {
    reason.starts_with(PAGES)
}

/// Whether nothing but its place and its size speaks for samples in data of this form.
pub(super) fn says_nothing(reason: &str) -> bool {
    [TENSORS, UNKNOWN]
        .iter()
        .any(|form| reason.starts_with(form))
}

/// Whether nothing is known of the form.
pub(super) fn is_unknown(reason: &str) -> bool {
    reason.starts_with(UNKNOWN)
}

/// Whether data of this form is often all that a folder beside it was unpacked from.
pub(super) fn is_archive(reason: &str) -> bool {
    reason.starts_with(ARCHIVE)
}

/// Whether data of this form is none that was packed or unpacked: a pipe, or a device.
pub(super) fn is_no_file(reason: &str) -> bool {
    reason.ends_with(NO_FILE)
}

/// Decides by name, and by `first_bytes` where the name says nothing.
/// `first_bytes` gives `Ok(None)` for a file that has none to give.
pub(super) fn kind_of(
    path: &Path,
    first_bytes: impl Fn(&Path) -> std::io::Result<Option<Head>>,
) -> FileKind {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    if may_be_junk(name)
        && let Ok(Some(head)) = first_bytes(path)
        && is_junk(name, &head)
    {
        return FileKind::Junk;
    }
    if name.starts_with(b".") {
        return FileKind::Other("hidden file".to_owned());
    }
    if DOCUMENTS
        .iter()
        .any(|document| name.eq_ignore_ascii_case(document.as_bytes()))
    {
        return FileKind::Companion("documentation".to_owned());
    }
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    let extension = extension.unwrap_or_default();
    if IMAGE.contains(&extension.as_str()) {
        return FileKind::Image;
    }
    if extension == "dvc" {
        let data = path.with_extension("");
        let fetched = data.exists();
        return if fetched {
            companion("dvc")
        } else {
            FileKind::DataPointer
        };
    }
    if let Some(reason) = unread_by_name(&name.to_ascii_lowercase()) {
        return FileKind::Unread(reason);
    }
    if extension == "csv" && is_pixel_table(path) {
        return FileKind::Unread(format!("{PIXELS} (.csv)"));
    }
    if NOT_IMAGE.contains(&extension.as_str()) {
        return companion(&extension);
    }
    let head = first_bytes(path).ok().flatten();
    if head.as_ref().is_some_and(is_dicom) {
        return match name.eq_ignore_ascii_case(DICOM_DIRECTORY) {
            true => FileKind::Companion("directory of DICOM files".to_owned()),
            false => FileKind::Image,
        };
    }
    if let Some(form) = head.as_ref().and_then(data_inside) {
        return FileKind::Unread(format!("{form} (by content)"));
    }
    let may_be_data = || !COMPANION.contains(&extension.as_str()) && !is_packed_text(path);
    match head {
        Some(head) if looks_like_image(&head) => FileKind::Image,
        Some(head) if is_binary(&head) && may_be_data() => FileKind::Unread(match &*extension {
            "" => UNKNOWN.to_owned(),
            _ => format!("{UNKNOWN} (.{extension})"),
        }),
        _ if extension.is_empty() => FileKind::Other("no extension, no image inside".to_owned()),
        _ => companion(&extension),
    }
}

/// Whether a name is that of a text that was compressed: `labels.csv.gz`.
fn is_packed_text(path: &Path) -> bool {
    let ending = |path: &Path| {
        path.extension()
            .map(|end| end.to_string_lossy().to_lowercase())
    };
    let packed = ending(path).is_some_and(|end| COMPRESSED.contains(&&*end));
    let inner = path.file_stem().and_then(|stem| ending(Path::new(stem)));
    packed && inner.is_some_and(|end| NOT_IMAGE.contains(&&*end) || COMPANION.contains(&&*end))
}

/// What a lower-case name says of data that is not read.
fn unread_by_name(name: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(name);
    if name == "lock.mdb" {
        return None;
    }
    // The longest ending says most: `nii.gz`.
    let endings = UNREAD
        .iter()
        .flat_map(|(form, endings)| endings.iter().map(move |end| (form, end)));
    let found = endings.filter(|(_, end)| {
        let before = name.strip_suffix(**end);
        before.is_some_and(|before| before.ends_with(['.', '-']))
    });
    if let Some((form, end)) = found.max_by_key(|(_, end)| end.len()) {
        return Some(format!("{form} (.{end})"));
    }
    // Shards: `train.tfrecord-00000-of-00010`.
    if name.contains(".tfrecord-") {
        return Some(format!("{RECORDS} (.tfrecord)"));
    }
    // What is compressed is what its inner name says: `x.npy.gz`, `labels.csv.gz`.
    let (inner, compression) = name.rsplit_once('.')?;
    let is_image = |inner: &str| {
        let ending = inner.rsplit_once('.').map_or("", |(_, ending)| ending);
        IMAGE.contains(&ending)
    };
    let may_hold_samples = || is_image(inner) || unread_by_name(inner.as_bytes()).is_some();
    (COMPRESSED.contains(&compression) && may_hold_samples())
        .then(|| format!("{ARCHIVE} (.{compression})"))
}

fn companion(extension: &str) -> FileKind {
    let reason = format!("not an image (.{extension})");
    if COMPANION.contains(&extension) {
        FileKind::Companion(reason)
    } else {
        FileKind::Other(reason)
    }
}

/// Whether a name is one that systems give their side files.
fn may_be_junk(name: &[u8]) -> bool {
    let is = |one: &[u8]| name.eq_ignore_ascii_case(one);
    name.starts_with(b"._") || is(b".DS_Store") || is(b"Thumbs.db") || is(b"desktop.ini")
}

/// The file that lists what a medium holds (PS3.10, 8.6).
const DICOM_DIRECTORY: &[u8] = b"DICOMDIR";

#[cfg(test)]
mod tests;
