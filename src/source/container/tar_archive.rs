//! Tar archives, plain or gzipped as a whole; `WebDataset` shards among them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;

use tar::{Archive, Entries};

use super::inflate::Framing;
use super::listing::{Listing, Part};
use super::stream::Stream;
use super::{Container, NO_FILES, Reader, damaged};

/// Longest member that is read for a label.
const LABEL: u64 = 64 << 10;

/// Bytes of a block: members are made of whole ones, and an empty one ends an archive.
const BLOCK: u64 = 512;

/// What is wrong with an archive behind which no empty block stands: nothing tells it from one
/// that was cut between two members.
const NO_END: &str = "has no end: it may have been cut short behind its last member";

/// Most files that are reached by links: links to folders of links could make any number.
const MOST_LINKED: usize = 1 << 20;

/// What an archive holds. Members of one name are told apart by their number.
///
/// # Errors
/// The file cannot be read, or nothing in it is an archive.
pub(super) fn list(
    file: &Path,
    name: &str,
    gzipped: bool,
    is_wanted: &dyn Fn(&str) -> bool,
) -> io::Result<Listing> {
    let (members, stream, fault) = match gzipped {
        false => {
            let mut members = Members::new(is_wanted);
            let stream = Stream::of(file)?;
            let mut archive = Archive::new(BufReader::with_capacity(4096, File::open(file)?));
            archive.set_ignore_zeros(true);
            let entries = archive.entries_with_seek();
            let fault = entries.and_then(|entries| members.read(entries, stream.size()));
            (members, stream, fault.err())
        }
        true => inflated(file, is_wanted)?,
    };
    if members.found.is_empty()
        && let Some(error) = fault
    {
        return Err(error);
    }
    if members.end == 0 {
        return Err(damaged(NO_FILES));
    }
    let size = stream.size();
    let container = Container::new(file, Reader::Bytes(stream));
    let mut listing = Listing::default();
    let labels = members.labels();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut last = None;
    for member in members.found {
        let count = seen.entry(member.name.clone()).or_default();
        *count += 1;
        let own = match *count {
            1 => member.name.clone(),
            number => format!("{} ({number})", member.name),
        };
        let label = labels.get(key(&member.name)).cloned();
        let part = Part::Stored {
            at: member.at,
            size: member.size,
        };
        let own = format!("{name}!/{own}");
        last = Some(own.clone());
        listing.add(&container, own, part, label);
    }
    for (own, what) in members.faults {
        listing.fault(format!("{name}!/{own}"), what);
    }
    if let Some(error) = fault {
        let behind = last.unwrap_or_else(|| name.to_owned());
        listing.fault(name, format!("is damaged behind `{behind}`: {error}"));
    } else if size < members.end.saturating_add(BLOCK) {
        listing.fault(name, NO_END);
    }
    Ok(listing)
}

/// The members of an archive that is inflated while it is read, and how it is read again.
fn inflated<'a>(
    file: &Path,
    is_wanted: &'a dyn Fn(&str) -> bool,
) -> io::Result<(Members<'a>, Stream, Option<io::Error>)> {
    let packed = std::fs::metadata(file)?.len();
    let (reader, mut writer) = io::pipe()?;
    std::thread::scope(|scope| {
        let inflating = scope.spawn(move || {
            // A reader that has met a fault reads no more.
            let mut is_read = true;
            let mut hand_on = |part: &[u8]| is_read = is_read && writer.write_all(part).is_ok();
            Stream::inflated(file, 0, packed, Framing::Gzip, &mut hand_on)
        });
        let mut members = Members::new(is_wanted);
        let mut archive = Archive::new(BufReader::new(reader));
        archive.set_ignore_zeros(true);
        let entries = archive.entries();
        let fault = entries
            .and_then(|entries| members.read(entries, u64::MAX))
            .err();
        drop(archive);
        let stream = inflating
            .join()
            .map_err(|_| damaged("could not be inflated"))?;
        match stream {
            Ok(stream) => Ok((members, stream, fault)),
            Err(error) => Err(error),
        }
    })
}

/// Members that may be images or texts.
struct Members<'a> {
    found: Vec<Member>,
    faults: Vec<(String, String)>,
    /// Contents of small members that may tell a class, by name.
    told: HashMap<String, Vec<u8>>,
    is_wanted: &'a dyn Fn(&str) -> bool,
    /// Where the last member ends.
    end: u64,
}

#[derive(Clone)]
struct Member {
    name: String,
    at: u64,
    size: u64,
}

impl Member {
    /// The same by another name.
    fn called(&self, name: String) -> Self {
        Self { name, ..*self }
    }
}

impl<'a> Members<'a> {
    fn new(is_wanted: &'a dyn Fn(&str) -> bool) -> Self {
        Self {
            found: Vec::new(),
            faults: Vec::new(),
            told: HashMap::new(),
            is_wanted,
            end: 0,
        }
    }

    /// Reads all heads of an archive of so many bytes; what was read before an error stays.
    fn read<R: Read>(&mut self, entries: Entries<'_, R>, archive: u64) -> io::Result<()> {
        let mut links = Vec::new();
        let read = self.read_files(entries, archive, &mut links);
        self.follow(links);
        read
    }

