//! Tables written by hand, whole, cut and with other columns.

use super::*;

/// Writes `FlatBuffers` forward: tables whose fields take eight bytes each, without alignment.
#[derive(Default)]
struct Writer(Vec<u8>);

#[derive(Clone, Copy)]
enum Field {
    Absent,
    Number(u64),
    /// An offset that is put in later.
    Later,
}
use Field::{Absent, Later, Number};

impl Writer {
    fn head() -> Self {
        Self(vec![0; 4])
    }

    /// A table, by where it begins.
    fn table(&mut self, fields: &[Field]) -> usize {
        let list = self.0.len();
        self.0.extend((4 + 2 * fields.len() as u16).to_le_bytes());
        self.0.extend((4 + 8 * fields.len() as u16).to_le_bytes());
        for (field, at) in fields.iter().zip((4_u16..).step_by(8)) {
            let at = if matches!(field, Absent) { 0 } else { at };
            self.0.extend(at.to_le_bytes());
        }
        let at = self.0.len();
        self.0.extend(((at - list) as i32).to_le_bytes());
        for field in fields {
            let number = if let Number(number) = field {
                *number
            } else {
                0
            };
            self.0.extend(number.to_le_bytes());
        }
        at
    }

    /// Lets a place lead to what is written next.
    fn lead(&mut self, place: usize) {
        let distance = (self.0.len() - place) as u32;
        self.0[place..place + 4].copy_from_slice(&distance.to_le_bytes());
    }

    /// Lets a field of a table lead to a table that is written next; none for the root.
    fn inner(&mut self, of: Option<(usize, usize)>, fields: &[Field]) -> usize {
        let place = of.map_or(0, |(table, field)| table + 4 + 8 * field);
        let list = 4 + 2 * fields.len();
        let distance = (self.0.len() + list - place) as u32;
        self.0[place..place + 4].copy_from_slice(&distance.to_le_bytes());
        self.table(fields)
    }

    fn text(&mut self, table: usize, field: usize, text: &str) {
        self.lead(table + 4 + 8 * field);
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    /// A vector of tables; where the offset of each is put.
    fn tables(&mut self, table: usize, field: usize, length: usize) -> Vec<usize> {
        self.lead(table + 4 + 8 * field);
        self.0.extend((length as u32).to_le_bytes());
        let at = self.0.len();
        self.0.extend(vec![0; 4 * length]);
        (0..length).map(|row| at + 4 * row).collect()
    }

    /// A table that a place of a vector leads to.
    fn at(&mut self, place: usize, fields: &[Field]) -> usize {
        let distance = (self.0.len() + 4 + 2 * fields.len() - place) as u32;
        self.0[place..place + 4].copy_from_slice(&distance.to_le_bytes());
        self.table(fields)
    }

    fn pairs(&mut self, table: usize, field: usize, pairs: &[(u64, u64)]) {
        self.lead(table + 4 + 8 * field);
        self.0.extend((pairs.len() as u32).to_le_bytes());
        for (a, b) in pairs {
            self.0.extend(a.to_le_bytes());
            self.0.extend(b.to_le_bytes());
        }
    }
}

fn message(head: Writer, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF; 4];
    bytes.extend((head.0.len() as u32).to_le_bytes());
    bytes.extend(head.0);
    bytes.extend(body);
    bytes
}

/// A schema of a structure of bytes and path, and a whole number `label` with names.
fn schema() -> Vec<u8> {
    let mut head = Writer::head();
    let root = head.inner(None, &[Absent, Number(SCHEMA), Later, Number(0)]);
    let schema = head.inner(Some((root, 2)), &[Absent, Later, Later]);
    let fields = head.tables(schema, 1, 2);
    let image = head.at(
        fields[0],
        &[Later, Absent, Number(13), Absent, Absent, Later],
    );
    head.text(image, 0, "image");
    let inner = head.tables(image, 5, 2);
    for (place, (name, kind)) in inner.into_iter().zip([("bytes", 4), ("path", 5)]) {
        let field = head.at(place, &[Later, Absent, Number(kind)]);
        head.text(field, 0, name);
    }
    let label = head.at(fields[1], &[Later, Absent, Number(2), Later]);
    head.text(label, 0, "label");
    head.inner(Some((label, 3)), &[Number(64), Number(1)]);
    let notes = head.tables(schema, 2, 1);
    let note = head.at(notes[0], &[Later, Later]);
    head.text(note, 0, NOTE);
    head.text(
        note,
        1,
        r#"{"info": {"features": {"label": {"names": ["cat", "dog"]}}}}"#,
    );
    message(head, b"")
}

