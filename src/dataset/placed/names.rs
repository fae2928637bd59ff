//! Names of columns that tell places.

use crate::dataset::split_name::words;

/// How cells tell a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Left, upper, right and lower edge.
    Edges,
    /// West, north, east and south edge, of which north is more.
    Bounds,
    /// From the left and from above.
    Point,
    /// East and north.
    Geographic,
    /// One cell of any of these.
    Cell(Cell),
}

/// What one cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// `(128, 576)`
    Point,
    /// Bing's key of a tile: a digit of 0 to 3 for each level.
    Quadkey,
    /// A cell of the earth in letters and digits.
    Geohash,
    /// Well-known text: `POLYGON ((x y, ...))`.
    Shape,
}

/// Names in one column each, in the order of the form.
const FORMS: &[(Form, &[&str])] = &[
    (Form::Bounds, &["west", "north", "east", "south"]),
    (Form::Bounds, &["minx", "maxy", "maxx", "miny"]),
    (Form::Bounds, &["min x", "max y", "max x", "min y"]),
    (Form::Bounds, &["min lon", "max lat", "max lon", "min lat"]),
    (Form::Bounds, &["lon min", "lat max", "lon max", "lat min"]),
    (Form::Bounds, &["ulx", "uly", "lrx", "lry"]),
    (Form::Edges, &["xmin", "ymin", "xmax", "ymax"]),
    (Form::Edges, &["x min", "y min", "x max", "y max"]),
    (Form::Edges, &["left", "top", "right", "bottom"]),
    (Form::Geographic, &["lon", "lat"]),
    (Form::Geographic, &["lng", "lat"]),
    (Form::Geographic, &["long", "lat"]),
    (Form::Geographic, &["longitude", "latitude"]),
    (Form::Geographic, &["easting", "northing"]),
    (Form::Geographic, &["utm x", "utm y"]),
    (Form::Geographic, &["utm e", "utm n"]),
    (Form::Point, &["x", "y"]),
    (Form::Point, &["coord x", "coord y"]),
    (Form::Point, &["x coord", "y coord"]),
    (Form::Point, &["x pos", "y pos"]),
    (Form::Point, &["pos x", "pos y"]),
    (Form::Point, &["x offset", "y offset"]),
    (Form::Point, &["offset x", "offset y"]),
    (Form::Point, &["x start", "y start"]),
    (Form::Point, &["grid x", "grid y"]),
    (Form::Point, &["tile col", "tile row"]),
    (Form::Point, &["patch col", "patch row"]),
    (Form::Point, &["grid col", "grid row"]),
    (Form::Point, &["left", "top"]),
];

/// Words before such names that say whose places they are.
const OF_WHAT: &[&str] = &["center", "centre", "centroid", "patch", "site", "tile"];

/// What a column tells in one cell, by its name.
pub(super) fn one_cell(column: &str) -> Option<Cell> {
    let words = words(column);
    let last = words.last()?.as_str();
    Some(match last {
        "coord" | "coords" | "coordinate" | "coordinates" => Cell::Point,
        "quadkey" | "quadkeys" => Cell::Quadkey,
        "geohash" => Cell::Geohash,
        "wkt" | "geometry" | "geom" | "footprint" | "polygon" => Cell::Shape,
        "key" if words == ["quad", "key"] => Cell::Quadkey,
        _ => return None,
    })
}

/// The forms that the columns of a table may tell, with the columns of each.
pub(super) fn forms(columns: &[String]) -> Vec<(Form, Vec<usize>)> {
    let names: Vec<String> = columns
        .iter()
        .map(|column| words(column).join(" "))
        .collect();
    let is_called = |name: &str, wanted: &str| {
        name == wanted
            || name
                .split_once(' ')
                .is_some_and(|(of, rest)| OF_WHAT.contains(&of) && rest == wanted)
            || name
                .rsplit_once(' ')
                .is_some_and(|(rest, of)| OF_WHAT.contains(&of) && rest == wanted)
    };
    let at = |wanted: &&str| names.iter().position(|name| is_called(name, wanted));
    let several = FORMS.iter().filter_map(|(form, wanted)| {
        let all: Option<Vec<usize>> = wanted.iter().map(at).collect();
        Some((*form, all?))
    });
    let alone = columns.iter().enumerate();
    let alone = alone.filter_map(|(at, name)| Some((Form::Cell(one_cell(name)?), vec![at])));
    several.chain(alone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_places_are_known_in_any_order_and_case() {
        let told = |columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
            let all = forms(&columns).into_iter();
            all.map(|(form, at)| format!("{form:?} {at:?}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(&["path", "Latitude", "Longitude"]),
            ["Geographic [2, 1]"]
        );
        assert_eq!(told(&["tile_x", "tile_y"]), ["Point [0, 1]"]);
        assert_eq!(
            told(&["minx", "miny", "maxx", "maxy"]),
            ["Bounds [0, 3, 2, 1]"]
        );
        assert_eq!(told(&["center_lon", "center_lat"]), ["Geographic [0, 1]"]);
        assert_eq!(told(&["a", "patch_coords"]), ["Cell(Point) [1]"]);
        assert_eq!(told(&["path", "x", "label", "row", "col"]), [""; 0]);
    }
}
