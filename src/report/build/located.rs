//! From findings of checks to findings of the report: paths, counts and fingerprints are made here,
//! and what was not asked about is left out.

use std::collections::BTreeSet;

use super::identity::{Identities, fingerprint};
use crate::faults;
use crate::finding::{Code, Finding, Subject};
use crate::report::{FindingMember, ReportFinding};
use crate::sample::{Dataset, SampleId};

/// How many paths a finding about many images names.
const EXAMPLES: usize = 10;

/// What a finding is about, in words of the report.
#[derive(Default)]
struct Located {
    paths: Vec<String>,
    images: u64,
    fingerprint: String,
    members: Vec<FindingMember>,
    truncated: bool,
    /// How many were left out because nobody asked about them.
    out_of_scope: usize,
}

/// Makes findings of the report.
pub(super) struct Locator<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) identities: Identities<'a>,
    /// Paths that were asked about; `None` asks about all.
    pub(super) focus: Option<&'a BTreeSet<String>>,
    /// Codes that keep the verdict open: told of all images, whoever asks.
    pub(super) open: BTreeSet<Code>,
    /// Most members listed of one finding.
    pub(super) most_members: usize,
}

impl<'a> Locator<'a> {
    /// Findings of the report: worst first, then by code, path and message.
    pub(super) fn all(&mut self, findings: Vec<Finding>) -> Vec<ReportFinding> {
        let located = findings.into_iter().filter_map(|finding| self.one(finding));
        let mut all: Vec<ReportFinding> = located.collect();
        all.sort_by(|a, b| {
            let key = |one: &ReportFinding| (one.severity, one.code);
            key(a)
                .cmp(&key(b))
                .then_with(|| (&a.paths, &a.message).cmp(&(&b.paths, &b.message)))
        });
        all
    }

    /// The finding as far as it was asked about, `None` where nothing of it was.
    fn one(&mut self, finding: Finding) -> Option<ReportFinding> {
        let focus = self.focus;
        if self.is_told_whole(finding.code) {
            self.focus = None;
        }
        let located = self.located(&finding);
        self.focus = focus;
        let located = located?;
        let said = faults::cut(&finding.message);
        let message = match located.out_of_scope {
            0 => said,
            _ => format!("{said} (changed or named: {})", located.images),
        };
        Some(ReportFinding {
            code: finding.code,
            severity: finding.code.severity(),
            message,
            paths: located.paths,
            images: located.images,
            fingerprint: located.fingerprint,
            members: located.members,
            members_truncated: located.truncated,
            accepted: None,
        })
    }

    /// Whether a finding is told of all images where only some were asked about: without it the
    /// gate could not tell what is accepted of that which keeps the verdict open.
    fn is_told_whole(&self, code: Code) -> bool {
        code.hides_images() || self.open.contains(&code) && !code.is_leak()
    }

    fn located(&mut self, finding: &Finding) -> Option<Located> {
        match &finding.subject {
            Subject::File(id) => Some(self.file(finding.code, *id)),
            Subject::Path(path) => self.path(finding.code, path),
            Subject::Samples(ids) => self.samples(finding, ids),
            Subject::Pairs(pairs) => self.pairs(finding, pairs),
            Subject::Paths(paths) => self.paths(finding, paths),
            Subject::Counted { files, examples } => self.counted(finding, *files, examples),
            Subject::Classes(names) => self.classes(finding, names),
            Subject::Whole => self.whole(finding),
        }
    }

    /// One file, known by its content. A file that two splits list is two images.
    fn file(&mut self, code: Code, id: SampleId) -> Located {
        let path = self.path_of(id);
        let same = self.dataset.samples[id.index()..].iter();
        let listed = same.take_while(|sample| *sample.path == *path).count();
        Located {
            images: listed as u64,
            fingerprint: self.identities.sample(code.name(), id, &[]),
            paths: vec![path.to_owned()],
            ..Located::default()
        }
    }

    fn path(&mut self, code: Code, path: &str) -> Option<Located> {
        self.asks_about(path).then(|| Located {
            fingerprint: self.identities.path(code.name(), path, &[]),
            paths: vec![path.to_owned()],
            ..Located::default()
        })
    }

    fn samples(&mut self, finding: &Finding, ids: &[SampleId]) -> Option<Located> {
        let told: Vec<SampleId> = if is_of_asked_pairs(finding.code) {
            ids.to_vec()
        } else {
            let asked = ids.iter().copied();
            asked
                .filter(|&id| self.asks_about(self.path_of(id)))
                .collect()
        };
        let first = told.iter().take(EXAMPLES);
        let paths = first.map(|&id| self.path_of(id).to_owned()).collect();
        let members = self.members_of(finding, &told);
        self.many(finding, paths, (told.len(), ids.len()), members)
    }

