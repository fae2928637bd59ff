//! Names of what lies inside a file: `train-00000.tar!/x.jpg` is a member, `x.parquet#17` a row.

/// Names of the rows of one container.
#[derive(Debug, Clone)]
pub(crate) struct RowNames {
    folder: String,
    digits: usize,
}

impl RowNames {
    /// For as many rows as there are: with as many digits as the last number has, so that rows in
    /// order of name are in order.
    pub(crate) fn new(container: &str, rows: u64) -> Self {
        Self {
            folder: container.to_owned(),
            digits: rows.saturating_sub(1).to_string().len(),
        }
    }

    /// The name of a row, from 0.
    pub(crate) fn of(&self, row: u64) -> String {
        format!("{}#{row:0digits$}", self.folder, digits = self.digits)
    }
}

/// The folder that a name lies in, and the name in it. A container is a folder, whose name ends in
/// the mark behind it.
pub(crate) fn folder_and_name(path: &str) -> Option<(&str, &str)> {
    if let Some((before, row)) = path.rsplit_once('#')
        && !row.is_empty()
        && row.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some((&path[..=before.len()], row));
    }
    path.rsplit_once('/')
}

/// The name of the file that a name lies in: that of its container.
pub(crate) fn file_of(path: &str) -> &str {
    let outer = path
        .split_once("!/")
        .map_or(path, |(container, _)| container);
    match folder_and_name(outer) {
        Some((folder, _)) if folder.ends_with('#') => &folder[..folder.len() - 1],
        _ => outer,
    }
}

/// All folders of a name that lie in containers, or are one: outermost first.
pub(crate) fn inner_folders(path: &str) -> Vec<&str> {
    let Some((folder, _)) = folder_and_name(path) else {
        return Vec::new();
    };
    let ends = folder.match_indices('/').map(|(at, _)| at);
    let folders = ends.chain([folder.len()]).map(|end| &folder[..end]);
    folders
        .filter(|folder| folder.contains("!/") || folder.ends_with(['!', '#']))
        .collect()
}

/// What a folder is called: of a container its name up to the first dot.
pub(crate) fn stem_of_folder(name: &str) -> &str {
    match name.strip_suffix(['!', '#']) {
        Some(container) => container.split('.').next().unwrap_or(container),
        None => name,
    }
}

/// The name of a member as text; `None` for one that leads out of its archive.
///
/// Bytes that are not UTF-8 are written `\xHH`, so that two such names stay two.
pub(super) fn inner(name: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(name.len());
    super::super::name::push_escaped(&mut text, name);
    let parts: Vec<&str> = text
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let leads_out = text.starts_with('/') || parts.contains(&"..") || text.contains('\0');
    (!leads_out && !parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_order_of_name_are_in_order() {
        let names = RowNames::new("x.parquet", 11);
        assert_eq!(
            (names.of(2), names.of(10)),
            ("x.parquet#02".into(), "x.parquet#10".into())
        );
        assert_eq!(RowNames::new("x.npy", 1).of(0), "x.npy#0");
    }

    #[test]
    fn a_container_is_a_folder() {
        assert_eq!(
            folder_and_name("a/x.tar!/b/c.jpg"),
            Some(("a/x.tar!/b", "c.jpg"))
        );
        assert_eq!(
            folder_and_name("a/x.npz!/train#07"),
            Some(("a/x.npz!/train#", "07"))
        );
        assert_eq!(folder_and_name("a/x#07.jpg"), Some(("a", "x#07.jpg")));
        assert_eq!(folder_and_name("x.jpg"), None);
        for name in [
            "a/x.tar!/b/c.jpg",
            "a/x.tar#07",
            "a/x.tar!/train#07",
            "a/x.tar",
        ] {
            assert_eq!(file_of(name), "a/x.tar");
        }
        let inner = inner_folders("a/x.npz!/train#07");
        assert_eq!(inner, ["a/x.npz!", "a/x.npz!/train#"]);
        assert!(inner_folders("a/b/c.jpg").is_empty());
    }

    #[test]
    fn members_stay_in_their_archive() {
        assert_eq!(inner(b"./a//b.jpg").as_deref(), Some("a/b.jpg"));
        for name in [
            &b"../x.jpg"[..],
            b"a/../../x.jpg",
            b"/etc/x.jpg",
            b"a\0.jpg",
            b"./",
        ] {
            assert_eq!(inner(name), None, "{name:?}");
        }
        assert_eq!(inner(b"caf\xe9.jpg").as_deref(), Some("caf\\xE9.jpg"));
    }

    #[test]
    fn a_container_is_called_what_it_was_before_it_was_packed() {
        assert_eq!(stem_of_folder("train-00000.tar.gz!"), "train-00000");
        assert_eq!(stem_of_folder("train#"), "train");
        assert_eq!(stem_of_folder("v1.0"), "v1.0");
    }
}
