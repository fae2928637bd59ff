//! LMDB: a tree of pages in one file, whose values may be images.
//!
//! Own reader, because the library maps the file into memory, writes a lock beside it, and trusts
//! what it finds there: a damaged file ends the process. The layout is that of `mdb.c`, version 1:
//! two pages that name the root, of which the one of the later transaction counts; branches and
//! leaves with a list of offsets behind a head of 16 bytes; values that are too long for a leaf on
//! pages of their own. Numbers are those of machines with 64 bits, low byte first.

use std::io;
use std::path::Path;

use super::listing::{Listing, Part};
use super::stream::Stream;
use super::{Container, begins_as_image, damaged, number};
use crate::tf_record::{Fields, Wire};

const HEAD: usize = 16;
const MAGIC: u64 = 0xBEEF_C0DE;
const VERSION: u64 = 1;

/// Flags of pages.
const BRANCH: u64 = 0x01;
const LEAF: u64 = 0x02;

/// Flags of values: on pages of their own, a database of its own, several of one key.
const BIG: u64 = 0x01;
const INNER: u64 = 0x02;
const SEVERAL: u64 = 0x04;

/// Where the meta data of a page keep the descriptions of its two databases, each so long, and the
/// number of the transaction.
const DATABASES: usize = HEAD + 24;
const DATABASE: usize = 48;
const ROOT: usize = 40;
const TRANSACTION: usize = DATABASES + 2 * DATABASE + 8;

/// Deepest tree that is followed: of pages with two keys it holds 2^40 values.
const DEEPEST: u32 = 40;

/// Bytes of a value that tell whether it is an image.
const BEGINNING: u64 = 64;

/// Whether a head is that of such a file.
pub(super) fn is_head(head: &[u8]) -> bool {
    number(head, HEAD, 4) == Some(MAGIC)
}

/// What a file holds: each value that is an image, by its key, or is one of Caffe's `Datum` with an
/// image inside. `None` where no value is.
///
/// # Errors
/// The file cannot be read, or its root is damaged.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let mut tree = Tree::open(file)?;
    let root = tree.root;
    let fault = tree.walk(root, "", 0).err();
    if tree.found.is_empty() {
        return fault.map_or(Ok(None), Err);
    }
    let container = Container::of_bytes(file)?;
    let mut listing = Listing::default();
    for image in tree.found {
        let part = Part::Stored {
            at: image.at,
            size: image.size,
        };
        listing.add(
            &container,
            format!("{name}!/{}", image.key),
            part,
            image.label,
        );
    }
    if let Some(error) = fault {
        listing.fault(name, format!("is damaged: {error}"));
    }
    if tree.pixels > 0 {
        let what = format!(
            "holds {} values of pixels without a format, not read",
            tree.pixels
        );
        listing.fault(name, what);
    }
    Ok(Some(listing))
}

/// An image among the values.
struct Image {
    key: String,
    at: u64,
    size: u64,
    label: Option<String>,
}

struct Tree {
    stream: Stream,
    page: u64,
    root: u64,
    /// Pages that may still be read: more than there are is a circle.
    left: u64,
    found: Vec<Image>,
    /// Values of Caffe that hold bare pixels.
    pixels: u64,
}

impl Tree {
    fn open(file: &Path) -> io::Result<Self> {
        let stream = Stream::of(file)?;
        let first = stream.read(0, (TRANSACTION + 8) as u64)?;
        // The database of free pages says how long a page is.
        let page = number(&first, DATABASES, 4).unwrap_or(0);
        if !page.is_power_of_two() || !(256..=1 << 16).contains(&page) {
            return Err(damaged("has no size of its pages"));
        }
        let metas = [Ok(first), stream.read(page, (TRANSACTION + 8) as u64)];
        let latest = metas.into_iter().flatten().filter_map(|meta| {
            let is_one = is_head(&meta) && number(&meta, HEAD + 4, 4) == Some(VERSION);
            let root = number(&meta, DATABASES + DATABASE + ROOT, 8)?;
            is_one.then_some((number(&meta, TRANSACTION, 8)?, root))
        });
        let Some((_, root)) = latest.max() else {
            return Err(damaged("has no root"));
        };
        Ok(Self {
            left: stream.size() / page,
            stream,
            page,
            root,
            found: Vec::new(),
            pixels: 0,
        })
    }