    /// Adds what links lead to: files of the archive, or all that is in a folder of it. A link to
    /// what is neither is told, unless it is called as what is no image.
    fn follow(&mut self, links: Vec<(String, Option<String>)>) {
        let files = self.found.clone();
        let files: BTreeMap<&str, &Member> = files
            .iter()
            .map(|file| (file.name.as_str(), file))
            .collect();
        for (name, target) in links {
            let before = self.found.len();
            let folder = target.map(|target| match target.as_str() {
                "" => target,
                target => {
                    self.found
                        .extend(files.get(target).map(|file| file.called(name.clone())));
                    format!("{target}/")
                }
            });
            let below = folder.iter().flat_map(|folder| {
                let from = files.range(folder.as_str()..);
                let inside = from.take_while(|file| file.0.starts_with(folder.as_str()));
                inside.map(|(path, file)| file.called(format!("{name}/{}", &path[folder.len()..])))
            });
            let room = MOST_LINKED.saturating_sub(self.found.len() - files.len());
            self.found.extend(below.take(room));
            let is_found = self.found.len() > before;
            let may_be_folder = !name.rsplit('/').next().unwrap_or(&name).contains('.');
            if !is_found && (may_be_folder || (self.is_wanted)(&name)) {
                let what = "links to what is not in the archive, and is not read";
                self.faults.push((name, what.to_owned()));
            }
        }
    }

    fn read_files<R: Read>(
        &mut self,
        entries: Entries<'_, R>,
        archive: u64,
        links: &mut Vec<(String, Option<String>)>,
    ) -> io::Result<()> {
        for entry in entries {
            let mut entry = entry?;
            let path = entry.path_bytes().into_owned();
            let kind = entry.header().entry_type();
            let (at, size) = (entry.raw_file_position(), entry.size());
            self.end = at.saturating_add(size.div_ceil(BLOCK).saturating_mul(BLOCK));
            let is_link = kind.is_hard_link() || kind.is_symlink();
            if !(kind.is_file() || kind.is_gnu_sparse() || is_link) {
                continue;
            }
            let Some(name) = super::names::inner(&path) else {
                let shown = String::from_utf8_lossy(&path).escape_default().to_string();
                let what = "leads out of its archive, and is not read";
                self.faults.push((shown, what.to_owned()));
                continue;
            };
            if is_link {
                let target = entry.link_name_bytes().unwrap_or_default();
                let target = String::from_utf8_lossy(&target).into_owned();
                let target = match kind.is_symlink() {
                    true => beside(&name, &target),
                    false => super::names::inner(target.as_bytes()),
                };
                links.push((name, target));
                continue;
            }
            if kind.is_gnu_sparse() {
                if (self.is_wanted)(&name) {
                    let what = "is stored with holes, and is not read";
                    self.faults.push((name, what.to_owned()));
                }
                continue;
            }
            if at.saturating_add(size) > archive {
                return Err(damaged("ends before its last member"));
            }
            if size <= LABEL && tells_class(&name) {
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes)?;
                self.told.insert(name.clone(), bytes);
            }
            if (self.is_wanted)(&name) {
                self.found.push(Member { name, at, size });
            }
        }
        Ok(())
    }

    /// Classes by the key of a sample: `x.cls` holds its number, `x.json` may name it.
    fn labels(&self) -> HashMap<String, String> {
        let one = |(name, bytes): (&String, &Vec<u8>)| {
            let class = match name.ends_with(".cls") {
                true => Some(String::from_utf8_lossy(bytes).trim().to_owned()),
                false => class_of_json(bytes),
            };
            Some((
                key(name).to_owned(),
                class.filter(|class| !class.is_empty())?,
            ))
        };
        let mut all: Vec<_> = self.told.iter().collect();
        // Where both are there, the file that holds nothing else comes last and wins.
        all.sort_unstable_by_key(|(name, _)| (name.ends_with(".cls"), name.as_str()));
        all.into_iter().filter_map(one).collect()
    }
}

/// The path that a link leads to from where it lies; `None` where that is outside of the archive.
fn beside(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!target.starts_with('/')).then(|| parts.join("/"))
}

/// Whether a member may tell the class of the image with its key.
fn tells_class(name: &str) -> bool {
    name.ends_with(".cls") || name.ends_with(".json")
}

/// The class that an object names.
fn class_of_json(bytes: &[u8]) -> Option<String> {
    let object: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let value = ["label", "class", "cls", "class_name", "category"]
        .iter()
        .find_map(|key| object.get(key))?;
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What files of one sample share in `WebDataset`: the path up to the first dot of the file's name.
fn key(name: &str) -> &str {
    let start = name.rfind('/').map_or(0, |at| at + 1);
    let end = name[start..].find('.').map_or(name.len(), |at| start + at);
    &name[..end]
}

impl Container {
    /// A container whose parts are runs of bytes of `file`.
    pub(super) fn of_bytes(file: &Path) -> io::Result<Arc<Self>> {
        Ok(Self::new(file, Reader::Bytes(Stream::of(file)?)))
    }
}
