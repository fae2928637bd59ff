//! Runs the `git` program so that it reads a repository and does nothing else.
//!
//! Settings of a repository can make git run programs: monitors, hooks, filters, textconv,
//! pagers, fetches of missing objects. None of them is wanted here, whoever set them.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long git may say nothing: it looks at every file of a large tree before its first word.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often it is asked whether a process that has closed its output has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Bytes that are passed on at once.
const CHUNK: usize = 1 << 16;

/// Settings that keep git from running other programs, over those of the repository.
const SETTINGS: [&str; 3] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=false",
];

/// The same for what is told by the environment.
const ENVIRONMENT: [(&str, &str); 8] = [
    // No lock is taken, so that the index is not written and no hook is told of it.
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    // Versions before 2.45 do not know the line above.
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_SSH_COMMAND", "false"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("LC_ALL", "C"),
];

/// What a hook says of its own repository, which may be another one than the dataset's.
const FOREIGN: [&str; 5] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_EXTERNAL_DIFF",
];

/// Git in one directory. Where it lies decides the repository.
#[derive(Debug, Clone)]
pub(super) struct Git {
    program: PathBuf,
    directory: PathBuf,
    patience: Duration,
    /// The index to read, where it is not the repository's own.
    index: Option<PathBuf>,
    /// `NAME=VALUE`: settings that switch off the filters which the repository names.
    filters: Vec<String>,
}

/// What git answered.
pub(super) enum Answer {
    /// What it printed.
    Yes(Vec<u8>),
    /// It failed, and what it complained of.
    No(String),
}

impl Git {
    /// Git in `directory`. `handed` is the index that the caller was told to use, as hooks are.
    ///
    /// # Errors
    /// No git, or filters that cannot be switched off.
    pub(super) fn at(directory: &Path, handed: Option<&Path>) -> Result<Self, Error> {
        let mut git = Self {
            program: "git".into(),
            directory: directory.to_path_buf(),
            patience: PATIENCE,
            index: None,
            filters: Vec::new(),
        };
        git.filters = git.switched_off_filters()?;
        git.index = git.own_index(handed)?;
        Ok(git)
    }

    /// Git in another directory of the same repository.
    pub(super) fn moved(&self, directory: &Path) -> Self {
        Self {
            directory: directory.to_path_buf(),
            ..self.clone()
        }
    }

    /// Whether the repository names this filter.
    pub(super) fn switches_off(&self, filter: &str) -> bool {
        let setting = format!("filter.{filter}.clean=");
        self.filters.contains(&setting)
    }

    fn switched_off_filters(&self) -> Result<Vec<String>, Error> {
        let names = [
            "config",
            "--null",
            "--name-only",
            "--get-regexp",
            "^filter\\.",
        ];
        // It fails where there are none, and outside of a repository.
        let Answer::Yes(names) = self.ask(&names)? else {
            return Ok(Vec::new());
        };
        let names = String::from_utf8_lossy(&names);
        let names = names
            .split('\0')
            .filter_map(|name| name.strip_prefix("filter."));
        let drivers: BTreeSet<&str> = names
            .filter_map(|name| Some(name.rsplit_once('.')?.0))
            .collect();
        // Such a name could not be told from a value.
        if let Some(odd) = drivers
            .iter()
            .find(|name| name.contains(['=', '\n', '\u{fffd}']))
        {
            return Err(refused(format!(
                "the git settings of `{}` name a filter `{}`, which cannot be switched off; rename it",
                self.directory.display(),
                odd.escape_debug()
            )));
        }
        let off = |driver: &&str| {
            let off = ["clean=", "smudge=", "process=", "required=false"];
            off.map(|setting| format!("filter.{driver}.{setting}"))
        };
        Ok(drivers.iter().flat_map(off).collect())
    }

    /// The handed index where it belongs to this repository: that of a commit of some files, or
    /// of all that changed, is not the repository's own.
    fn own_index(&self, handed: Option<&Path>) -> Result<Option<PathBuf>, Error> {
        let Some(handed) = handed.and_then(|path| std::path::absolute(path).ok()) else {
            return Ok(None);
        };
        let Answer::Yes(own) = self.ask(&["rev-parse", "--absolute-git-dir"])? else {
            return Ok(None);
        };
        let own = path_of(own.strip_suffix(b"\n").unwrap_or(&own)).canonicalize();
        let above = handed.parent().map(Path::canonicalize);
        Ok(match (own, above) {
            (Ok(own), Some(Ok(above))) if own == above => Some(handed),
            _ => None,
        })
    }