    /// Reads all below a page. Keys of a database inside another follow that one's.
    fn walk(&mut self, page: u64, before: &str, depth: u32) -> io::Result<()> {
        // The root of a tree without values.
        if page == u64::MAX {
            return Ok(());
        }
        if depth > DEEPEST || self.left == 0 {
            return Err(damaged("its pages lead in a circle"));
        }
        self.left -= 1;
        let at = self.start_of(page)?;
        let bytes = self.stream.read(at, self.page)?;
        let field = |offset: usize, width: usize| {
            number(&bytes, offset, width).ok_or_else(|| damaged("a page ends early"))
        };
        let kind = field(10, 2)? & (BRANCH | LEAF);
        let keys = (field(12, 2)?.saturating_sub(HEAD as u64) / 2) as usize;
        for key in 0..keys {
            let node = field(HEAD + 2 * key, 2)? as usize;
            let low = field(node, 4)?;
            let flags = field(node + 4, 2)?;
            let length = field(node + 6, 2)? as usize;
            if kind == BRANCH {
                self.walk(low | flags << 32, before, depth + 1)?;
                continue;
            }
            if kind != LEAF {
                return Err(damaged("a page is none of a tree"));
            }
            let own = bytes.get(node + 8..node + 8 + length);
            let own = own.ok_or_else(|| damaged("a key is cut off"))?;
            let own = format!("{before}{}", shown(own));
            let value = node + 8 + length;
            if flags & SEVERAL != 0 {
                return Err(damaged("keys have several values each, which is not read"));
            }
            if flags & INNER != 0 {
                let root = field(value + ROOT, 8)?;
                self.walk(root, &format!("{own}/"), depth + 1)?;
                continue;
            }
            let at = match flags & BIG {
                0 => at + value as u64,
                _ => self.start_of(field(value, 8)?)? + HEAD as u64,
            };
            self.take(own, at, low)?;
        }
        Ok(())
    }

    fn start_of(&self, page: u64) -> io::Result<u64> {
        page.checked_mul(self.page)
            .ok_or_else(|| damaged("a page lies beyond the end"))
    }

    /// Keeps a value that is an image.
    fn take(&mut self, key: String, at: u64, size: u64) -> io::Result<()> {
        let beginning = self.stream.read(at, size.min(BEGINNING))?;
        if begins_as_image(&beginning) {
            self.found.push(Image {
                key,
                at,
                size,
                label: None,
            });
            return Ok(());
        }
        // `channels`, the first field of a `Datum`, is 1 or 3 (or 0 where it is encoded).
        if !matches!(beginning[..], [0x08, 0 | 1 | 3, 0x10, ..] | [0x22, ..]) {
            return Ok(());
        }
        let value = self.stream.read(at, size)?;
        let mut label = None;
        let mut data: Option<&[u8]> = None;
        for field in Fields(&value) {
            match field {
                (4, Wire::Bytes(bytes)) => data = Some(bytes),
                (5, Wire::Varint(class)) => label = Some(class.to_string()),
                _ => {}
            }
        }
        match data {
            Some(data) if begins_as_image(data) => self.found.push(Image {
                key,
                at: at + (data.as_ptr().addr() - value.as_ptr().addr()) as u64,
                size: data.len() as u64,
                label,
            }),
            Some(_) => self.pixels += 1,
            None => {}
        }
        Ok(())
    }
}

