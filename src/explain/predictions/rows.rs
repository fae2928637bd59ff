//! Which sample a path of another program means.

/// Samples by path, by name of the file and by that name without its ending.
pub(crate) struct Rows {
    by_path: Vec<(String, usize)>,
    by_name: Vec<(String, usize)>,
    by_stem: Vec<(String, usize)>,
}

impl Rows {
    pub(crate) fn new(paths: &[&str]) -> Self {
        let keyed =
            |key: fn(&str) -> &str| sorted_unique(paths.iter().map(|path| key(path).to_owned()));
        Self {
            by_path: keyed(|path| path),
            by_name: keyed(file_name),
            by_stem: keyed(Self::stem),
        }
    }

    /// The sample of that path after `\` became `/` and a leading `./` fell away, or else the one
    /// with that name of a file.
    pub(crate) fn row(&self, path: &str) -> Option<usize> {
        let path = path.replace('\\', "/");
        let path = path.trim_start_matches("./");
        let is_stem = !file_name(path).contains('.');
        find(&self.by_path, path)
            .or_else(|| find(&self.by_name, file_name(path)))
            .or_else(|| find(&self.by_stem, path).filter(|_| is_stem))
    }

    /// The sample whose file has this name without its ending, points and all.
    pub(crate) fn of_stem(&self, stem: &str) -> Option<usize> {
        find(&self.by_stem, stem)
    }

    /// The name of a file without its ending, as tables of image ids write it.
    pub(crate) fn stem(path: &str) -> &str {
        let name = file_name(path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Keys with their index, sorted; keys that occur twice are ambiguous and fall away.
fn sorted_unique(keys: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut keys: Vec<(String, usize)> = keys.zip(0..).collect();
    keys.sort();
    keys.chunk_by(|a, b| a.0 == b.0)
        .filter(|run| run.len() == 1)
        .map(|run| run[0].clone())
        .collect()
}

fn find(sorted: &[(String, usize)], key: &str) -> Option<usize> {
    sorted
        .binary_search_by(|(other, _)| other.as_str().cmp(key))
        .ok()
        .map(|at| sorted[at].1)
}
