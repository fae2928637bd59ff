//! Which picture a file beside it is about: the one of its name, but for what some datasets put
//! before or behind it (`gt_img_1.txt`, `x_gtFine_polygons.json` of `x_leftImg8bit.png`).

use std::collections::HashMap;

use super::stem;

/// What stands before the name of the picture.
const BEFORE: [&str; 1] = ["gt_"];

/// What stands behind it.
const BEHIND: [&str; 3] = ["_gtFine_polygons", "_gtCoarse_polygons", "___objects"];

/// What pictures have behind the name that is theirs and that of what is said of them.
const OF_PICTURES: [&str; 1] = ["_leftImg8bit"];

/// The names by which a picture may be called.
pub(super) fn names(path: &str) -> impl Iterator<Item = &str> {
    let own = stem(path);
    let short = OF_PICTURES.iter().filter_map(|end| own.strip_suffix(end));
    std::iter::once(own).chain(short)
}

/// The pictures of a file's name, by their [names].
pub(super) fn picture_of<'a, 'b>(
    path: &str,
    by_stem: &'a HashMap<&str, Vec<&'b str>>,
) -> Option<&'a Vec<&'b str>> {
    let own = stem(path);
    let before = BEFORE.iter().filter_map(|start| own.strip_prefix(start));
    let behind = BEHIND.iter().filter_map(|end| own.strip_suffix(end));
    let mut names = std::iter::once(own).chain(before).chain(behind);
    names.find_map(|name| by_stem.get(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_datasets_put_around_a_name_is_no_part_of_it() {
        let pictures = ["a/img_1.jpg", "b/x_0_leftImg8bit.png", "gt_7.png"];
        let mut by_stem: HashMap<&str, Vec<&str>> = HashMap::new();
        for picture in pictures {
            for name in names(picture) {
                by_stem.entry(name).or_default().push(picture);
            }
        }
        let of = |path: &str| picture_of(path, &by_stem).map(|all| all[0]);
        assert_eq!(of("a/gt_img_1.txt"), Some(pictures[0]));
        assert_eq!(of("gt/x_0_gtFine_polygons.json"), Some(pictures[1]));
        assert_eq!(of("x_0_leftImg8bit.json"), Some(pictures[1]));
        assert_eq!(of("gt_7.txt"), Some(pictures[2]), "its own name");
        assert_eq!(of("gt.txt"), None);
        assert_eq!(of("img_1_gt.txt"), None);
    }
}
