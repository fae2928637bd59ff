//! One thing wrong: a stable code, how bad it is, where, and what to do.

use serde::{Deserialize, Serialize};

use crate::matching::pair::Kind;
use crate::sequence::examine::LeakKind;
use crate::signature::digest::Digest;

/// What kind of thing is wrong. Codes are stable; each has a heading in `docs/findings.md`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// One file is a member of an evaluation split and of a training split.
    LeakSameFile,
    /// An evaluation file has the bytes of a training file.
    LeakSameBytes,
    /// An evaluation image has the pixels of a training image.
    LeakSamePixels,
    /// An evaluation image is a near duplicate of a training image.
    LeakNearDuplicate,
    /// An evaluation image was recorded a few steps from a training image.
    LeakSequenceNeighbour,
    /// An evaluation image was made from the same source as a training image.
    LeakAugmentedSibling,
    /// An evaluation tile overlaps or touches a training tile.
    LeakOverlappingTile,
    /// An evaluation image belongs to a group that training has, too.
    LeakSharedGroup,
    /// A part of names may be an identifier that evaluation and training share.
    PossibleGroup,
    /// Evaluation splits share pictures.
    DuplicateAcrossEvaluation,
    /// A split holds the same picture more than once.
    DuplicateInSplit,
    /// A named file does not exist.
    MissingFile,
    /// The operating system refused to open a file.
    UnreadableFile,
    /// A file of zero bytes.
    ZeroByteFile,
    /// A Git LFS, git-annex or DVC pointer stands where data should be.
    DataNotFetched,
    /// The content is of no image format.
    NotAnImage,
    /// A JPEG that ends before its picture does.
    TruncatedJpeg,
    /// A PNG that ends before its picture does.
    TruncatedPng,
    /// A WebP that ends before its picture does.
    TruncatedWebp,
    /// A GIF that ends before its picture does.
    TruncatedGif,
    /// A TIFF that ends before its picture does.
    TruncatedTiff,
    /// An image of another format that ends before its picture does.
    TruncatedImage,
    /// The bytes contradict their format.
    CorruptImage,
    /// A kind of image that cannot be decoded here.
    UnsupportedImage,
    /// Decoding would exceed the limits.
    ImageTooLarge,
    /// Files that systems leave beside images.
    SidecarJunk,
    /// Bytes after the end of the image.
    TrailingData,
    /// The name says one format, the content another.
    ExtensionMismatch,
    /// Pictures that are stored turned, with a mark that says so.
    ExifOrientation,
    /// Animations and documents of several pages.
    SeveralFrames,
    /// A few images with other bits per channel than the rest.
    OddBitDepth,
    /// A few images whose channels mean something else than those of the rest.
    OddColourMode,
    /// A few images with transparency.
    OddAlpha,
    /// A few images with a colour profile.
    OddColourProfile,
    /// A few images of another format.
    OddFormat,
    /// A directory could not be listed.
    UnreadableDirectory,
    /// A directory is named like an image.
    DirectoryNamedAsImage,
    /// A symbolic link leads back to its own parent.
    LinkLoop,
    /// A split is named but holds no image.
    EmptySplit,
    /// The manifest lists one file more than once in one split.
    ListedTwice,
    /// Names that differ only in case.
    CaseCollision,
    /// Images of the tree that the manifest does not list.
    UnlistedFile,
    /// Rows of the manifest, or images, that belong to no split.
    SampleWithoutSplit,
    /// A camera column of a driving log whose images are not here.
    CameraAbsent,
    /// Samples without a label among labelled ones.
    MissingLabel,
    /// Labels that are no numbers among numbers.
    UnparsableLabel,
    /// Targets that are infinite or not a number.
    NonFiniteTarget,
    /// Times of the manifest that cannot be read.
    UnparsableTime,
    /// One picture with different classes.
    LabelConflict,
    /// One picture with different targets.
    TargetConflict,
    /// Targets that pile up on one value.
    TargetPileUp,
    /// A class that a split lacks.
    ClassMissing,
    /// Splits with another balance of classes.
    ClassBalanceDrift,
    /// Splits with another distribution of targets.
    TargetDrift,
    /// Splits with other image sizes.
    ImageSizeDrift,
    /// Splits of another brightness.
    BrightnessDrift,
    /// Splits with other file formats.
    FormatDrift,
    /// A fact of the file that tells the class.
    LabelShortcut,
    /// A fact of the file that tells the split.
    SplitShortcut,
    /// Images too flat to be compared by their look.
    LowInformation,
    /// Images that are darker than the rest.
    DarkImage,
    /// Images that are nearly white.
    OverexposedImage,
    /// Images that are less sharp than the rest.
    BlurredImage,
    /// Images of another size than the rest.
    OddSize,
    /// Images of another shape than the rest.
    OddAspect,
}

