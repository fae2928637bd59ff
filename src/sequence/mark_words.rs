//! Words that say what was done to a picture.

/// Words for augmentations.
const WORDS: [&str; 66] = [
    "affine",
    "aug",
    "augment",
    "augmented",
    "blur",
    "blurred",
    "bright",
    "brightness",
    "clahe",
    "contrast",
    "crop",
    "cropped",
    "cutout",
    "dark",
    "deg",
    "degree",
    "degrees",
    "elastic",
    "equalize",
    "flip",
    "fliph",
    "fliplr",
    "flipped",
    "fliptb",
    "flipud",
    "flipv",
    "gamma",
    "gauss",
    "grayscale",
    "greyscale",
    "hflip",
    "hue",
    "invert",
    "inverted",
    "jitter",
    "mirror",
    "mirrored",
    "noise",
    "noisy",
    "pepper",
    "posterize",
    "rot",
    "rotate",
    "rotated",
    "rotation",
    "salt",
    "saturation",
    "scale",
    "scaled",
    "sharpen",
    "sharpened",
    "shear",
    "shift",
    "shifted",
    "solarize",
    "speckle",
    "translate",
    "translated",
    "vflip",
    "zoom",
    "zoomed",
    "rotl",
    "rotr",
    "distort",
    "distorted",
    "warp",
];
/// Words that a number by itself may follow: by how much.
pub(super) const MEASURED: [&str; 16] = [
    "aug",
    "augmented",
    "blur",
    "brightness",
    "contrast",
    "gamma",
    "hue",
    "noise",
    "rot",
    "rotate",
    "rotated",
    "saturation",
    "scale",
    "shear",
    "shift",
    "zoom",
];
/// Words that only say how, beside one of the others.
const MANNERS: [&str; 22] = [
    "ccw",
    "cw",
    "down",
    "gaussian",
    "h",
    "horizontal",
    "left",
    "lr",
    "minus",
    "neg",
    "new",
    "plus",
    "pos",
    "random",
    "right",
    "tb",
    "ud",
    "up",
    "v",
    "vertical",
    "x",
    "y",
];
/// The same in Chinese: flip, mirror, rotate, noise, crop, blur, brightness, contrast, zoom,
/// augment, shift.
const CHINESE: [&str; 14] = [
    "翻转",
    "水平翻转",
    "垂直翻转",
    "镜像",
    "旋转",
    "噪声",
    "裁剪",
    "模糊",
    "亮度",
    "对比度",
    "缩放",
    "增强",
    "平移",
    "高斯噪声",
];
/// Folders of the pictures that the others were made of.
const ORIGINALS: [&str; 6] = [
    "orig",
    "original",
    "originals",
    "source",
    "sources",
    "unaugmented",
];

/// Whether a text is nothing but words for augmentations and numbers: `flip`, `aug3`, `90deg`,
/// `new30degFlipLR`.
pub(super) fn is_mark(text: &str) -> bool {
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    // Most words end here: a mark of several parts holds a digit, a capital inside, or no ASCII.
    let plain = text.bytes().all(|b| b.is_ascii_lowercase());
    if text.is_empty() || plain || text.len() > 40 {
        return false;
    }
    let bare = text.trim_end_matches(|c: char| c.is_ascii_digit());
    if CHINESE.contains(&bare) {
        return true;
    }
    let mut any = false;
    let all = parts(text).all(|part| {
        let number = part.bytes().all(|b| b.is_ascii_digit());
        let word = WORDS.iter().any(|word| part.eq_ignore_ascii_case(word));
        any |= word;
        number
            || word
            || MANNERS
                .iter()
                .any(|manner| part.eq_ignore_ascii_case(manner))
    });
    all && any
}

/// Whether a text only says how: `h`, `left`.
pub(super) fn is_manner(text: &str) -> bool {
    MANNERS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a folder, or a word of a name, says that this is what the others were made of.
pub(super) fn is_original(folder: &str) -> bool {
    ORIGINALS
        .iter()
        .any(|word| folder.eq_ignore_ascii_case(word))
}

/// Runs of digits and words, where a capital behind a small letter begins a new word.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let begins = |at: usize| {
        let bytes = text.as_bytes();
        at == 0
            || bytes[at].is_ascii_digit() != bytes[at - 1].is_ascii_digit()
            || (bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase())
    };
    let starts: Vec<usize> = (0..text.len())
        .filter(|at| text.is_char_boundary(*at) && begins(*at))
        .collect();
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([text.len()]).collect();
    starts
        .into_iter()
        .zip(ends)
        .map(|(start, end)| &text[start..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_manners_together_are_marks() {
        for mark in [
            "flip",
            "aug3",
            "90deg",
            "270deg",
            "new30degFlipLR",
            "FlipLR",
            "flipTB",
            "rot90",
            "hflip",
            "翻转2",
            "rotate90",
            "dark1",
        ] {
            assert!(is_mark(mark), "{mark}");
        }
        for other in [
            "",
            "90",
            "left",
            "new",
            "Left",
            "0b03fb",
            "darkroom",
            "cat",
            "x1",
            "new2",
            "ünknown",
            "Deg".repeat(20).as_str(),
        ] {
            assert!(!is_mark(other), "{other}");
        }
    }
}
