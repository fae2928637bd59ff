//! Findings as a report carries them: with paths, counts, and what knows them again in another run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Code, Severity};

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportFinding {
    /// What kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What happened and what to do, one sentence or two.
    pub message: String,
    /// Files concerned, relative to the dataset root, the first ten; or the splits, where it is
    /// about splits as wholes.
    pub paths: Vec<String>,
    /// How many images are concerned, listed or not; 0 for a finding about no image.
    pub images: u64,
    /// Identity across runs, 32 hexadecimal digits: from the code and, for one file, its content;
    /// otherwise from the roles of splits and the fact it states, not from counts.
    pub fingerprint: String,
    /// Each image of a finding about several, or each class, in order. Empty where the finding is
    /// about one thing, which `fingerprint` knows again, and for leaks: they are in
    /// `leaked_samples`.
    pub members: Vec<FindingMember>,
    /// Whether not all members are listed, because a limit cut them or they were only counted.
    pub members_truncated: bool,
    /// By what policy accepts it, with all its members; `null` where it does not, and for findings
    /// about leaks, which are accepted image by image.
    pub accepted: Option<Acceptance>,
}

/// One of several images or classes that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingMember {
    /// The image, relative to the dataset root; or the name of the class.
    pub path: String,
    /// Identity across runs, 32 hexadecimal digits, from the code, the content of the image (its
    /// name where it has none), and what the finding is known by.
    pub fingerprint: String,
}

/// Why something found is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// By what.
    pub by: AcceptedBy,
    /// As the team wrote it down.
    pub reason: String,
}

/// How a team accepts findings.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum AcceptedBy {
    /// By code and path, in the settings file.
    Suppression,
    /// One by one, in a file of accepted findings.
    Baseline,
}

impl AcceptedBy {
    /// The name used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Suppression => "suppression",
            Self::Baseline => "baseline",
        }
    }
}

/// What a team accepts, or does not, for itself: a member of a finding, or a finding without any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// Identity across runs.
    pub fingerprint: &'a str,
    /// Where it is, for people; empty where it has no place.
    pub path: &'a str,
    /// Images it stands for, at least 1, so that what is about no image can be accepted once.
    pub images: u64,
}

impl ReportFinding {
    /// All that has to be accepted for the finding to be, as far as it is listed.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let whole = self.members.is_empty().then(|| Part {
            fingerprint: &self.fingerprint,
            path: self.paths.first().map_or("", String::as_str),
            images: self.images.max(1),
        });
        let members = self.members.iter().map(|member| Part {
            fingerprint: &member.fingerprint,
            path: &member.path,
            images: 1,
        });
        whole.into_iter().chain(members)
    }

    /// Whether its parts are all that it is about. What was only counted is one part.
    #[must_use]
    pub fn lists_all_parts(&self) -> bool {
        self.members.is_empty() || !self.members_truncated
    }

    /// Every path it is about, as far as they are listed: of its images, or else of its splits.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        let of_members = self.images > 0 && !self.members.is_empty();
        let members = self.members.iter().map(|member| &*member.path);
        let paths = self.paths.iter().map(String::as_str);
        members
            .filter(move |_| of_members)
            .chain(paths.filter(move |_| !of_members))
    }
}
