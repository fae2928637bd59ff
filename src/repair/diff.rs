//! What a proposal changes, sample by sample, as text.

use super::manifest::text;

/// A sample with its split now and then; `after` is `None` where it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change<'a> {
    /// Its path.
    pub path: &'a str,
    /// The split it is in.
    pub before: &'a str,
    /// The split it goes to.
    pub after: Option<&'a str>,
    /// Whether the dataset lists its file in another split, too.
    pub again: bool,
}

/// A line for each: `train/b.jpg -> val` where it moves, `- val/a.jpg` where it is dropped. The
/// split is named behind a file that two splits list.
#[must_use]
pub(crate) fn diff(changes: &[Change]) -> String {
    let mut diff = String::new();
    for change in changes {
        let of = match change.again {
            true => format!(" ({})", change.before),
            false => String::new(),
        };
        diff += &match change.after {
            Some(split) => format!("{}{of} -> {split}\n", change.path),
            None => format!("- {}{of}\n", change.path),
        };
    }
    diff
}

/// Dropped samples as CSV: `path,split`.
#[must_use]
pub(crate) fn drop_list(changes: &[Change]) -> String {
    let dropped = changes.iter().filter(|change| change.after.is_none());
    text(
        vec!["path", "split"],
        dropped.map(|change| vec![change.path, change.before]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_and_drops_have_a_line_each_and_only_drops_are_listed() {
        let change = |path, before, after, again| Change {
            path,
            before,
            after,
            again,
        };
        let changes = [
            change("train/b.jpg", "train", Some("val"), false),
            change("val/a,1.jpg", "val", None, false),
            change("x.jpg", "train", None, true),
        ];
        assert_eq!(
            diff(&changes),
            "train/b.jpg -> val\n- val/a,1.jpg\n- x.jpg (train)\n"
        );
        assert_eq!(
            drop_list(&changes),
            "path,split\n\"val/a,1.jpg\",val\nx.jpg,train\n"
        );
        assert_eq!(
            (diff(&[]), drop_list(&[])),
            (String::new(), "path,split\n".to_owned())
        );
    }
}
