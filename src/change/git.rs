//! Asks the `git` program. Names come ended by NUL bytes, so that any name is safe.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::source::path_text;

/// Mode of an entry that stands for a commit of another repository.
const SUBMODULE: &str = "160000";
/// Mode of a symbolic link.
const LINK: &str = "120000";

/// The repository that a directory lies in. Paths are relative to that directory.
pub(super) struct Repository {
    directory: PathBuf,
    /// Where its files begin.
    pub(super) top: PathBuf,
}

/// A file that differs.
pub(super) struct Change {
    pub(super) path: String,
    /// Whether it stands for a directory: a submodule, or a link that may lead to one.
    pub(super) is_directory: bool,
}

/// What git tracks below the directory.
pub(super) struct Tracked {
    pub(super) files: BTreeSet<String>,
    /// Submodules and links.
    pub(super) directories: Vec<String>,
}

impl Repository {
    /// # Errors
    /// No git, or no repository.
    pub(super) fn of(directory: &Path) -> Result<Self, Error> {
        let mut repository = Self {
            directory: directory.to_path_buf(),
            top: PathBuf::new(),
        };
        let top = match repository.ask(&["rev-parse", "--show-toplevel"])? {
            Answer::Yes(top) => top,
            Answer::No(said) => {
                return Err(refused(format!(
                    "`{}` is not in a git repository that can be asked, so what has changed is not known (git: {said}); list files by `--files-from`, or check everything",
                    directory.display()
                )));
            }
        };
        repository.top = path_of(top.strip_suffix(b"\n").unwrap_or(&top));
        Ok(repository)
    }

    /// Whether nothing has been committed yet.
    pub(super) fn is_unborn(&self) -> Result<bool, Error> {
        let answer = self.ask(&["rev-list", "--max-count=1", "--all"])?;
        let head = self.ask(&["rev-parse", "--verify", "--quiet", "HEAD"])?;
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
        if let Answer::Yes(text) = self.ask(&verify)? {
            return Ok(String::from_utf8_lossy(&text).trim().to_owned());
        }
        let says = |question: &str| -> Result<String, Error> {
            Ok(match self.ask(&["rev-parse", question])? {
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

    /// Files that differ from a commit, or are new and tracked; deleted ones are left out.
    pub(super) fn changes(&self, commit: &str) -> Result<Vec<Change>, Error> {
        let text = self.tell(&[
            "diff",
            "--raw",
            "-z",
            "--no-renames",
            "--relative",
            "--ignore-submodules=none",
            commit,
            "--",
            ".",
        ])?;
        // `:100644 100644 1234567 0000000 M`, then the path.
        let mut parts = text.split(|&byte| byte == 0);
        let mut changes = Vec::new();
        while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
            let head = String::from_utf8_lossy(head);
            let fields: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
            let [old, new, .., status] = fields.as_slice() else {
                continue;
            };
            if !status.starts_with('D') {
                changes.push(Change {
                    path: text_of(path),
                    is_directory: [SUBMODULE, LINK]
                        .iter()
                        .any(|mode| mode == old || mode == new),
                });
            }
        }
        Ok(changes)
    }

    /// What the index holds below the directory.
    pub(super) fn tracked(&self) -> Result<Tracked, Error> {
        let text = self.tell(&["ls-files", "-s", "-z", "--", "."])?;
        let mut tracked = Tracked {
            files: BTreeSet::new(),
            directories: Vec::new(),
        };
        // `100644 HASH 0`, a tab, then the path.
        for entry in text
            .split(|&byte| byte == 0)
            .filter(|entry| !entry.is_empty())
        {
            let tab = entry.iter().position(|&byte| byte == b'\t');
            let (head, path) = entry.split_at(tab.unwrap_or(0));
            let path = text_of(path.strip_prefix(b"\t").unwrap_or(path));
            if head.starts_with(SUBMODULE.as_bytes()) || head.starts_with(LINK.as_bytes()) {
                tracked.directories.push(path.clone());
            }
            tracked.files.insert(path);
        }
        Ok(tracked)
    }

    /// Paths from the top of all tracked files of the repository with a name like `pattern`.
    pub(super) fn named_like(&self, pattern: &str) -> Result<Vec<String>, Error> {
        let pattern = format!(":(top,glob)**/{pattern}");
        let text = self.tell(&["ls-files", "-z", "--full-name", "--", &pattern])?;
        let names = text
            .split(|&byte| byte == 0)
            .filter(|name| !name.is_empty());
        Ok(names.map(text_of).collect())
    }

    /// Content of a file in a commit, by its path from the top; `None` where there is none.
    pub(super) fn content(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let name = format!("{commit}:{path}");
        Ok(match self.ask(&["cat-file", "blob", &name])? {
            Answer::Yes(bytes) => Some(bytes),
            Answer::No(_) => None,
        })
    }

    /// Path of the directory from the top, with `/` at its end where it is not the top itself.
    pub(super) fn prefix(&self) -> Result<String, Error> {
        let text = self.tell(&["rev-parse", "--show-prefix"])?;
        let prefix = text_of(text.strip_suffix(b"\n").unwrap_or(&text));
        Ok(match prefix.as_str() {
            "" => prefix,
            prefix => format!("{prefix}/"),
        })
    }

    fn tell(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        match self.ask(arguments)? {
            Answer::Yes(text) => Ok(text),
            Answer::No(said) => Err(refused(format!(
                "`git {}` failed in `{}`: {said}",
                arguments[0],
                self.directory.display()
            ))),
        }
    }

    /// Runs git in the directory. Where the directory lies decides the repository: what a
    /// hook says of it in the environment may be relative to another place.
    fn ask(&self, arguments: &[&str]) -> Result<Answer, Error> {
        let mut git = Command::new("git");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            git.env_remove(name);
        }
        let git = git.args(arguments).current_dir(&self.directory);
        let output = git.stdin(Stdio::null()).output().map_err(|error| {
            refused(format!(
                "`git` could not be run ({error}), so what has changed is not known; install git, or list files by `--files-from`"
            ))
        })?;
        Ok(if output.status.success() {
            Answer::Yes(output.stdout)
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Answer::No(said.trim().to_owned())
        })
    }
}

enum Answer {
    /// What it printed.
    Yes(Vec<u8>),
    /// It failed, and what it complained of.
    No(String),
}

fn refused(message: String) -> Error {
    Error::Change { message }
}

/// A path as samples spell it.
fn text_of(path: &[u8]) -> String {
    path_text(Path::new(""), &path_of(path)).0
}

/// A path from bytes: any on Unix, UTF-8 elsewhere.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// A path from bytes: any on Unix, UTF-8 elsewhere.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
