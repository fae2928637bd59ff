//! Faults of names: files that systems leave behind, and names that some systems cannot keep apart.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Evidence;
use crate::finding::{Code, Finding, Subject};
use crate::sample::{IgnoredKind, SampleId};
use crate::signature::unreadable::Unreadable;
use crate::wording::counted;

/// One finding for all side files, samples or not.
pub(super) fn sidecar_junk(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let ignored = dataset
        .ignored
        .iter()
        .filter(|one| one.kind == IgnoredKind::Junk);
    let mut files: u64 = ignored.clone().map(|one| one.files).sum();
    let mut examples: Vec<String> = ignored.map(|one| one.example.clone()).collect();
    for id in dataset.files() {
        if evidence.signatures[id.index()] == Err(Unreadable::SideFile) {
            files += 1;
            examples.push(dataset.samples[id.index()].path.to_string());
        }
    }
    if files == 0 {
        return Vec::new();
    }
    let message = format!(
        "{} that an operating system left behind (AppleDouble, .DS_Store, Thumbs.db, desktop.ini), no images; delete them before a loader \
         trips over them",
        counted(files as usize, "file")
    );
    let subject = Subject::Counted { files, examples };
    vec![Finding::new(Code::SidecarJunk, subject, message)]
}

/// One finding for all files whose paths differ only in case.
pub(super) fn case_collisions(evidence: &Evidence<'_>) -> Vec<Finding> {
    let dataset = evidence.dataset;
    let path = |id: SampleId| &*dataset.samples[id.index()].path;
    let mut files: Vec<(u64, SampleId)> = dataset
        .files()
        .into_iter()
        .map(|id| (hash_of_lower_case(path(id)), id))
        .collect();
    files.sort_unstable();
    let lower = |id: SampleId| path(id).to_lowercase();
    let mut alike: Vec<SampleId> = Vec::new();
    for group in files
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
    {
        // Equal hashes are nearly always equal names.
        let same = group
            .windows(2)
            .filter(|two| lower(two[0].1) == lower(two[1].1));
        alike.extend(same.flat_map(|two| [two[0].1, two[1].1]));
    }
    alike.sort_unstable();
    alike.dedup();
    if alike.is_empty() {
        return Vec::new();
    }
    // By lower case, so that those that collide stand together.
    alike.sort_by_cached_key(|&id| (lower(id), id));
    let message = format!(
        "{} whose names differ only in case; on Windows and macOS one overwrites the other, rename them",
        counted(alike.len(), "image")
    );
    let subject = Subject::Samples(alike);
    vec![Finding::new(Code::CaseCollision, subject, message)]
}

fn hash_of_lower_case(path: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    if path.is_ascii() {
        for byte in path.bytes() {
            byte.to_ascii_lowercase().hash(&mut hasher);
        }
    } else {
        path.to_lowercase()
            .bytes()
            .for_each(|byte| byte.hash(&mut hasher));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;
    use crate::sample::Ignored;

    fn colliding(paths: &[&str]) -> Vec<String> {
        let mut world = World::new();
        for path in paths {
            world.add(path);
        }
        let findings = case_collisions(&world.evidence());
        findings
            .iter()
            .flat_map(|finding| world.paths_of(finding))
            .collect()
    }

    #[test]
    fn names_that_differ_only_in_case_collide_in_any_alphabet() {
        assert_eq!(
            colliding(&["a/X.jpg", "a/x.JPG", "b/x.jpg"]),
            ["a/X.jpg", "a/x.JPG"]
        );
        assert_eq!(colliding(&["a/É.jpg", "a/é.jpg"]), ["a/É.jpg", "a/é.jpg"]);
    }

    #[test]
    fn one_file_in_two_splits_and_names_that_differ_do_not_collide() {
        assert_eq!(
            colliding(&["a/x.jpg", "a/x.jpg", "a/y.jpg", "b/x.jpg"]),
            [""; 0]
        );
    }

    #[test]
    fn side_files_are_summed_up_in_one_finding() {
        let mut world = World::new();
        world.add("a.jpg");
        assert_eq!(sidecar_junk(&world.evidence()), []);
        world.dataset.ignored.push(Ignored {
            reason: "left by an operating system".to_owned(),
            kind: IgnoredKind::Junk,
            files: 4000,
            example: "train/._a.jpg".to_owned(),
        });
        let findings = sidecar_junk(&world.evidence());
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].message.starts_with("4000 files"),
            "{}",
            findings[0].message
        );
    }
}
