//! A directory of TensorBoard's event files: the latest run in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::run_files::read;
use crate::error::Error;
use crate::explain::training_log::{TrainingLog, tensorboard};

/// Folders below the directory that are looked into: `logs/fit/20260101/validation`.
const DEEPEST: usize = 5;

/// Reads the latest run of a directory. Folders that name a side (`train`, `validation`,
/// `Loss_val`) are parts of the run that they lie in.
pub(super) fn log(directory: &Path) -> Result<TrainingLog, Error> {
    let mut files = Vec::new();
    collect(directory, 0, &mut files);
    let mut runs: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        runs.entry(run_of(&file, directory)).or_default().push(file);
    }
    let several = runs.len();
    let latest = |files: &Vec<PathBuf>| files.iter().filter_map(|file| begun(file)).max();
    let Some((run, mut files)) = runs.into_iter().max_by_key(|(_, files)| latest(files)) else {
        return Err(Error::settings(format!(
            "`{}` is a directory without event files of TensorBoard; give the file of the log",
            directory.display()
        )));
    };
    files.sort_by_key(|file| begun(file));
    let files: Vec<(String, Vec<u8>)> = files
        .iter()
        .map(|file| Ok((folder(file), read(file)?)))
        .collect::<Result<_, Error>>()?;
    let parts: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(folder, bytes)| (folder.as_str(), bytes.as_slice()))
        .collect();
    let mut log = tensorboard::parse(&parts)
        .map_err(|error| Error::settings(format!("`{}`: {error}", run.display())))?;
    if several > 1 {
        log.warnings.push(format!(
            "{several} runs in one directory; the latest, `{}`, is read",
            run.display()
        ));
    }
    Ok(log)
}

fn collect(directory: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && depth < DEEPEST {
            collect(&path, depth + 1, files);
        } else if entry.file_name().to_string_lossy().contains("tfevents") && path.is_file() {
            files.push(path);
        }
    }
}

/// The folder of a run: that of the file, or the one around it where its name is that of a side.
fn run_of(file: &Path, root: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(root);
    let is_side = own != root && tensorboard::names_side(&folder(file));
    own.parent()
        .filter(|_| is_side)
        .unwrap_or(own)
        .to_path_buf()
}

fn folder(file: &Path) -> String {
    let folder = file.parent().and_then(Path::file_name);
    folder.unwrap_or_default().to_string_lossy().into_owned()
}

/// When a file was begun: the seconds in `events.out.tfevents.1700000000.host`.
fn begun(file: &Path) -> Option<(u64, String)> {
    let name = file.file_name()?.to_string_lossy().into_owned();
    let (_, rest) = name.split_once("tfevents.")?;
    let seconds = rest.split('.').next()?.parse().unwrap_or(0);
    Some((seconds, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_sides_are_parts_of_one_run() {
        let run = |file: &str, root: &str| run_of(Path::new(file), Path::new(root));
        let name = "events.out.tfevents.1700000000.host";
        let of = |folder: &str| run(&format!("logs/{folder}/{name}"), "logs");
        assert_eq!(of("fit/1/validation"), Path::new("logs/fit/1"));
        assert_eq!(of("fit/1/train"), Path::new("logs/fit/1"));
        assert_eq!(of("Loss_val"), Path::new("logs"));
        assert_eq!(of("version_0"), Path::new("logs/version_0"));
        let alone = run(&format!("logs/val/{name}"), "logs/val");
        assert_eq!(alone, Path::new("logs/val"));
        let at = |name: &str| begun(Path::new(name)).map(|(at, _)| at);
        assert_eq!(at(name), Some(1_700_000_000));
        assert_eq!(at("events.out.tfevents.host"), Some(0));
        assert_eq!(at("log.txt"), None);
    }
}