/// How bad it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Results cannot be trusted until it is mended.
    Error,
    /// Likely a mistake.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// The name used in reports and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Every code with its severity: the one table that names, documentation and gate share.
pub const CODES: &[(Code, &str, Severity)] = &[
    (Code::LeakSameFile, "leak-same-file", Severity::Error),
    (Code::LeakSameBytes, "leak-same-bytes", Severity::Error),
    (Code::LeakSamePixels, "leak-same-pixels", Severity::Error),
    (
        Code::LeakNearDuplicate,
        "leak-near-duplicate",
        Severity::Error,
    ),
    (
        Code::LeakSequenceNeighbour,
        "leak-sequence-neighbour",
        Severity::Error,
    ),
    (
        Code::LeakAugmentedSibling,
        "leak-augmented-sibling",
        Severity::Error,
    ),
    (
        Code::LeakOverlappingTile,
        "leak-overlapping-tile",
        Severity::Error,
    ),
    (Code::LeakSharedGroup, "leak-shared-group", Severity::Error),
    (Code::PossibleGroup, "possible-group", Severity::Warning),
    (
        Code::DuplicateAcrossEvaluation,
        "duplicate-across-evaluation",
        Severity::Warning,
    ),
    (Code::DuplicateInSplit, "duplicate-in-split", Severity::Note),
    (Code::MissingFile, "missing-file", Severity::Error),
    (Code::UnreadableFile, "unreadable-file", Severity::Error),
    (Code::ZeroByteFile, "zero-byte-file", Severity::Error),
    (Code::DataNotFetched, "data-not-fetched", Severity::Error),
    (Code::NotAnImage, "not-an-image", Severity::Error),
    (Code::TruncatedJpeg, "truncated-jpeg", Severity::Error),
    (Code::TruncatedPng, "truncated-png", Severity::Error),
    (Code::TruncatedWebp, "truncated-webp", Severity::Error),
    (Code::TruncatedGif, "truncated-gif", Severity::Error),
    (Code::TruncatedTiff, "truncated-tiff", Severity::Error),
    (Code::TruncatedImage, "truncated-image", Severity::Error),
    (Code::CorruptImage, "corrupt-image", Severity::Error),
    (Code::UnsupportedImage, "unsupported-image", Severity::Error),
    (Code::ImageTooLarge, "image-too-large", Severity::Error),
    (Code::SidecarJunk, "sidecar-junk", Severity::Note),
    (Code::TrailingData, "trailing-data", Severity::Note),
    (
        Code::ExtensionMismatch,
        "extension-mismatch",
        Severity::Warning,
    ),
    (Code::ExifOrientation, "exif-orientation", Severity::Warning),
    (Code::SeveralFrames, "several-frames", Severity::Note),
    (Code::OddBitDepth, "odd-bit-depth", Severity::Warning),
    (Code::OddColourMode, "odd-colour-mode", Severity::Warning),
    (Code::OddAlpha, "odd-alpha", Severity::Note),
    (Code::OddColourProfile, "odd-colour-profile", Severity::Note),
    (Code::OddFormat, "odd-format", Severity::Note),
    (
        Code::UnreadableDirectory,
        "unreadable-directory",
        Severity::Error,
    ),
    (
        Code::DirectoryNamedAsImage,
        "directory-named-as-image",
        Severity::Note,
    ),
    (Code::LinkLoop, "link-loop", Severity::Warning),
    (Code::EmptySplit, "empty-split", Severity::Error),
    (Code::ListedTwice, "listed-twice", Severity::Warning),
    (Code::CaseCollision, "case-collision", Severity::Warning),
    (Code::UnlistedFile, "unlisted-file", Severity::Note),
    (
        Code::SampleWithoutSplit,
        "sample-without-split",
        Severity::Warning,
    ),
    (Code::CameraAbsent, "camera-absent", Severity::Note),
    (Code::MissingLabel, "missing-label", Severity::Warning),
    (Code::UnparsableLabel, "unparsable-label", Severity::Warning),
    (Code::NonFiniteTarget, "non-finite-target", Severity::Error),
    (Code::UnparsableTime, "unparsable-time", Severity::Warning),
    (Code::LabelConflict, "label-conflict", Severity::Warning),
    (Code::TargetConflict, "target-conflict", Severity::Warning),
    (Code::TargetPileUp, "target-pile-up", Severity::Note),
    (Code::ClassMissing, "class-missing", Severity::Warning),
    (
        Code::ClassBalanceDrift,
        "class-balance-drift",
        Severity::Warning,
    ),
    (Code::TargetDrift, "target-drift", Severity::Warning),
    (Code::ImageSizeDrift, "image-size-drift", Severity::Warning),
    (Code::BrightnessDrift, "brightness-drift", Severity::Note),
    (Code::FormatDrift, "format-drift", Severity::Warning),
    (Code::LabelShortcut, "label-shortcut", Severity::Warning),
    (Code::SplitShortcut, "split-shortcut", Severity::Warning),
    (Code::LowInformation, "low-information", Severity::Note),
    (Code::DarkImage, "dark-image", Severity::Note),
    (Code::OverexposedImage, "overexposed-image", Severity::Note),
    (Code::BlurredImage, "blurred-image", Severity::Note),
    (Code::OddSize, "odd-size", Severity::Note),
    (Code::OddAspect, "odd-aspect", Severity::Note),
];