/// A key as a name: as text, or by its bytes where it is none.
fn shown(key: &[u8]) -> String {
    let is_plain = |text: &&str| !text.is_empty() && !text.chars().any(char::is_control);
    // Many programs write the zero that ends a text of C.
    let trimmed = key.strip_suffix(b"\0").unwrap_or(key);
    match std::str::from_utf8(trimmed).ok().filter(is_plain) {
        Some(text) => text.replace("..", "_").trim_matches('/').to_owned(),
        None => key.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: usize = 4096;

    fn put(page: &mut [u8], at: usize, value: u64, width: usize) {
        page[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    }

    fn meta(root: u64, transaction: u64) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        put(&mut page, 10, 0x08, 2);
        put(&mut page, HEAD, MAGIC, 4);
        put(&mut page, HEAD + 4, VERSION, 4);
        put(&mut page, DATABASES, PAGE as u64, 4);
        put(&mut page, DATABASES + DATABASE + ROOT, root, 8);
        put(&mut page, TRANSACTION, transaction, 8);
        page
    }

    /// A page of nodes: low word, flags, key, what follows the key.
    fn nodes(kind: u64, nodes: &[(u64, u64, &[u8], &[u8])]) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        put(&mut page, 10, kind, 2);
        put(&mut page, 12, (HEAD + 2 * nodes.len()) as u64, 2);
        let mut end = PAGE;
        for (number, (low, flags, key, value)) in nodes.iter().enumerate() {
            end -= 8 + key.len() + value.len();
            put(&mut page, HEAD + 2 * number, end as u64, 2);
            put(&mut page, end, *low, 4);
            put(&mut page, end + 4, *flags, 2);
            put(&mut page, end + 6, key.len() as u64, 2);
            page[end + 8..end + 8 + key.len()].copy_from_slice(key);
            page[end + 8 + key.len()..end + 8 + key.len() + value.len()].copy_from_slice(value);
        }
        page
    }

    fn overflow(value: &[u8]) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        page[HEAD..HEAD + value.len()].copy_from_slice(value);
        page
    }

    /// Two leaves below a branch: an image on a page of its own, one in its leaf, one in a `Datum`,
    /// a text, and bare pixels. Older is a root that leads nowhere.
    fn database() -> Vec<u8> {
        let jpeg = [b"\xFF\xD8\xFF".as_slice(), &[7; 3000]].concat();
        let datum = [
            &[0x08, 3, 0x10, 1, 0x18, 1, 0x22, 5],
            b"\x89PNG!".as_slice(),
            &[0x28, 4],
        ]
        .concat();
        let bare = [0x08, 3, 0x10, 1, 0x18, 1, 0x22, 3, 9, 9, 9];
        let leaf = |one: &[(u64, u64, &[u8], &[u8])]| nodes(LEAF, one);
        [
            meta(9, 1),
            meta(2, 2),
            nodes(BRANCH, &[(3, 0, b"", b""), (4, 0, b"m", b"")]),
            leaf(&[
                (jpeg.len() as u64, BIG, b"cat/a.jpg", &5u64.to_le_bytes()),
                (6, 0, b"label", b"a text"),
            ]),
            leaf(&[
                (datum.len() as u64, 0, b"\x00\x01", &datum),
                (bare.len() as u64, 0, b"n", &bare),
                (5, 0, b"z\0", b"\x89PNG?"),
            ]),
            overflow(&jpeg),
        ]
        .concat()
    }

    fn listed(bytes: &[u8]) -> io::Result<Option<Listing>> {
        let written = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(written.path(), bytes).unwrap();
        let listing = list(written.path(), "x.lmdb")?;
        if let Some(listing) = &listing {
            for item in &listing.items {
                let super::super::super::Place::Inside(inside) = &item.place else {
                    panic!("{item:?} lies elsewhere")
                };
                // What is listed can be read, or says why not.
                let _ = inside.read();
            }
        }
        Ok(listing)
    }

    #[test]
    fn images_are_found_in_leaves_on_pages_of_their_own_and_in_caffes_records() {
        let listing = listed(&database()).unwrap().unwrap();
        let told: Vec<_> = listing
            .items
            .iter()
            .map(|item| (&*item.name, item.label.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("x.lmdb!/cat/a.jpg", None),
                ("x.lmdb!/0001", Some("4")),
                ("x.lmdb!/z", None)
            ]
        );
        let [(name, what)] = &listing.faults[..] else {
            panic!("{:?}", listing.faults)
        };
        assert_eq!(name, "x.lmdb");
        assert!(what.contains("1 values of pixels"), "{what}");
    }

    #[test]
    fn the_bytes_are_those_of_the_value() {
        let written = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(written.path(), database()).unwrap();
        let listing = list(written.path(), "x").unwrap().unwrap();
        let sizes: Vec<usize> = listing
            .items
            .iter()
            .map(|item| {
                let source = super::super::super::Source::new(Path::new(""), "", &item.place);
                let bytes = source.bytes().unwrap();
                assert!(begins_as_image(&bytes));
                bytes.len()
            })
            .collect();
        assert_eq!(sizes, [3003, 5, 5]);
    }

    #[test]
    fn a_circle_ends_and_other_values_are_none() {
        let mut circle = database();
        put(&mut circle[2 * PAGE..], PAGE - 8, 2, 4);
        let listing = listed(&circle);
        assert!(listing.is_err() || !listing.unwrap().unwrap().faults.is_empty());
        let texts = [meta(2, 1), meta(2, 2), nodes(LEAF, &[(1, 0, b"a", b"b")])].concat();
        assert!(listed(&texts).unwrap().is_none());
        let empty = [meta(u64::MAX, 1), meta(u64::MAX, 2)].concat();
        assert!(listed(&empty).unwrap().is_none());
        assert!(listed(&database()[..PAGE]).is_err());
    }

    proptest! {
        #[test]
        fn no_change_of_a_byte_is_a_way_to_panic_or_to_go_on_for_ever(
            at in 0..6 * PAGE,
            value in any::<u8>(),
            length in 200..6 * PAGE,
        ) {
            let mut bytes = database();
            bytes[at] = value;
            let _ = listed(&bytes);
            let _ = listed(&bytes[..length]);
        }
    }
}