    /// Pairs of which either side was asked about. Partners stand side by side in the paths.
    fn pairs(&mut self, finding: &Finding, pairs: &[(SampleId, SampleId)]) -> Option<Located> {
        let distinct = |pairs: &[(SampleId, SampleId)]| -> Vec<SampleId> {
            let mut seen = BTreeSet::new();
            let both = pairs.iter().flat_map(|&(a, b)| [a, b]);
            both.filter(|&id| seen.insert(id)).collect()
        };
        let asks = |id| self.asks_about(self.path_of(id));
        let asked = pairs.iter().copied();
        let asked: Vec<_> = asked.filter(|&(a, b)| asks(a) || asks(b)).collect();
        let told = distinct(&asked);
        let first = asked.iter().take(EXAMPLES / 2).flat_map(|&(a, b)| [a, b]);
        let paths = first.map(|id| self.path_of(id).to_owned()).collect();
        let members = self.members_of(finding, &told);
        self.many(finding, paths, (told.len(), distinct(pairs).len()), members)
    }

    fn paths(&mut self, finding: &Finding, all: &[String]) -> Option<Located> {
        let asked = all.iter().filter(|path| self.asks_about(path));
        let told: Vec<String> = asked.cloned().collect();
        let paths = told.iter().take(EXAMPLES).cloned().collect();
        let (word, roles) = (finding.code.name(), self.roles(finding));
        let mut members = Vec::new();
        for path in told.iter().take(self.most_members) {
            let more = [roles.as_str(), &finding.fact];
            members.push(FindingMember {
                path: path.clone(),
                fingerprint: self.identities.path(word, path, &more),
            });
        }
        self.many(finding, paths, (told.len(), all.len()), members)
    }

    fn members_of(&mut self, finding: &Finding, ids: &[SampleId]) -> Vec<FindingMember> {
        if finding.code.is_leak() {
            // They are listed in `leaked_samples`.
            return Vec::new();
        }
        let roles = self.roles(finding);
        let more = [roles.as_str(), &finding.fact];
        let listed = ids.iter().take(self.most_members);
        let mut members = Vec::new();
        for &id in listed {
            members.push(FindingMember {
                path: self.path_of(id).to_owned(),
                fingerprint: self.identities.sample(finding.code.name(), id, &more),
            });
        }
        members
    }

    /// A finding about `told` of `all` images; `None` where none of them was asked about.
    fn many(
        &self,
        finding: &Finding,
        paths: Vec<String>,
        (told, all): (usize, usize),
        members: Vec<FindingMember>,
    ) -> Option<Located> {
        (told > 0).then(|| Located {
            paths,
            images: told as u64,
            fingerprint: self.fingerprint(finding),
            truncated: members.len() < told && !finding.code.is_leak(),
            members,
            out_of_scope: all - told,
        })
    }

    fn counted(&self, finding: &Finding, files: u64, examples: &[String]) -> Option<Located> {
        let paths: Vec<String> = examples.iter().take(EXAMPLES).cloned().collect();
        let asked = examples.iter().any(|path| self.asks_about(path));
        asked.then(|| Located {
            images: files,
            fingerprint: self.fingerprint(finding),
            truncated: paths.len() as u64 != files,
            paths,
            ..Located::default()
        })
    }

    fn classes(&self, finding: &Finding, names: &[String]) -> Option<Located> {
        let whole = self.whole(finding)?;
        let (roles, listed) = (self.roles(finding), names.iter().take(self.most_members));
        let members = listed.map(|name| FindingMember {
            path: name.clone(),
            fingerprint: fingerprint(finding.code.name(), roles.as_bytes(), &[name]),
        });
        Some(Located {
            members: members.collect(),
            truncated: names.len() > self.most_members,
            ..whole
        })
    }

    /// Nobody who asks about some images asks about splits as wholes.
    fn whole(&self, finding: &Finding) -> Option<Located> {
        let asked = self.focus.is_none();
        let splits = finding.splits.iter();
        let names = splits.map(|split| self.dataset.splits[split.index()].name.clone());
        asked.then(|| Located {
            paths: names.collect(),
            fingerprint: self.fingerprint(finding),
            ..Located::default()
        })
    }

    /// Fingerprint of what the finding states, whatever images it is about.
    fn fingerprint(&self, finding: &Finding) -> String {
        let roles = self.roles(finding);
        fingerprint(finding.code.name(), roles.as_bytes(), &[&finding.fact])
    }

    /// Roles of the splits, which stay when a folder is renamed.
    fn roles(&self, finding: &Finding) -> String {
        let splits = finding.splits.iter();
        let roles = splits.map(|split| self.dataset.splits[split.index()].role.name());
        roles.collect::<Vec<_>>().join(" ")
    }