impl Code {
    /// The name used in reports, settings and documentation.
    #[must_use]
    pub fn name(self) -> &'static str {
        CODES
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// How bad findings of this code are.
    #[must_use]
    pub fn severity(self) -> Severity {
        CODES
            .iter()
            .find(|row| row.0 == self)
            .map_or(Severity::Error, |row| row.2)
    }

    /// Leaks by one kind of evidence.
    #[must_use]
    pub fn of_pixels(kind: Kind) -> Self {
        match kind {
            Kind::SameFile => Self::LeakSameFile,
            Kind::SameBytes => Self::LeakSameBytes,
            Kind::SamePixels => Self::LeakSamePixels,
            Kind::NearDuplicate => Self::LeakNearDuplicate,
        }
    }

    /// Leaks by one way of belonging together.
    #[must_use]
    pub fn of_together(kind: LeakKind) -> Self {
        match kind {
            LeakKind::SequenceNeighbour => Self::LeakSequenceNeighbour,
            LeakKind::AugmentedSibling => Self::LeakAugmentedSibling,
            LeakKind::OverlappingTile => Self::LeakOverlappingTile,
            LeakKind::SharedGroup => Self::LeakSharedGroup,
        }
    }

    /// Leaks that pixels show, strongest evidence first.
    pub const LEAKS_BY_PIXELS: [Self; 4] = [
        Self::LeakSameFile,
        Self::LeakSameBytes,
        Self::LeakSamePixels,
        Self::LeakNearDuplicate,
    ];

    /// Whether it is about samples that evaluation and training share.
    #[must_use]
    pub fn is_leak(self) -> bool {
        self.name().starts_with("leak-")
    }

