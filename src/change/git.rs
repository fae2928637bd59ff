//! Questions to git about the files of a dataset. Names end in NUL bytes, so that any name is safe.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::process::{Answer, Git, path_of, refused};
use crate::error::Error;
use crate::source::path_text;

/// Mode of an entry that stands for a commit of another repository.
pub(super) const SUBMODULE: &str = "160000";
/// Mode of a symbolic link.
pub(super) const LINK: &str = "120000";

/// The repository that a directory lies in.
pub(super) struct Repository {
    /// Git in the directory, or in the nearest one above it that is there.
    git: Git,
    /// Git where the files of the repository begin.
    above: Git,
    /// Where its files begin.
    pub(super) top: PathBuf,
    /// The directory from the top; empty where it is the top itself.
    pub(super) below: PathBuf,
}

/// A file that differs.
pub(super) struct Change {
    pub(super) path: String,
    /// Whether it stands for a directory: a submodule, or a link that may lead to one.
    pub(super) is_directory: bool,
    /// The blob it was, where it was a file.
    pub(super) old: Option<String>,
}

/// What a commit holds under the path of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Before {
    Absent,
    /// A file, by its blob.
    File(String),
    /// A link, or a submodule.
    Other,
}

/// What git tracks below the directory.
pub(super) struct Tracked {
    pub(super) files: BTreeSet<String>,
    /// Those that git was told not to look at, so that its word on them is worth nothing.
    pub(super) unwatched: BTreeSet<String>,
    pub(super) links: Vec<String>,
    pub(super) submodules: Vec<String>,
}

/// An entry of the index.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// From the top.
    pub(super) path: Vec<u8>,
    pub(super) mode: String,
    pub(super) blob: String,
    /// Whether git was told not to look at the file, so that its word on it is worth nothing.
    pub(super) is_unwatched: bool,
}

/// Files that are not as the index has them, by their paths from the top.
#[derive(Debug, Default)]
pub(super) struct Unstaged {
    pub(super) differing: BTreeSet<Vec<u8>>,
    /// Of these, those that the index only knows by name: no commit holds them.
    pub(super) announced: BTreeSet<Vec<u8>>,
}

/// Which files are compared with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Those below the directory; paths are relative to it.
    Directory,
    /// All of the repository; paths begin at the top.
    Everything,
    /// All of the index; paths begin at the top.
    Index,
}

impl Repository {
    /// `handed` is the index that the caller was told to use.
    ///
    /// # Errors
    /// No git, or no repository.
    pub(super) fn of(directory: &Path, handed: Option<&Path>) -> Result<Self, Error> {
        let outside = |said: &str| {
            refused(format!(
                "`{}` is not in a git repository that can be asked, so what has changed is not known (git: {said}); list files by `--files-from`, or check everything",
                directory.display()
            ))
        };
        let whole = std::path::absolute(directory).map_err(|error| outside(&error.to_string()))?;
        let there = whole.ancestors().find(|path| path.is_dir());
        let there = there.unwrap_or(&whole);
        let git = Git::at(there, handed)?;
        let top = match git.ask(&["rev-parse", "--show-toplevel"])? {
            Answer::Yes(top) => path_of(top.strip_suffix(b"\n").unwrap_or(&top)),
            Answer::No(said) => return Err(outside(&said)),
        };
        let real = |path: &Path| {
            path.canonicalize()
                .map_err(|error| outside(&error.to_string()))
        };
        let (top, real_there) = (real(&top)?, real(there)?);
        let below = real_there.strip_prefix(&top);
        let below = below.map_err(|_| outside("its files are elsewhere"))?;
        let rest = whole.strip_prefix(there).unwrap_or(Path::new(""));
        Ok(Self {
            below: match rest.as_os_str().is_empty() {
                true => below.to_path_buf(),
                false => below.join(rest),
            },
            above: git.moved(&top),
            git,
            top,
        })
    }

    /// The directory from the top as git spells it, with `/` at its end where it is not the top
    /// itself.
    pub(super) fn prefix(&self) -> String {
        match text(&self.below) {
            prefix if prefix.is_empty() => prefix,
            prefix => format!("{prefix}/"),
        }
    }

