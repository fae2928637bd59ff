//! An assignment as the text of a manifest.

use super::Assignment;

/// What sides are called, in their order.
pub(crate) const NAMES: [&str; 3] = ["train", "val", "test"];

/// The splits of an assignment; `None` for what is left out.
#[must_use]
pub(crate) fn names(sides: &Assignment) -> Vec<Option<&'static str>> {
    let name = |side: &Option<u8>| Some(NAMES[usize::from((*side)?)]);
    sides.iter().map(name).collect()
}

/// A column that is copied beside the new ones.
#[derive(Debug, Clone)]
pub(crate) struct Column<'a> {
    /// Its header.
    pub name: &'a str,
    /// One cell per sample.
    pub cells: Vec<&'a str>,
}

/// One split: `path,split` and the other columns, in the order of the samples. Samples without a
/// split are left out.
#[must_use]
pub(crate) fn split_manifest(
    paths: &[&str],
    splits: &[Option<&str>],
    columns: &[Column],
) -> String {
    let header = ["path", "split"]
        .into_iter()
        .chain(columns.iter().map(|column| column.name));
    let rows = (0..paths.len()).filter_map(|i| {
        let own = [paths[i], splits[i]?].into_iter();
        Some(
            own.chain(columns.iter().map(move |column| column.cells[i]))
                .collect(),
        )
    });
    text(header.collect(), rows)
}

/// Folds: `path`, then `split_1` to `split_k`, each `train`, `val`, or empty where the sample is
/// left out of that fold.
#[must_use]
pub(crate) fn fold_manifest(paths: &[&str], folds: &[Assignment], columns: &[Column]) -> String {
    let names: Vec<String> = (1..=folds.len()).map(|k| format!("split_{k}")).collect();
    let header = std::iter::once("path")
        .chain(names.iter().map(String::as_str))
        .chain(columns.iter().map(|column| column.name));
    let row = |i: usize| {
        let name = |side: u8| NAMES[usize::from(side)];
        let splits = folds.iter().map(move |sides| sides[i].map_or("", name));
        std::iter::once(paths[i])
            .chain(splits)
            .chain(columns.iter().map(move |column| column.cells[i]))
            .collect()
    };
    text(header.collect(), (0..paths.len()).map(row))
}

pub(super) fn text<'a>(header: Vec<&'a str>, rows: impl Iterator<Item = Vec<&'a str>>) -> String {
    let mut text = String::new();
    for row in std::iter::once(header).chain(rows) {
        let cells: Vec<String> = row.into_iter().map(quoted).collect();
        text += &cells.join(",");
        text.push('\n');
    }
    text
}

/// A CSV cell: quoted when it holds a comma, a quote or a line break (RFC 4180).
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purged_samples_are_left_out_of_a_split_and_blank_in_a_fold() {
        let sides = vec![Some(0), None, Some(1)];
        let labels = Column {
            name: "label",
            cells: vec!["cat", "dog", "a,\"b\""],
        };
        let paths = ["x.jpg", "y.jpg", "z.jpg"];
        assert_eq!(
            split_manifest(&paths, &names(&sides), &[labels]),
            "path,split,label\nx.jpg,train,cat\nz.jpg,val,\"a,\"\"b\"\"\"\n"
        );
        assert_eq!(
            fold_manifest(&paths, &[sides.clone(), sides], &[]),
            "path,split_1,split_2\nx.jpg,train,train\ny.jpg,,\nz.jpg,val,val\n"
        );
    }
}