    /// Whether it is about leaks that pixels show.
    #[must_use]
    pub fn is_leak_by_pixels(self) -> bool {
        Self::LEAKS_BY_PIXELS.contains(&self)
    }

    /// The code itself, and those of leaks that pixels show more strongly, strongest last.
    #[must_use]
    pub fn stronger_evidence(self) -> Vec<Self> {
        let place = Self::LEAKS_BY_PIXELS.iter().position(|&code| code == self);
        match place {
            Some(place) => Self::LEAKS_BY_PIXELS[..=place]
                .iter()
                .rev()
                .copied()
                .collect(),
            None => vec![self],
        }
    }

    /// Whether it is about an image that could not be read.
    #[must_use]
    pub fn is_unreadable_image(self) -> bool {
        matches!(
            self,
            Self::MissingFile
                | Self::UnreadableFile
                | Self::ZeroByteFile
                | Self::DataNotFetched
                | Self::NotAnImage
                | Self::TruncatedJpeg
                | Self::TruncatedPng
                | Self::TruncatedWebp
                | Self::TruncatedGif
                | Self::TruncatedTiff
                | Self::TruncatedImage
                | Self::CorruptImage
                | Self::UnsupportedImage
                | Self::ImageTooLarge
        )
    }

    /// The code of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        CODES.iter().find(|row| row.1 == name).map(|row| row.0)
    }
}

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// What happened and what to do, one sentence or two.
    pub message: String,
    /// Samples concerned, relative to the dataset root. For a finding about many
    /// samples, the first ten.
    pub paths: Vec<String>,
    /// How many samples are concerned, listed in `paths` or not.
    pub images: u64,
    /// Identity across runs, 32 hexadecimal digits, from the code and: for one file its
    /// content, or its name where it has none; for many, what they have in common.
    pub fingerprint: String,
    /// By what policy accepts it; `null` where it does not, and for findings about
    /// leaks, which are accepted image by image.
    pub accepted: Option<Acceptance>,
}

/// Why something found is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Acceptance {
    /// By what.
    pub by: AcceptedBy,
    /// As the team wrote it down.
    pub reason: String,
}

/// How a team accepts findings.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
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

impl Finding {
    /// A finding about the samples or files it names.
    #[must_use]
    pub fn new(code: Code, message: String, paths: Vec<String>) -> Self {
        let parts = paths.iter().map(String::as_bytes);
        let fingerprint = fingerprint(code.name(), parts);
        Self {
            code,
            severity: code.severity(),
            message,
            images: paths.len() as u64,
            paths,
            fingerprint,
            accepted: None,
        }
    }

    /// A finding about many samples, of which `paths` names the first. `subject` is what
    /// they have in common, such as their split's role, and makes the finding known again
    /// when their number has changed.
    #[must_use]
    pub fn summed(
        code: Code,
        subject: &str,
        images: u64,
        message: String,
        paths: Vec<String>,
    ) -> Self {
        Self {
            images,
            fingerprint: fingerprint(code.name(), [subject.as_bytes()]),
            ..Self::new(code, message, paths)
        }
    }

    /// The same finding, known by what identifies its one file rather than by its path.
    #[must_use]
    pub fn known_by(self, identity: &[u8]) -> Self {
        Self {
            fingerprint: fingerprint(self.code.name(), [identity]),
            ..self
        }
    }
}

/// Digest of a word and parts, 32 hexadecimal digits.
pub fn fingerprint<'a>(word: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(word.as_bytes());
    for part in parts {
        hasher.update(b"\0").update(part);
    }
    Digest::from_hasher(&hasher).hex()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_code_as_serde_does_and_none_twice() {
        for &(code, name, _) in CODES {
            assert_eq!(serde_json::to_value(code).unwrap(), name);
            assert_eq!(Code::from_name(name), Some(code));
        }
        let schema = serde_json::to_value(schemars::schema_for!(Code)).unwrap();
        let documented = schema["oneOf"].as_array().unwrap().len();
        assert_eq!(documented, CODES.len(), "a code is missing from the table");
    }
}