    /// A path from the top, where it lies in the repository. It need not be there, nor the
    /// directories above it; it is not followed where it is a link itself.
    pub(super) fn place_from_top(&self, path: &Path) -> Option<PathBuf> {
        let whole = std::path::absolute(path).ok()?;
        let mut above = whole.parent()?.ancestors();
        let (there, real) = above.find_map(|folder| Some((folder, folder.canonicalize().ok()?)))?;
        let rest = whole.strip_prefix(there).ok()?;
        Some(real.strip_prefix(&self.top).ok()?.join(rest))
    }

    /// Whether nothing has been committed yet.
    pub(super) fn is_unborn(&self) -> Result<bool, Error> {
        let answer = self.git.ask(&["rev-list", "--max-count=1", "--all"])?;
        let head = self
            .git
            .ask(&["rev-parse", "--verify", "--quiet", "HEAD"])?;
        Ok(matches!(answer, Answer::Yes(text) if text.is_empty()) && matches!(head, Answer::No(_)))
    }

    /// The commit that a revision names.
    pub(super) fn commit(&self, revision: &str) -> Result<String, Error> {
        let name = format!("{revision}^{{commit}}");
        let verify = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ];
        if let Answer::Yes(text) = self.git.ask(&verify)? {
            return Ok(String::from_utf8_lossy(&text).trim().to_owned());
        }
        let says = |question: &str| -> Result<String, Error> {
            Ok(match self.git.ask(&["rev-parse", question])? {
                Answer::Yes(text) => String::from_utf8_lossy(&text).trim().to_owned(),
                Answer::No(_) => String::new(),
            })
        };
        let top = self.top.display();
        if says("--is-shallow-repository")? == "true" {
            return Err(refused(format!(
                "`{revision}` is not in this shallow clone (`{top}`); fetch it, such as by `git fetch --depth=1 origin REVISION` or `fetch-depth: 0` of actions/checkout, or check everything by leaving `--changed-since` out"
            )));
        }
        let outer = says("--show-superproject-working-tree")?;
        let hint = match outer.as_str() {
            "" => String::new(),
            outer => {
                format!("; this is a submodule of `{outer}`, whose revisions it does not know")
            }
        };
        Err(refused(format!(
            "the repository `{top}` has no revision `{revision}`{hint}"
        )))
    }

    /// Files that differ from a commit, or are new and tracked; deleted ones are left out. Of
    /// submodules only the commit is compared: to look into one would run git under its settings.
    pub(super) fn changes(&self, commit: &str, extent: Extent) -> Result<Vec<Change>, Error> {
        let text = self.differences(commit, extent)?;
        let mut changes = Vec::new();
        for (head, path) in raw(&text) {
            let [old, new, blob, _, status] = head.as_slice() else {
                continue;
            };
            if !status.starts_with('D') {
                let is = |mode: &str| old == mode || new == mode;
                changes.push(Change {
                    path: text_of(path),
                    is_directory: is(SUBMODULE) || is(LINK),
                    old: old.starts_with("100").then(|| blob.clone()),
                });
            }
        }
        Ok(changes)
    }

    /// What a commit holds under the paths of files that differ from it, deleted ones too.
    pub(super) fn before(
        &self,
        commit: &str,
        extent: Extent,
    ) -> Result<Vec<(String, Before)>, Error> {
        let text = self.differences(commit, extent)?;
        let mut before = Vec::new();
        for (head, path) in raw(&text) {
            if let [old, _, blob, ..] = head.as_slice() {
                let was = match old.as_str() {
                    "000000" => Before::Absent,
                    mode if mode.starts_with("100") => Before::File(blob.clone()),
                    _ => Before::Other,
                };
                before.push((text_of(path), was));
            }
        }
        Ok(before)
    }

    /// What a commit holds under a path from the top.
    pub(super) fn before_of(&self, commit: &str, path: &str) -> Result<Before, Error> {
        let name = format!("{commit}:{path}");
        let object = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ];
        let Answer::Yes(blob) = self.above.ask(&object)? else {
            return Ok(Before::Absent);
        };
        Ok(Before::File(
            String::from_utf8_lossy(&blob).trim().to_owned(),
        ))
    }

    /// The raw difference between a commit and the files.
    fn differences(&self, commit: &str, extent: Extent) -> Result<Vec<u8>, Error> {
        let mut arguments = vec![
            "diff",
            "--raw",
            "--no-abbrev",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=dirty",
        ];
        let git = match extent {
            Extent::Directory => {
                arguments.extend(["--relative", commit, "--", "."]);
                &self.git
            }
            Extent::Everything => {
                arguments.extend([commit, "--"]);
                &self.above
            }
            Extent::Index => {
                arguments.extend(["--cached", commit, "--"]);
                &self.above
            }
        };
        git.tell(&arguments)
    }

    /// What of the working tree is not as the index has it.
    pub(super) fn unstaged(&self) -> Result<Unstaged, Error> {
        let text = self
            .above
            .tell(&["diff-files", "--raw", "-z", "--ignore-submodules=dirty"])?;
        let mut unstaged = Unstaged::default();
        for (head, path) in raw(&text) {
            if head.last().is_some_and(|status| status.starts_with('A')) {
                unstaged.announced.insert(path.to_vec());
            }
            unstaged.differing.insert(path.to_vec());
        }
        Ok(unstaged)
    }

    /// What the index holds below the directory.
    pub(super) fn tracked(&self) -> Result<Tracked, Error> {
        let text = self.git.tell(&["ls-files", "-s", "-v", "-z", "--", "."])?;
        let mut tracked = Tracked {
            files: BTreeSet::new(),
            unwatched: BTreeSet::new(),
            links: Vec::new(),
            submodules: Vec::new(),
        };
        for (head, path) in staged(&text) {
            let path = text_of(path);
            // `H 100644 HASH 0`: a small letter or an `S` where the file is not looked at.
            if head.first().is_some_and(|tag| tag != "H") {
                tracked.unwatched.insert(path.clone());
            }
            match head.get(1).map(String::as_str) {
                Some(SUBMODULE) => tracked.submodules.push(path),
                Some(LINK) => tracked.links.push(path),
                // What a link leads to, git does not look at.
                _ => {
                    tracked.files.insert(path);
                }
            }
        }
        Ok(tracked)
    }

    /// Everything that the index holds.
    ///
    /// # Errors
    /// A merge that is not finished.
    pub(super) fn index(&self) -> Result<Vec<Entry>, Error> {
        let text = self.above.tell(&["ls-files", "-s", "-v", "-z"])?;
        let mut entries = Vec::new();
        for (head, path) in staged(&text) {
            // `H 100644 HASH 0`: a small letter or an `S` where the file is not looked at.
            let [tag, mode, blob, stage] = head.as_slice() else {
                continue;
            };
            if stage != "0" {
                return Err(refused(format!(
                    "`{}` is not merged yet; finish the merge and stage it",
                    text_of(path)
                )));
            }
            entries.push(Entry {
                path: path.to_vec(),
                mode: mode.clone(),
                blob: blob.clone(),
                is_unwatched: tag != "H",
            });
        }
        Ok(entries)
    }

    /// Paths from the top of all tracked files of the repository whose names end like this.
    pub(super) fn named_like(&self, ending: &str) -> Result<Vec<String>, Error> {
        let text = self.above.tell(&["ls-files", "-z"])?;
        let names = text
            .split(|&byte| byte == 0)
            .filter(|name| name.ends_with(ending.as_bytes()));
        Ok(names.map(text_of).collect())
    }

    /// Whether a submodule, by its path relative to the directory, holds what is not committed in
    /// it.
    pub(super) fn is_dirty(&self, submodule: &str) -> Result<bool, Error> {
        let directory = self.top.join(&self.below).join(submodule);
        let inner = Self::of(&directory, None)?;
        if inner.top == self.top {
            // It is not checked out.
            return Ok(false);
        }
        if inner.is_unborn()? {
            return Ok(true);
        }
        let others = ["ls-files", "--others", "--exclude-standard", "-z"];
        let commit = inner.commit("HEAD")?;
        Ok(!inner.above.tell(&others)?.is_empty()
            || !inner.unstaged()?.differing.is_empty()
            || !inner.changes(&commit, Extent::Index)?.is_empty())
    }

    /// Content of a file in a commit, by its path from the top; `None` where there is none.
    pub(super) fn content(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        self.blob(&format!("{commit}:{path}"))
    }

    /// Content of a blob; `None` where there is none.
    pub(super) fn blob(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(match self.git.ask(&["cat-file", "blob", name])? {
            Answer::Yes(bytes) => Some(bytes),
            Answer::No(_) => None,
        })
    }

    /// Sizes of blobs in bytes, in their order; `None` for those that are not here.
    pub(super) fn sizes(&self, blobs: &[&str]) -> Result<Vec<Option<u64>>, Error> {
        let mut sizes = Vec::with_capacity(blobs.len());
        self.each_object("--batch-check", blobs, |_, size, _| {
            sizes.push(size);
            Ok(())
        })?;
        Ok(sizes)
    }

    /// Hands each blob's number, and its bytes as a stream, to `take`. What is not here is left
    /// out.
    pub(super) fn contents(
        &self,
        blobs: &[&str],
        mut take: impl FnMut(usize, &mut dyn Read) -> io::Result<()>,
    ) -> Result<(), Error> {
        self.each_object("--batch", blobs, |place, size, output| {
            let Some(size) = size else { return Ok(()) };
            let mut content = Read::take(&mut *output, size);
            take(place, &mut content)?;
            io::copy(&mut content, &mut io::sink())?;
            // A newline ends each of them.
            output.read_exact(&mut [0])
        })
    }

    fn each_object(
        &self,
        how: &str,
        blobs: &[&str],
        mut take: impl FnMut(usize, Option<u64>, &mut dyn BufRead) -> io::Result<()>,
    ) -> Result<(), Error> {
        if blobs.is_empty() {
            return Ok(());
        }
        let input = blobs.join("\n") + "\n";
        let mut run = self
            .above
            .start(&["cat-file", how, "--buffer"], input.into_bytes())?;
        let mut output = BufReader::new(run.output());
        for place in 0..blobs.len() {
            let mut line = String::new();
            // `HASH blob SIZE`, or `HASH missing`.
            let taken = output.read_line(&mut line).and_then(|_| {
                let size = line.split_ascii_whitespace().nth(2);
                take(place, size.and_then(|size| size.parse().ok()), &mut output)
            });
            if let Err(error) = taken {
                return Err(run.stalled(&error));
            }
        }
        let (status, said) = run.end()?;
        match status.success() {
            true => Ok(()),
            false => Err(self.above.failed("cat-file", &said)),
        }
    }

    /// Whether files of Git LFS may be told from their pointers.
    pub(super) fn uses_lfs(&self) -> bool {
        self.git.switches_off("lfs")
    }

    /// What the repository shares with its other working trees: objects, and what is kept beside
    /// them.
    pub(super) fn common_directory(&self) -> Result<PathBuf, Error> {
        let common = self.above.tell(&["rev-parse", "--git-common-dir"])?;
        let common = path_of(common.strip_suffix(b"\n").unwrap_or(&common));
        Ok(self.top.join(common))
    }
}