fn batch(images: &[&[u8]], labels: &[i64], compressed: bool) -> Vec<u8> {
    let (mut offsets, mut data, mut end) = (vec![0; 4], Vec::new(), 0_u32);
    for image in images {
        end += image.len() as u32;
        offsets.extend(end.to_le_bytes());
        data.extend(*image);
    }
    let labels: Vec<u8> = labels
        .iter()
        .flat_map(|label| label.to_le_bytes())
        .collect();
    let paths = vec![0; offsets.len()];
    // Gaps of the structure; bytes; path; label.
    let buffers = [
        &[][..],
        &[],
        &offsets,
        &data,
        &[],
        &paths,
        &[],
        &[],
        &labels,
    ];
    let (mut places, mut body) = (Vec::new(), Vec::new());
    for buffer in buffers {
        places.push((body.len() as u64, buffer.len() as u64));
        body.extend(buffer);
    }
    let mut head = Writer::head();
    let size = Number(body.len() as u64);
    let root = head.inner(None, &[Absent, Number(BATCH), Later, size]);
    let compression = if compressed { Later } else { Absent };
    let count = Number(images.len() as u64);
    let batch = head.inner(Some((root, 2)), &[count, Absent, Later, compression]);
    head.pairs(batch, 2, &places);
    if compressed {
        head.inner(Some((batch, 3)), &[]);
    }
    message(head, &body)
}

fn listed(file: &[u8]) -> io::Result<Option<Listing>> {
    let written = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(written.path(), file).unwrap();
    list(written.path(), "x.arrow", |name| name == "mask")
}

const PNG: &[u8] = b"\x89PNG one";
const OTHER: &[u8] = b"\x89PNG another";

#[test]
fn images_of_all_batches_are_found_with_the_names_of_their_classes() {
    let file = [
        schema(),
        batch(&[PNG, OTHER], &[1, 0], false),
        batch(&[PNG], &[7], false),
    ];
    let file = file.concat();
    for whole in [file.clone(), [b"ARROW1\0\0".as_slice(), &file].concat()] {
        let listing = listed(&whole).unwrap().unwrap();
        let items = listing.items.iter();
        let told: Vec<_> = items
            .map(|item| (&*item.name, item.label.as_deref()))
            .collect();
        let expected = [
            ("x.arrow#0", "dog"),
            ("x.arrow#1", "cat"),
            ("x.arrow#2", "7"),
        ];
        assert_eq!(told, expected.map(|(name, label)| (name, Some(label))));
    }
}

#[test]
fn what_was_read_before_a_cut_stays() {
    let file = [
        schema(),
        batch(&[PNG], &[1], false),
        batch(&[OTHER], &[0], false),
    ]
    .concat();
    let first = schema().len() + batch(&[PNG], &[1], false).len();
    let listing = listed(&file[..first + 6]).unwrap().unwrap();
    assert_eq!((listing.items.len(), listing.faults.len()), (1, 1));
    assert!(listed(&file[..schema().len() + 6]).is_err());
}

#[test]
fn what_follows_the_end_of_a_stream_is_told() {
    let end = [[0xFF; 4], [0; 4]].concat();
    let whole = [schema(), batch(&[PNG], &[1], false), end].concat();
    assert_eq!(listed(&whole).unwrap().unwrap().faults, []);
    let joined = [&whole[..], &whole].concat();
    let told = listed(&joined).unwrap().unwrap();
    assert_eq!((told.items.len(), told.faults.len()), (1, 1));
    // In a file of random access a footer stands there.
    let file = [b"ARROW1\0\0", &whole[..], b"footer\x06\0\0\0ARROW1"].concat();
    assert_eq!(listed(&file).unwrap().unwrap().faults, []);
}

