//! Whether a text is one that this tool writes: reports in any format, manifests, plans and lists.

use std::path::Path;

use crate::dataset::by_products::is_report;
use crate::dataset::is_called_as_image;
use crate::dataset::split_name::spelled_by_file;

/// Columns of the manifests that `split` writes.
const OF_MANIFESTS: &[&str] = &[
    "annotation",
    "group",
    "label",
    "mask",
    "path",
    "split",
    "target",
    "time",
];

/// Beginnings of tables: pairs, and plans.
const OF_TABLES: &[&str] = &[
    "kind,transform,distance,similarity,",
    "run,seed,fold,split_column,",
];

/// Beginnings of reports for people and for logs.
const OF_TEXTS: &[&str] = &[
    "## splitleak",
    "splitleak: ",
    "::error ",
    "::notice ",
    "::warning ",
    "CLEAR  ",
    "LEAKS  ",
    "NOT JUDGED  ",
    "UNKNOWN  ",
];

/// Whether a file that begins so was written here, and may be written again.
pub(super) fn is_own(path: &Path, begin: &[u8]) -> bool {
    let text = String::from_utf8_lossy(begin);
    let first = text.lines().next().unwrap_or_default();
    let has = |mark: &str| text.contains(mark);
    match begin.first() {
        None => true,
        Some(_) if is_report(&text) => true,
        Some(b'{') => false,
        Some(b'<') if text.starts_with("<svg") => has("role=\"img\">\n<title>"),
        Some(b'<') => has("<title>splitleak: "),
        Some(_) => {
            let begins = |all: &[&str]| all.iter().any(|one| text.starts_with(one));
            begins(OF_TEXTS) || begins(OF_TABLES) || is_manifest(first) || is_list(path, begin)
        }
    }
}

fn is_manifest(header: &str) -> bool {
    let mut columns = header.split(',');
    let is_known = |column: &str| {
        let fold = column.strip_prefix("split_");
        let is_fold = fold.is_some_and(|fold| fold.parse::<u32>().is_ok());
        is_fold || OF_MANIFESTS.contains(&column)
    };
    let begins = columns.next() == Some("path");
    begins && columns.clone().any(|one| one.starts_with("split")) && columns.all(is_known)
}

/// Images line by line, or changes of their splits. What is called as a split may be its list.
pub(super) fn is_list(path: &Path, begin: &[u8]) -> bool {
    let text = String::from_utf8_lossy(begin);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    if spelled_by_file(&stem).is_some() {
        return false;
    }
    let end = if text.contains('\0') { '\0' } else { '\n' };
    // The last one may be cut.
    let whole = text.rsplit_once(end).map_or("", |(whole, _)| whole);
    let is_image = |line: &str| {
        let line = line.strip_prefix("- ").unwrap_or(line);
        let name = line.split(" -> ").next().unwrap_or(line);
        let name = name.split(" (").next().unwrap_or(name);
        is_called_as_image(Path::new(name))
    };
    !whole.is_empty() && whole.split(end).all(is_image)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str, text: &str) -> bool {
        is_own(Path::new(name), text.as_bytes())
    }

    #[test]
    fn what_was_written_here_is_known_again() {
        for text in [
            "",
            "{\n  \"schema_version\": \"2.0\",\n  \"tool\": {\n    \"name\": \"splitleak\",",
            "{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",",
            "<!doctype html>\n<title>splitleak: leaks</title>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"splitleak\" tests=\"5\"",
            "LEAKS  1 of 4 validation images also occurs in training\n",
            "path,split\na.jpg,val\n",
            "path,split,label,group\na.jpg,val,cat,7\n",
            "path,split_1,split_2\na.jpg,val,train\n",
            "val/a.jpg\nval/b c.png\n",
            "val/a.jpg\0val/b.png\0",
            "train/a.jpg -> val\n- val/b.jpg\n",
        ] {
            assert!(own("data/x.txt", text), "{text}");
        }
    }

    #[test]
    fn what_a_user_has_written_is_not() {
        for (name, text) in [
            ("notes.json", "{\"a\": 1}"),
            ("a.html", "<!doctype html>\n<title>Data</title>"),
            (
                "index.html",
                "<html><title>Data</title><p>checked by splitleak</p>",
            ),
            (
                "manifest.csv",
                "path,split,steering,notes\na.jpg,val,0.1,x\n",
            ),
            ("names.csv", "path,label\na.jpg,cat\n"),
            ("train.txt", "images/a.jpg\nimages/b.jpg\n"),
            ("a.txt", "0 0.5 0.5 0.2 0.2\n"),
            ("data.yaml", "train: images/train\nval: images/val\n"),
            ("README.md", "# Data, checked by splitleak\n"),
            (
                "logo.svg",
                "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>x</title></svg>",
            ),
        ] {
            assert!(!own(name, text), "{name}");
        }
    }
}