/// Entries of `--raw -z`: the fields of `:100644 100644 OLD NEW M`, then the path.
fn raw(text: &[u8]) -> impl Iterator<Item = (Vec<String>, &[u8])> {
    let mut parts = text.split(|&byte| byte == 0);
    std::iter::from_fn(move || {
        let head = parts.next().filter(|head| !head.is_empty())?;
        let head = String::from_utf8_lossy(head);
        let fields = head.trim_start_matches(':').split(' ');
        Some((fields.map(ToOwned::to_owned).collect(), parts.next()?))
    })
}

/// Entries of `ls-files -s -z`: the fields of `100644 HASH 0`, and behind a tab the path.
fn staged(text: &[u8]) -> impl Iterator<Item = (Vec<String>, &[u8])> {
    let entries = text.split(|&byte| byte == 0);
    entries.filter_map(|entry| {
        let tab = entry.iter().position(|&byte| byte == b'\t')?;
        let head = String::from_utf8_lossy(&entry[..tab]);
        let fields = head.split(' ').map(ToOwned::to_owned).collect();
        Some((fields, &entry[tab + 1..]))
    })
}

/// A path as samples spell it.
pub(super) fn text_of(path: &[u8]) -> String {
    text(&path_of(path))
}

/// A path as samples spell it.
pub(super) fn text(path: &Path) -> String {
    path_text(Path::new(""), path).0
}