#[test]
fn other_columns_are_no_images_and_compressed_ones_are_refused() {
    let texts = [schema(), batch(&[b"text"], &[1], false)].concat();
    assert!(listed(&texts).unwrap().is_none());
    let packed = [schema(), batch(&[PNG], &[1], true)].concat();
    assert!(
        listed(&packed)
            .unwrap_err()
            .to_string()
            .contains("compressed inside")
    );
}

/// A schema of columns of bytes, and a list of bytes `images`.
fn schema_of(columns: &[&str]) -> Vec<u8> {
    let mut head = Writer::head();
    let root = head.inner(None, &[Absent, Number(SCHEMA), Later, Number(0)]);
    let schema = head.inner(Some((root, 2)), &[Absent, Later]);
    let fields = head.tables(schema, 1, columns.len() + 1);
    for (place, name) in fields.iter().zip(columns) {
        let field = head.at(*place, &[Later, Absent, Number(4)]);
        head.text(field, 0, name);
    }
    let list = [Later, Absent, Number(12), Absent, Absent, Later];
    let list = head.at(fields[columns.len()], &list);
    head.text(list, 0, "images");
    let inner = head.tables(list, 5, 1);
    let item = head.at(inner[0], &[Later, Absent, Number(4)]);
    head.text(item, 0, "item");
    message(head, b"")
}

/// One row of such a table, whose list holds one text.
fn row_of(cells: &[&[u8]], listed: &[u8]) -> Vec<u8> {
    let offsets = |end: usize| [[0; 4], (end as u32).to_le_bytes()].concat();
    let mut buffers: Vec<Vec<u8>> = Vec::new();
    for cell in cells {
        buffers.extend([Vec::new(), offsets(cell.len()), cell.to_vec()]);
    }
    buffers.extend([Vec::new(), offsets(1)]);
    buffers.extend([Vec::new(), offsets(listed.len()), listed.to_vec()]);
    let (mut places, mut body) = (Vec::new(), Vec::new());
    for buffer in buffers {
        places.push((body.len() as u64, buffer.len() as u64));
        body.extend(buffer);
    }
    let mut head = Writer::head();
    let size = Number(body.len() as u64);
    let root = head.inner(None, &[Absent, Number(BATCH), Later, size]);
    let batch = head.inner(Some((root, 2)), &[Number(1), Absent, Later, Absent]);
    head.pairs(batch, 2, &places);
    message(head, &body)
}

#[test]
fn all_columns_of_images_are_read_and_lists_of_them_are_told() {
    let told = |columns: &[&str], rows: &[(&[&[u8]], &[u8])]| {
        let rows = rows.iter().flat_map(|row| row_of(row.0, row.1));
        let file: Vec<u8> = schema_of(columns).into_iter().chain(rows).collect();
        listed(&file).unwrap().map(|listing| {
            let names = listing.items.into_iter().map(|item| item.name);
            (names.collect::<Vec<_>>(), listing.faults.len())
        })
    };
    let both: [&[u8]; 2] = [PNG, OTHER];
    assert_eq!(
        told(&["left", "right"], &[(&both, b"text")]),
        Some((vec!["x.arrow#0".into(), "x.arrow!/right#0".into()], 0))
    );
    // A column that is empty at first, and a list.
    assert_eq!(
        told(&["left", "right"], &[(&[PNG, b""], PNG), (&both, PNG)]),
        Some((
            ["x.arrow#0", "x.arrow#1", "x.arrow!/right#1"]
                .map(Into::into)
                .into(),
            1
        ))
    );
    assert_eq!(
        told(&["mask", "image"], &[(&both, b"")]),
        Some((vec!["x.arrow#0".into()], 0))
    );
    assert_eq!(told(&["caption"], &[(&[b"BMW"], PNG)]), None);
}
