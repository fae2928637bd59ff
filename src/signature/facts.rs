//! Facts of a file besides its picture: how it is stored, how light and how sharp it is.
//!
//! Made on the way to a thumbnail: from headers, and from the luma that is there already.

use serde::{Deserialize, Serialize};

use super::unreadable::Format;

/// Facts of one file; 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How the file is stored.
    pub stored: Stored,
    /// How light and how sharp the picture is.
    pub tone: Tone,
    /// Percent of the picture that a uniform frame takes, 0 to 100.
    pub border: u8,
    /// Memory that decoding it takes at most.
    pub need: Need,
}

/// How a picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Format by content.
    pub format: Format,
    /// Size of the file in bytes.
    pub bytes: u32,
    /// Bytes after the end marker; 0 for formats without one.
    pub trailing: u32,
    /// Pictures in the file: frames of an animation, pages of a document. At least 1.
    pub frames: u16,
    /// Bits of a channel, or of an index into the palette.
    pub bits: u8,
    /// What the channels mean.
    pub colour: Colour,
    /// Whether there is a channel, or a colour, of transparency.
    pub alpha: bool,
    /// EXIF orientation, 1 to 8; 1 is upright.
    pub orientation: u8,
    /// Embedded colour profile.
    pub profile: Profile,
    /// What took the picture, by EXIF.
    pub camera: Camera,
}

/// Memory that decoding a picture takes at most, in one byte: the next of eight steps between two
/// powers of two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need(u8);

impl Need {
    /// The least that covers so many bytes.
    #[must_use]
    pub fn covering(bytes: u64) -> Self {
        let mut steps = (0..=u8::MAX).map(Self);
        let enough = steps.find(|step| step.bytes() >= bytes);
        enough.unwrap_or(Self(u8::MAX))
    }

    /// Bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        (8 + u64::from(self.0 % 8)) << (10 + self.0 / 8)
    }
}

/// What the channels of a picture mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Colour {
    /// Red, green and blue, or luma and chroma.
    Colour,
    /// One channel.
    Grey,
    /// One channel of indices into a table of colours.
    Palette,
    /// Printing inks.
    Cmyk,
}

/// An embedded ICC profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// None.
    None,
    /// One that names itself sRGB.
    Srgb,
    /// Another one.
    Other,
}

impl Profile {
    /// Tells a profile by the name that it carries.
    #[must_use]
    pub fn of(icc: &[u8]) -> Self {
        let names_srgb = |name: &[u8]| icc.windows(name.len()).any(|window| window == name);
        // Profiles of version 4 write their names in UTF-16.
        if names_srgb(b"sRGB") || names_srgb(b"\0s\0R\0G\0B") {
            Self::Srgb
        } else {
            Self::Other
        }
    }
}

/// EXIF model of the camera (or its make, where there is no model), cut to 17 bytes; empty where
/// nothing is said. No allocation, so that a million samples do not hold a million copies.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Camera([u8; 17]);

impl Camera {
    /// The camera of a name, which is taken up to its first zero byte.
    #[must_use]
    pub fn named(name: &[u8]) -> Self {
        let mut camera = Self::default();
        let text = name.split(|&byte| byte == 0).next().unwrap_or_default();
        for (to, &from) in camera.0.iter_mut().zip(text.trim_ascii()) {
            *to = from;
        }
        camera
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0[0] == 0
    }

    /// The name, as far as it is kept and is text.
    #[must_use]
    pub fn name(self) -> String {
        let length = self.0.iter().position(|&byte| byte == 0);
        String::from_utf8_lossy(&self.0[..length.unwrap_or(self.0.len())]).into_owned()
    }
}

/// How light and how sharp a picture is, on its luma reduced by halves until the shorter side has
/// fewer than 96 pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tone {
    /// Standard deviation of the edges in 1/256 grey level: an edge is how much a pixel exceeds its
    /// eight neighbours, 0 to 255.
    pub sharpness: u16,
    /// Mean level, 0 to 255.
    pub mean: u8,
    /// Standard deviation of the levels.
    pub spread: u8,
    /// Level that 5 % of the pixels do not exceed.
    pub low: u8,
    /// Level that 99 % of the pixels do not exceed.
    pub high: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_samples_hold_at_most_64_megabytes_of_facts() {
        assert!(size_of::<Facts>() <= 64, "{}", size_of::<Facts>());
    }

    #[test]
    fn a_need_covers_what_it_is_made_for_and_little_more() {
        for bytes in [1, 8192, 8193, 100_000, 1 << 20, 1_352_000_000, 96 << 30] {
            let covered = Need::covering(bytes).bytes();
            assert!(covered >= bytes && covered <= (bytes + bytes / 8).max(8192));
            assert_eq!(Need::covering(covered).bytes(), covered);
        }
        assert!(Need::covering(u64::MAX).bytes() > 1 << 44);
    }

    #[test]
    fn a_camera_is_named_up_to_its_zero_and_cut_to_what_fits() {
        assert_eq!(Camera::named(b"NIKON D90 \0junk").name(), "NIKON D90");
        assert_eq!(
            Camera::named(b"0123456789abcdefghijKLM").name(),
            "0123456789abcdefg"
        );
        assert!(Camera::named(b"  \0").is_empty());
    }

    #[test]
    fn a_profile_is_told_by_its_name_in_either_spelling() {
        assert_eq!(Profile::of(b"..desc..sRGB IEC61966-2.1"), Profile::Srgb);
        assert_eq!(Profile::of(b"..mluc..\0s\0R\0G\0B\0 "), Profile::Srgb);
        assert_eq!(Profile::of(b"..desc..Adobe RGB (1998)"), Profile::Other);
    }
}
