//! Names of columns of places within a picture: `x1`, `ymax`, `tlx`, `x_center`.

/// What a name of a coordinate says besides its axis.
const EDGES: &[&str] = &[
    "",
    "begin",
    "bl",
    "bottom",
    "bottomleft",
    "bottomright",
    "br",
    "c",
    "center",
    "centre",
    "centroid",
    "coord",
    "coordinate",
    "ctr",
    "end",
    "left",
    "lower",
    "lowerleft",
    "lowerright",
    "max",
    "mid",
    "min",
    "p",
    "pix",
    "pixel",
    "point",
    "pos",
    "position",
    "pt",
    "pxl",
    "right",
    "start",
    "tl",
    "top",
    "topleft",
    "topright",
    "tr",
    "upper",
    "upperleft",
    "upperright",
];

/// Sides of a box, and places on the earth, which need no axis.
const SIDES: &[&str] = &[
    "bottom",
    "east",
    "easting",
    "lat",
    "latitude",
    "left",
    "lng",
    "lon",
    "longitude",
    "lower",
    "north",
    "northing",
    "right",
    "south",
    "top",
    "upper",
    "west",
];

/// Whether a name is that of a coordinate: an axis before or behind a word for an edge or a point,
/// and perhaps numbers; or a side or a word of geography.
pub(super) fn is_coordinate(words: &[String]) -> bool {
    let is_number = |word: &&String| word.bytes().all(|byte| byte.is_ascii_digit());
    let name: String = words
        .iter()
        .filter(|word| !is_number(word))
        .map(String::as_str)
        .collect();
    let axes = ['x', 'y', 'z'];
    let behind = name.strip_prefix(axes);
    let before = name.strip_suffix(axes);
    let is_edge = |rest: Option<&str>| rest.is_some_and(|rest| EDGES.contains(&rest));
    is_edge(behind) || is_edge(before) || SIDES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::split_name::words;

    #[test]
    fn an_axis_with_an_edge_is_a_coordinate_and_other_words_are_not() {
        for name in [
            "x1",
            "y2",
            "xmin",
            "ymax",
            "X_Min",
            "x_center",
            "cx",
            "yc",
            "tlx",
            "x0",
            "p1x",
            "easting",
            "left",
            "top2",
            "xTopLeft",
            "upper_left_y",
            "pos_x",
            "x_3",
        ] {
            assert!(is_coordinate(&words(name)), "{name}");
        }
        for name in ["xray", "tax", "box", "toy", "cow", "body", "ox12", "proxy"] {
            assert!(!is_coordinate(&words(name)), "{name}");
        }
    }
}
