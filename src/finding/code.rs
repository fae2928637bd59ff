//! Codes of findings: one table gives each its name, its severity and what it means.

use serde::{Deserialize, Serialize};

use crate::leak::Leak;

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

/// Makes [`Code`] and [`CODES`] of rows `/// meaning`, `Variant = "name", Severity;`.
macro_rules! codes {
    ($($(#[$meaning:meta])* $code:ident = $name:literal, $severity:ident;)*) => {
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
        pub enum Code {
            $($(#[$meaning])* #[serde(rename = $name)] $code,)*
        }

        /// Every code with its name and severity, in the order of reports.
        pub const CODES: &[(Code, &str, Severity)] =
            &[$((Code::$code, $name, Severity::$severity)),*];

        impl Code {
            /// The name used in reports, settings and documentation.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }

            /// How bad findings of this code are.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$code => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    /// One file is a member of an evaluation split and of a training split.
    LeakSameFile = "leak-same-file", Error;
    /// An evaluation file has the bytes of a training file.
    LeakSameBytes = "leak-same-bytes", Error;
    /// An evaluation image has the pixels of a training image.
    LeakSamePixels = "leak-same-pixels", Error;
    /// An evaluation image is a near duplicate of a training image.
    LeakNearDuplicate = "leak-near-duplicate", Error;
    /// An evaluation image was recorded a few steps from a training image.
    LeakSequenceNeighbour = "leak-sequence-neighbour", Error;
    /// An evaluation image was made from the same source as a training image.
    LeakAugmentedSibling = "leak-augmented-sibling", Error;
    /// An evaluation tile overlaps or touches a training tile.
    LeakOverlappingTile = "leak-overlapping-tile", Error;
    /// An evaluation image belongs to a group that training has, too.
    LeakSharedGroup = "leak-shared-group", Error;
    /// An evaluation frame shows a place that training has seen at another time.
    LeakAnotherPass = "leak-another-pass", Note;
    /// An evaluation image looks like a training image, in a dataset of look-alikes.
    LeakLookAlike = "leak-look-alike", Warning;
    /// A part of names may be an identifier that evaluation and training share.
    PossibleGroup = "possible-group", Warning;
    /// Edited copies of the dataset's own pictures were not found again.
    CopiesMissed = "copies-missed", Warning;
    /// Evaluation splits share pictures.
    DuplicateAcrossEvaluation = "duplicate-across-evaluation", Warning;
    /// A split holds the same picture more than once.
    DuplicateInSplit = "duplicate-in-split", Note;
    /// A named file does not exist.
    MissingFile = "missing-file", Error;
    /// The operating system refused to open a file.
    UnreadableFile = "unreadable-file", Error;
    /// A file of zero bytes.
    ZeroByteFile = "zero-byte-file", Error;
    /// A Git LFS, git-annex or DVC pointer stands where data should be.
    DataNotFetched = "data-not-fetched", Error;
    /// The content is of no image format.
    NotAnImage = "not-an-image", Error;
    /// A JPEG that ends before its picture does.
    TruncatedJpeg = "truncated-jpeg", Error;
    /// A PNG that ends before its picture does.
    TruncatedPng = "truncated-png", Error;
    /// A WebP that ends before its picture does.
    TruncatedWebp = "truncated-webp", Error;
    /// A GIF that ends before its picture does.
    TruncatedGif = "truncated-gif", Error;
    /// A TIFF that ends before its picture does.
    TruncatedTiff = "truncated-tiff", Error;
    /// An image of another format that ends before its picture does.
    TruncatedImage = "truncated-image", Error;
    /// The bytes contradict their format.
    CorruptImage = "corrupt-image", Error;
    /// A kind of image that cannot be decoded here.
    UnsupportedImage = "unsupported-image", Error;
    /// Decoding would exceed the limits.
    ImageTooLarge = "image-too-large", Error;
    /// A fault of this program kept an image from being read.
    InternalError = "internal-error", Error;
    /// Files of a split that may hold samples, in a form that is not read.
    DataNotRead = "data-not-read", Error;
    /// Files beside the splits that may hold samples, in a form that is not read.
    DataBesideSplits = "data-beside-splits", Note;
    /// Files that systems leave beside images.
    SidecarJunk = "sidecar-junk", Note;
    /// Bytes after the end of the image.
    TrailingData = "trailing-data", Note;
    /// The name says one format, the content another.
    ExtensionMismatch = "extension-mismatch", Warning;
    /// Pictures that are stored turned, with a mark that says so.
    ExifOrientation = "exif-orientation", Warning;
    /// Animations and documents of several pages.
    SeveralFrames = "several-frames", Warning;
    /// A few images with other bits per channel than the rest.
    OddBitDepth = "odd-bit-depth", Warning;
    /// A few images whose channels mean something else than those of the rest.
    OddColourMode = "odd-colour-mode", Warning;
    /// A few images with transparency.
    OddAlpha = "odd-alpha", Note;
    /// A few images with a colour profile.
    OddColourProfile = "odd-colour-profile", Note;
    /// A few images of another format.
    OddFormat = "odd-format", Note;
    /// A directory could not be listed.
    UnreadableDirectory = "unreadable-directory", Error;
    /// A directory is named like an image.
    DirectoryNamedAsImage = "directory-named-as-image", Note;
    /// A symbolic link leads back to its own parent.
    LinkLoop = "link-loop", Warning;
    /// A split is named but holds no image.
    EmptySplit = "empty-split", Error;
    /// The manifest lists one file more than once in one split.
    ListedTwice = "listed-twice", Warning;
    /// Names that differ only in case.
    CaseCollision = "case-collision", Warning;
    /// Images of the tree that the manifest does not list.
    UnlistedFile = "unlisted-file", Note;
    /// Rows of the manifest, or images, that belong to no split.
    SampleWithoutSplit = "sample-without-split", Warning;
    /// A file that tells splits of pictures of the dataset, and cannot be used.
    DescriptionNotUsed = "description-not-used", Warning;
    /// A camera column of a driving log whose images are not here.
    CameraAbsent = "camera-absent", Note;
    /// A mask or depth map whose picture is not there.
    MaskWithoutPicture = "mask-without-picture", Warning;
    /// Pictures without the mask that most others have.
    PictureWithoutMask = "picture-without-mask", Note;
    /// A mask that cannot be read.
    UnreadableMask = "unreadable-mask", Error;
    /// A mask of another size than its picture.
    MaskSizeDiffers = "mask-size-differs", Warning;
    /// A mask with values that are no class.
    MaskValueUnknown = "mask-value-unknown", Warning;
    /// One mask for different pictures.
    RepeatedMask = "repeated-mask", Warning;
    /// Text that is none of the annotation tool's form, with its file and line.
    MalformedAnnotation = "malformed-annotation", Error;
    /// Annotations of a class that the list of classes does not have.
    UnknownClass = "unknown-class", Error;
    /// Two entries of an annotation file with one number.
    DuplicateId = "duplicate-id", Error;
    /// Annotations of a picture that is not here.
    LabelWithoutPicture = "label-without-picture", Warning;
    /// Pictures without annotations where most others have them.
    PictureWithoutLabel = "picture-without-label", Note;
    /// Boxes that reach outside of their picture.
    BoxOutsidePicture = "box-outside-picture", Warning;
    /// Boxes of zero or negative width or height.
    BoxWithoutArea = "box-without-area", Warning;
    /// One box twice in one picture.
    DuplicateAnnotation = "duplicate-annotation", Warning;
    /// Annotations that were made for a picture of another size.
    AnnotatedSizeDiffers = "annotated-size-differs", Warning;
    /// A class that is declared and never used.
    ClassNeverUsed = "class-never-used", Note;
    /// One picture with different boxes.
    AnnotationConflict = "annotation-conflict", Warning;
    /// Several datasets in one directory, each checked by itself.
    SeveralParts = "several-parts", Note;
    /// Samples without a label among labelled ones.
    MissingLabel = "missing-label", Warning;
    /// Labels that are no numbers among numbers.
    UnparsableLabel = "unparsable-label", Warning;
    /// Times of the manifest that cannot be read.
    UnparsableTime = "unparsable-time", Warning;
    /// Targets that are infinite or not a number.
    NonFiniteTarget = "non-finite-target", Error;
    /// One picture with different classes.
    LabelConflict = "label-conflict", Warning;
    /// One picture with different targets.
    TargetConflict = "target-conflict", Warning;
    /// Targets that pile up on one value.
    TargetPileUp = "target-pile-up", Note;
    /// A class that a split lacks.
    ClassMissing = "class-missing", Warning;
    /// Splits with another balance of classes.
    ClassBalanceDrift = "class-balance-drift", Warning;
    /// Splits with another distribution of targets.
    TargetDrift = "target-drift", Warning;
    /// Splits with other image sizes.
    ImageSizeDrift = "image-size-drift", Warning;
    /// Splits of another brightness.
    BrightnessDrift = "brightness-drift", Note;
    /// Splits with other file formats.
    FormatDrift = "format-drift", Warning;
    /// A fact of the file that tells the class.
    LabelShortcut = "label-shortcut", Warning;
    /// A fact of the file that tells the split.
    SplitShortcut = "split-shortcut", Warning;
    /// Images too flat to be compared by their look.
    LowInformation = "low-information", Note;
    /// Images that are darker than the rest.
    DarkImage = "dark-image", Note;
    /// Images that are nearly white.
    OverexposedImage = "overexposed-image", Note;
    /// Images that are less sharp than the rest.
    BlurredImage = "blurred-image", Note;
    /// Images of another size than the rest.
    OddSize = "odd-size", Note;
    /// Images of another shape than the rest.
    OddAspect = "odd-aspect", Note;
}

impl Code {
    /// The code of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        CODES.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The code of findings about one way to leak.
    #[must_use]
    pub fn of_leak(leak: Leak) -> Self {
        match leak {
            Leak::SameFile => Self::LeakSameFile,
            Leak::SameBytes => Self::LeakSameBytes,
            Leak::SamePixels => Self::LeakSamePixels,
            Leak::NearDuplicate => Self::LeakNearDuplicate,
            Leak::OverlappingTile => Self::LeakOverlappingTile,
            Leak::AugmentedSibling => Self::LeakAugmentedSibling,
            Leak::SequenceNeighbour => Self::LeakSequenceNeighbour,
            Leak::SharedGroup => Self::LeakSharedGroup,
            Leak::AnotherPass => Self::LeakAnotherPass,
            Leak::LookAlike => Self::LeakLookAlike,
        }
    }

    /// The way to leak that it is about; `None` for other codes.
    #[must_use]
    pub fn leak(self) -> Option<Leak> {
        let mut leaks = Leak::ALL.into_iter();
        leaks.find(|&leak| Self::of_leak(leak) == self)
    }

    /// Whether it is about samples that evaluation and training share.
    #[must_use]
    pub fn is_leak(self) -> bool {
        self.leak().is_some()
    }

    /// Whether it is about leaks that pixels show.
    #[must_use]
    pub fn is_leak_by_pixels(self) -> bool {
        self.leak().is_some_and(Leak::is_by_pixels)
    }

    /// The code itself, and those of leaks that pixels show more strongly, strongest last.
    #[must_use]
    pub fn stronger_evidence(self) -> Vec<Self> {
        let own = self.leak().filter(|leak| leak.is_by_pixels());
        let Some(own) = own else {
            return vec![self];
        };
        let stronger = Leak::ALL.into_iter().rev().filter(|&leak| leak <= own);
        stronger.map(Self::of_leak).collect()
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
                | Self::InternalError
        )
    }

    /// Whether it says that images may be there that were not checked. Such findings are reported
    /// even where only some samples were asked about, because a copy of these could hide there.
    #[must_use]
    pub fn hides_images(self) -> bool {
        matches!(
            self,
            Self::UnreadableDirectory | Self::EmptySplit | Self::DataNotRead
        ) || self.is_unreadable_image()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_names_every_code_as_the_table_does_and_none_twice() {
        for &(code, name, severity) in CODES {
            assert_eq!(serde_json::to_value(code).unwrap(), name);
            assert_eq!(Code::from_name(name), Some(code));
            assert_eq!((code.name(), code.severity()), (name, severity));
            assert_eq!(code.is_leak(), name.starts_with("leak-"));
        }
        for leak in Leak::ALL {
            assert_eq!(Code::of_leak(leak).name(), format!("leak-{}", leak.name()));
        }
    }

    #[test]
    fn stronger_evidence_is_that_of_bytes_before_that_of_looks() {
        assert_eq!(
            Code::LeakSamePixels.stronger_evidence(),
            [
                Code::LeakSamePixels,
                Code::LeakSameBytes,
                Code::LeakSameFile
            ]
        );
        let alone = Code::LeakSharedGroup;
        assert_eq!(alone.stronger_evidence(), [alone]);
    }
}