    fn path_of(&self, id: SampleId) -> &'a str {
        &self.dataset.samples[id.index()].path
    }

    fn asks_about(&self, path: &str) -> bool {
        self.focus.is_none_or(|focus| focus.contains(path))
    }
}

/// Whether only pairs were searched of which one side was asked about, so that all images of the
/// finding concern what was asked.
fn is_of_asked_pairs(code: Code) -> bool {
    code.is_leak()
        || matches!(
            code,
            Code::DuplicateInSplit | Code::DuplicateAcrossEvaluation
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Builder;
    use crate::sample::{Layout, Sample, SplitId, SplitRole};
    use crate::signature::digest::Digest;

    /// `names` in training, known by the content that `content` gives them; `val` is empty.
    fn dataset(names: &[&str]) -> Dataset {
        let mut builder = Builder::new("data", Layout::CsvManifest);
        builder
            .split("train", SplitRole::Training)
            .split("val", SplitRole::Validation);
        let mut dataset = builder.build();
        let sample = |name: &&str| Sample {
            split: Some(SplitId(0)),
            ..Sample::new(*name)
        };
        dataset.samples = names.iter().map(sample).collect();
        dataset
    }

    fn located(
        dataset: &Dataset,
        focus: Option<&[&str]>,
        most_members: usize,
        findings: Vec<Finding>,
    ) -> Vec<ReportFinding> {
        // The content is the name without its first letter.
        let mut content = |id: SampleId| {
            let path = &dataset.samples[id.index()].path;
            Some(Digest::of(&path.as_bytes()[1..]))
        };
        let focus = focus.map(|paths| paths.iter().map(|&path| path.to_owned()).collect());
        let mut locator = Locator {
            dataset,
            identities: Identities {
                dataset,
                content: &mut content,
            },
            focus: focus.as_ref(),
            open: BTreeSet::from([Code::SeveralFrames]),
            most_members,
        };
        locator.all(findings)
    }

    fn ids(range: std::ops::Range<u32>) -> Vec<SampleId> {
        range.map(SampleId).collect()
    }

    fn of_samples(code: Code, ids: Vec<SampleId>) -> Vec<Finding> {
        vec![Finding::new(code, Subject::Samples(ids), "odd".to_owned())]
    }

    fn prints(finding: &ReportFinding) -> Vec<&str> {
        let members = finding.members.iter();
        members.map(|member| &*member.fingerprint).collect()
    }

    const TWENTY: [&str; 20] = [
        "a01", "a02", "a03", "a04", "a05", "a06", "a07", "a08", "a09", "a10", "a11", "a12", "a13",
        "a14", "a15", "a16", "a17", "a18", "a19", "a20",
    ];

    #[test]
    fn ten_paths_are_examples_and_every_image_is_counted_and_known() {
        let dataset = dataset(&TWENTY);
        let found = located(&dataset, None, 1000, of_samples(Code::OddAlpha, ids(0..15)));
        let one = &found[0];
        assert_eq!((one.images, one.paths.len()), (15, 10));
        assert_eq!((one.members.len(), one.members_truncated), (15, false));
        let mut distinct = prints(one);
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 15);

        let cut = located(&dataset, None, 3, of_samples(Code::OddAlpha, ids(0..15)));
        assert_eq!((cut[0].images, cut[0].members.len()), (15, 3));
        assert!(cut[0].members_truncated && !cut[0].lists_all_parts());
        assert_eq!(cut[0].fingerprint, one.fingerprint);
    }

    #[test]
    fn an_image_is_known_by_its_content_and_the_finding_by_neither_number_nor_names() {
        let (before, after) = (dataset(&["a1", "a2", "a3"]), dataset(&["b1", "b3"]));
        let before = located(&before, None, 10, of_samples(Code::OddSize, ids(0..3)));
        let after = located(&after, None, 10, of_samples(Code::OddSize, ids(0..2)));
        assert_eq!(prints(&before[0])[0], prints(&after[0])[0]);
        assert_eq!(prints(&before[0])[2], prints(&after[0])[1]);
        assert_eq!(before[0].fingerprint, after[0].fingerprint);
    }

    #[test]
    fn roles_and_facts_tell_findings_of_one_code_apart() {
        let dataset = dataset(&TWENTY);
        let whole = |fact: &str, split: u16| {
            Finding::new(Code::SplitShortcut, Subject::Whole, "told".to_owned())
                .between([SplitId(split)])
                .told_by(fact)
        };
        let all = vec![
            whole("image size", 0),
            whole("image size", 1),
            whole("file format", 0),
        ];
        let found = located(&dataset, None, 10, all);
        let known: BTreeSet<&str> = found.iter().map(|one| &*one.fingerprint).collect();
        assert_eq!(known.len(), 3);
        assert!(
            found
                .iter()
                .all(|one| one.images == 0 && one.members.is_empty())
        );
        assert_eq!(found[2].paths, ["val"]);

        let twice = |split: u16| {
            let subject = Subject::Samples(ids(0..2));
            Finding::new(Code::DuplicateInSplit, subject, String::new()).between([SplitId(split)])
        };
        let found = located(&dataset, None, 10, vec![twice(0), twice(1)]);
        assert_ne!(
            prints(&found[0]),
            prints(&found[1]),
            "accepted in one split, new in another"
        );
    }

    #[test]
    fn each_missing_class_is_accepted_for_itself() {
        let dataset = dataset(&TWENTY);
        let lacking = |names: &[&str]| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            let finding = Finding::new(Code::ClassMissing, Subject::Classes(names), String::new());
            vec![finding.between([SplitId(1)])]
        };
        let two = located(&dataset, None, 10, lacking(&["cat", "dog"]));
        let one = located(&dataset, None, 10, lacking(&["dog"]));
        assert_eq!((two[0].images, &two[0].paths), (0, &vec!["val".to_owned()]));
        assert_eq!(prints(&two[0])[1], prints(&one[0])[0]);
    }

    #[test]
    fn partners_stand_side_by_side_and_an_image_of_two_pairs_counts_once() {
        let dataset = dataset(&TWENTY);
        let pairs = [(0, 1), (0, 2), (3, 4)].map(|(a, b)| (SampleId(a), SampleId(b)));
        let subject = Subject::Pairs(pairs.to_vec());
        let finding = Finding::new(Code::LabelConflict, subject, "differ".to_owned());
        let found = located(&dataset, None, 10, vec![finding.clone()]);
        assert_eq!(found[0].paths, ["a01", "a02", "a01", "a03", "a04", "a05"]);
        assert_eq!((found[0].images, found[0].members.len()), (5, 5));
        let asked = located(&dataset, Some(&["a03"]), 10, vec![finding]);
        assert_eq!(asked[0].paths, ["a01", "a03"]);
    }

    #[test]
    fn who_asks_about_some_images_is_told_of_those_and_of_what_hides_images() {
        let dataset = dataset(&TWENTY);
        let asked = |findings| located(&dataset, Some(&["a12", "a19"]), 10, findings);
        let found = asked(of_samples(Code::OddAlpha, ids(0..15)));
        assert_eq!(
            (found[0].images, &found[0].paths),
            (1, &vec!["a12".to_owned()])
        );
        assert_eq!(found[0].message, "odd (changed or named: 1)");
        assert_eq!(asked(of_samples(Code::OddAlpha, ids(0..5))), []);
        // Pairs were searched with those only.
        assert_eq!(
            asked(of_samples(Code::DuplicateInSplit, ids(0..5)))[0].images,
            5
        );

        let file = Finding::new(
            Code::ZeroByteFile,
            Subject::File(SampleId(3)),
            String::new(),
        );
        assert_eq!(asked(vec![file])[0].paths, ["a04"]);
        let whole = |code| vec![Finding::new(code, Subject::Whole, String::new())];
        assert_eq!(asked(whole(Code::EmptySplit)).len(), 1);
        assert_eq!(asked(whole(Code::TargetDrift)), []);
        let path = |code| {
            vec![Finding::new(
                code,
                Subject::Path("x".to_owned()),
                String::new(),
            )]
        };
        assert_eq!(asked(path(Code::UnreadableDirectory)).len(), 1);
        assert_eq!(asked(path(Code::LinkLoop)), []);
        // It keeps the verdict open.
        let open = asked(of_samples(Code::SeveralFrames, ids(0..5)));
        assert_eq!((open[0].images, &*open[0].message), (5, "odd"));
    }

    #[test]
    fn a_file_in_two_splits_is_two_images_of_one_finding() {
        let mut dataset = dataset(&["a1", "a1", "a2"]);
        dataset.samples[1].split = Some(SplitId(1));
        let file = Finding::new(
            Code::ZeroByteFile,
            Subject::File(SampleId(0)),
            String::new(),
        );
        let found = located(&dataset, None, 10, vec![file]);
        assert_eq!((found[0].images, found[0].paths.len()), (2, 1));
        assert!(found[0].members.is_empty() && found[0].lists_all_parts());
    }

    #[test]
    fn what_was_only_counted_is_one_part_with_its_number() {
        let dataset = dataset(&TWENTY);
        let subject = Subject::Counted {
            files: 4000,
            examples: vec!["._a".to_owned()],
        };
        let finding = Finding::new(Code::SidecarJunk, subject, String::new());
        let found = located(&dataset, None, 10, vec![finding]);
        assert_eq!((found[0].images, found[0].members_truncated), (4000, true));
        assert_eq!(found[0].parts().map(|part| part.images).sum::<u64>(), 4000);
    }
}