    /// What git prints.
    ///
    /// # Errors
    /// No git, or one that does not answer.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Answer, Error> {
        let mut run = self.start(arguments, Vec::new())?;
        let mut text = Vec::new();
        if let Err(error) = run.output().read_to_end(&mut text) {
            return Err(run.stalled(&error));
        }
        let (status, said) = run.end()?;
        Ok(if status.success() {
            Answer::Yes(text)
        } else {
            Answer::No(said)
        })
    }

    /// What git prints.
    ///
    /// # Errors
    /// As for [`Git::ask`], and what git complained of.
    pub(super) fn tell(&self, arguments: &[&str]) -> Result<Vec<u8>, Error> {
        match self.ask(arguments)? {
            Answer::Yes(text) => Ok(text),
            Answer::No(said) => Err(self.failed(arguments[0], &said)),
        }
    }

    /// The error of a command that failed.
    pub(super) fn failed(&self, command: &str, said: &str) -> Error {
        refused(format!(
            "`git {command}` failed in `{}`: {said}",
            self.directory.display()
        ))
    }

    /// Starts git, and hands it `input` while its output is read.
    ///
    /// # Errors
    /// No git.
    pub(super) fn start(&self, arguments: &[&str], input: Vec<u8>) -> Result<Run, Error> {
        let mut command = self.command(arguments);
        let mut child = command.spawn().map_err(|error| {
            refused(format!(
                "`git` could not be run ({error}), so what has changed is not known; install git, or list files by `--files-from`"
            ))
        })?;
        if let Some(mut to) = child.stdin.take() {
            // A program that ends early reads no further, and its status tells why.
            std::thread::spawn(move || drop(to.write_all(&input)));
        }
        let (said, complaints) = sync_channel(1);
        if let Some(mut from) = child.stderr.take() {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                let _ = from.read_to_end(&mut text);
                let _ = said.send(text);
            });
        }
        Ok(Run {
            command: arguments.first().copied().unwrap_or_default().to_owned(),
            output: Some(Output::of(child.stdout.take(), self.patience)),
            child,
            complaints,
            patience: self.patience,
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut git = Command::new(&self.program);
        for name in FOREIGN {
            git.env_remove(name);
        }
        git.envs(ENVIRONMENT);
        if let Some(index) = &self.index {
            git.env("GIT_INDEX_FILE", index);
        }
        let filters = self.filters.iter().map(String::as_str);
        for setting in SETTINGS.into_iter().chain(filters) {
            git.args(["-c", setting]);
        }
        git.arg("--no-pager")
            .args(arguments)
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        git
    }
}

/// Git at work.
pub(super) struct Run {
    command: String,
    child: Child,
    output: Option<Output>,
    complaints: Receiver<Vec<u8>>,
    patience: Duration,
}

impl Run {
    /// What it prints; nothing the second time.
    pub(super) fn output(&mut self) -> impl Read + use<> {
        let output = self.output.take();
        output.unwrap_or_else(|| Output::of(None, self.patience))
    }

    /// Waits until it has ended; its status, and what it complained of.
    ///
    /// # Errors
    /// It does not end.
    pub(super) fn end(mut self) -> Result<(ExitStatus, String), Error> {
        let since = Instant::now();
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if since.elapsed() < self.patience => std::thread::sleep(PAUSE),
                Ok(None) => return Err(self.stalled(&io::ErrorKind::TimedOut.into())),
                Err(error) => return Err(self.stalled(&error)),
            }
        };
        let said = self.complaints.recv_timeout(self.patience);
        let said = String::from_utf8_lossy(&said.unwrap_or_default())
            .trim()
            .to_owned();
        Ok((status, said))
    }

    /// Stops it, because its output cannot be read.
    pub(super) fn stalled(&mut self, error: &io::Error) -> Error {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let why = match error.kind() {
            io::ErrorKind::TimedOut => {
                format!(
                    "said nothing for {} s and was stopped",
                    self.patience.as_secs_f32()
                )
            }
            _ => format!("could not be read ({error})"),
        };
        refused(format!(
            "`git {}` {why}, so what has changed is not known; try it by hand, or check everything",
            self.command
        ))
    }
}

/// What a process prints, read in a thread of its own, so that silence has an end.
pub(super) struct Output {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
    patience: Duration,
}

impl Output {
    fn of(from: Option<ChildStdout>, patience: Duration) -> Self {
        let (to, chunks) = sync_channel(16);
        if let Some(from) = from {
            // It is left behind where a process goes on without a word.
            std::thread::spawn(move || pass_on(from, &to));
        }
        Self {
            chunks,
            chunk: Vec::new(),
            at: 0,
            patience,
        }
    }
}

fn pass_on(mut from: ChildStdout, to: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = from.read(&mut chunk).map(|length| {
            chunk.truncate(length);
            chunk
        });
        let is_last = !matches!(&read, Ok(chunk) if !chunk.is_empty());
        if to.send(read).is_err() || is_last {
            return;
        }
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            self.chunk = match self.chunks.recv_timeout(self.patience) {
                Ok(chunk) => chunk?,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
            self.at = 0;
        }
        let length = buffer.len().min(self.chunk.len() - self.at);
        buffer[..length].copy_from_slice(&self.chunk[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
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

pub(super) fn refused(message: String) -> Error {
    Error::Change { message }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A program in place of git.
    fn git(directory: &Path, script: &str, patience: Duration) -> Git {
        let program = directory.join("git");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Git {
            program,
            directory: directory.to_path_buf(),
            patience,
            index: None,
            filters: Vec::new(),
        }
    }

    #[test]
    fn a_git_that_says_nothing_is_stopped() {
        let directory = tempfile::tempdir().unwrap();
        let silent = git(directory.path(), "sleep 600", Duration::from_millis(100));
        let error = silent.tell(&["diff"]).unwrap_err().to_string();
        assert!(error.contains("`git diff` said nothing"), "{error}");
    }

    #[test]
    fn what_git_prints_is_read_whole_while_it_is_fed() {
        let directory = tempfile::tempdir().unwrap();
        let echo = git(directory.path(), "cat", PATIENCE);
        let input = vec![b'x'; 3 * CHUNK + 1];
        let mut run = echo.start(&["cat-file"], input.clone()).unwrap();
        let mut output = Vec::new();
        run.output().read_to_end(&mut output).unwrap();
        assert!(output == input);
        assert!(run.end().unwrap().0.success());
    }

    #[test]
    fn a_git_that_fails_is_quoted() {
        let directory = tempfile::tempdir().unwrap();
        let failing = git(directory.path(), "echo why >&2; exit 3", PATIENCE);
        let error = failing.tell(&["ls-files"]).unwrap_err().to_string();
        assert!(
            error.contains("`git ls-files` failed") && error.ends_with("why"),
            "{error}"
        );
    }
}
