//! Views of one instant in names: left, centre and right cameras, stereo pairs, RGB and depth.

use std::ops::Range;

/// Words that only qualify another view word.
const CAMERAS: [&str; 4] = ["cam", "camera", "view", "ring"];

/// Words that tell a view by themselves.
const VIEWS: [&str; 30] = [
    "back",
    "bottom",
    "center",
    "centre",
    "colour",
    "color",
    "depth",
    "disparity",
    "down",
    "front",
    "frontcenter",
    "frontleft",
    "frontright",
    "infrared",
    "ir",
    "left",
    "leftimg8bit",
    "middle",
    "nir",
    "rear",
    "rearcenter",
    "rgb",
    "right",
    "rightimg8bit",
    "side",
    "sideleft",
    "sideright",
    "thermal",
    "top",
    "wide",
];

/// The bytes of a stem that name a view: the longest chain of view words, as `CAM_FRONT_LEFT`.
/// `L` and `R` count at the ends only.
pub(super) fn in_stem(stem: &str) -> Option<Range<usize>> {
    let mut chain: Option<Range<usize>> = None;
    let mut telling = false;
    for word in words(stem) {
        let text = &stem[word.clone()];
        let own = is_view(text)
            || (text.len() == 1
                && (word.start == 0 || word.end == stem.len())
                && stem.len() > 1
                && text.eq_ignore_ascii_case("l") | text.eq_ignore_ascii_case("r"));
        if own || CAMERAS.iter().any(|w| text.eq_ignore_ascii_case(w)) {
            chain = Some(chain.map_or(word.clone(), |c| c.start..word.end));
            telling |= own;
        } else if telling {
            break;
        } else {
            chain = None;
        }
    }
    chain.filter(|_| telling)
}

/// Whether a whole folder name is a view: `left`, `cam0`, `image_02` (as KITTI numbers its
/// cameras).
pub(super) fn is_folder(folder: &str) -> bool {
    in_stem(folder).is_some_and(|range| range.len() == folder.len())
        || matches!(folder, "image_00" | "image_01" | "image_02" | "image_03")
        || matches!(folder, "image_0" | "image_1" | "image_2" | "image_3")
}

/// Whether a whole folder name is one of numbered or lettered cameras: `cam_a`, `camera2`.
pub(super) fn is_camera(folder: &str) -> bool {
    let lower = folder.to_ascii_lowercase();
    let behind = lower.strip_prefix("camera").or(lower.strip_prefix("cam"));
    let Some(behind) = behind else { return false };
    let which = behind.trim_start_matches(['_', '-', ' ']);
    match which.as_bytes() {
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        // `came` is a word.
        [one] => one.is_ascii_digit() || one.is_ascii_alphabetic() && behind != which,
        _ => false,
    }
}

fn is_view(word: &str) -> bool {
    let numbered = word.trim_end_matches(|c: char| c.is_ascii_digit());
    (numbered.len() + 1 == word.len() && numbered.eq_ignore_ascii_case("cam"))
        || VIEWS.iter().any(|view| word.eq_ignore_ascii_case(view))
}

/// Words between separators; digits belong to them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter_map(move |start| {
        if !bytes[start].is_ascii_alphanumeric()
            || (start > 0 && bytes[start - 1].is_ascii_alphanumeric())
        {
            return None;
        }
        let length = bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        Some(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stem: &str) -> Option<&str> {
        in_stem(stem).map(|range| &stem[range])
    }

    #[test]
    fn camera_words_are_found() {
        assert_eq!(told("center_2016_12_01_13_30_48_287"), Some("center"));
        assert_eq!(told("n015__CAM_FRONT_LEFT__15318"), Some("CAM_FRONT_LEFT"));
        assert_eq!(
            told("aachen_000000_000019_leftImg8bit"),
            Some("leftImg8bit")
        );
        assert_eq!(told("scene12_depth"), Some("depth"));
        assert_eq!(told("000123_L"), Some("L"));
        assert_eq!(
            told("20180807_camera_frontcenter_91"),
            Some("camera_frontcenter")
        );
    }

    #[test]
    fn other_words_are_not_cameras() {
        for stem in [
            "camera_0012",
            "bright_01",
            "l",
            "a_l_b",
            "frame_0012",
            "0012",
        ] {
            assert_eq!(told(stem), None, "{stem}");
        }
    }

    #[test]
    fn cameras_are_numbered_or_lettered() {
        for folder in ["cam_a", "CAM2", "camera-01", "camera b"] {
            assert!(is_camera(folder), "{folder}");
        }
        for folder in ["cam", "camel", "came", "cam_front", "camera_2021", "a"] {
            assert!(!is_camera(folder), "{folder}");
        }
    }

    #[test]
    fn a_folder_may_be_a_camera() {
        assert!(is_folder("cam0") && is_folder("image_02") && is_folder("left"));
        assert!(!is_folder("vid03") && !is_folder("left_turns") && !is_folder("images"));
    }
}
