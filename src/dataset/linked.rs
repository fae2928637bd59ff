//! Files that splits reach by links: what lies in a pool that the folders of splits lead to is in
//! these splits, and not outside of all.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::claim::Claim;
use crate::source::Place;

/// Leaves out images without a split that a split has by a link.
pub(super) fn leave_targets_out(claim: &mut Claim, root: &Path) {
    let is_divided = claim.drafts.iter().any(|draft| draft.split.is_some());
    let is_open = claim.drafts.iter().any(|draft| draft.split.is_none());
    if !(is_divided && is_open) {
        return;
    }
    let target = |path: &str, place: &Place| -> Option<PathBuf> {
        matches!(place, Place::Named).then(|| root.join(path).canonicalize().ok())?
    };
    let divided = claim.drafts.iter().filter(|draft| draft.split.is_some());
    let reached: HashSet<PathBuf> = divided
        .filter_map(|draft| target(&draft.path, &draft.place))
        .collect();
    claim.drafts.retain(|draft| {
        let is_reached = || {
            let own = target(&draft.path, &draft.place);
            own.is_some_and(|own| reached.contains(&own))
        };
        draft.split.is_some() || !is_reached()
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::dataset::image_folder;
    use crate::dataset::walk::{Walked, WalkedFile};

    /// Paths outside of splits, of a pool with three images of which two are linked.
    #[test]
    fn what_splits_link_to_lies_in_them_and_other_images_stay_outside() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        for folder in ["pool", "train", "val"] {
            std::fs::create_dir(at(folder)).unwrap();
        }
        for name in ["a", "b", "c"] {
            std::fs::write(at(&format!("pool/{name}.png")), name).unwrap();
        }
        let mut walked = Walked::default();
        for (link, target) in [("train/a.png", "pool/a.png"), ("val/b.png", "pool/b.png")] {
            std::os::unix::fs::symlink(at(target), at(link)).unwrap();
        }
        let paths = [
            "pool/a.png",
            "pool/b.png",
            "pool/c.png",
            "train/a.png",
            "val/b.png",
        ];
        for path in paths {
            walked
                .images
                .push(WalkedFile::new(path.to_owned(), Place::Named));
        }
        walked.directories = ["pool", "train", "val"].map(ToOwned::to_owned).to_vec();
        let mut claim = image_folder::claim(&walked).unwrap();
        leave_targets_out(&mut claim, root.path());
        let outside = claim.drafts.iter().filter(|draft| draft.split.is_none());
        let outside: Vec<&str> = outside.map(|draft| draft.path.as_str()).collect();
        assert_eq!(outside, ["pool/c.png"]);
        assert_eq!(claim.drafts.len(), 3);
    }
}
