//! Where pictures lie on the earth by what they carry themselves: the tags of a `GeoTIFF`, or a
//! world file beside them (`a.pgw` of `a.png`), as a table.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use super::csv_text::read_text_up_to;
use super::json_lines::push_row;
use super::side_texts::ending;
use super::walk::{Walked, WalkedFile};
use crate::source::Place;

/// More pictures are not opened.
const MOST: usize = 50_000;

/// First pictures of which one must tell a place.
const ASKED: usize = 8;

/// Longest world file.
const LONGEST: u64 = 1 << 10;

/// Endings of world files.
pub(super) const WORLD_FILES: &[&str] = &[
    "bpw", "gfw", "jgw", "jpgw", "pgw", "pngw", "tfw", "tifw", "wld",
];

/// Edges by picture, west, north, east and south.
pub(super) fn tables(root: &Path, walked: &Walked) -> Vec<(String, String)> {
    [of_tags(root, walked), of_world_files(root, walked)]
        .into_iter()
        .flatten()
        .collect()
}

fn of_tags(root: &Path, walked: &Walked) -> Option<(String, String)> {
    let is_tiff = |image: &&WalkedFile| {
        let ending = ending(&image.path).to_ascii_lowercase();
        matches!(ending.as_str(), "tif" | "tiff") && image.place == Place::Named
    };
    let images: Vec<&WalkedFile> = walked.images.iter().filter(is_tiff).take(MOST).collect();
    let read = |image: &&&WalkedFile| edges_of_tags(&root.join(&image.path)).is_some();
    images.iter().take(ASKED).find(read)?;
    let mut table = String::new();
    let header = ["file", "west", "north", "east", "south"];
    push_row(&mut table, header.iter().map(|&name| name.to_owned()));
    for image in images {
        if let Some(edges) = edges_of_tags(&root.join(&image.path)) {
            let cells = edges.iter().map(f64::to_string);
            push_row(&mut table, std::iter::once(image.path.clone()).chain(cells));
        }
    }
    Some(("the tags of the GeoTIFFs".to_owned(), table))
}

/// West, north, east and south edge of a `GeoTIFF`; `None` of what has no such tags, or lies
/// askew. <https://docs.ogc.org/is/19-008r4/19-008r4.html>
fn edges_of_tags(file: &Path) -> Option<[f64; 4]> {
    let mut read = Decoder::new(BufReader::new(File::open(file).ok()?)).ok()?;
    let (width, height) = read.dimensions().ok()?;
    let mut numbers = |tag| read.find_tag(tag).ok()??.into_f64_vec().ok();
    let corner = match (
        numbers(Tag::ModelPixelScaleTag),
        numbers(Tag::ModelTiepointTag),
    ) {
        (Some(scale), Some(tie)) if scale.len() >= 2 && tie.len() >= 6 => [
            tie[3] - tie[0] * scale[0],
            tie[4] + tie[1] * scale[1],
            scale[0],
            -scale[1],
        ],
        _ => {
            let matrix = numbers(Tag::ModelTransformationTag)?;
            let is_straight = matrix.len() == 16 && matrix[1] == 0.0 && matrix[4] == 0.0;
            is_straight.then(|| [matrix[3], matrix[7], matrix[0], matrix[5]])?
        }
    };
    let [west, north, across, down] = corner;
    let (east, south) = (
        west + across * f64::from(width),
        north + down * f64::from(height),
    );
    let edges = [west, north, east, south];
    edges.iter().all(|edge| edge.is_finite()).then_some(edges)
}

/// The corners that world files tell: how large pictures are is not asked.
fn of_world_files(root: &Path, walked: &Walked) -> Option<(String, String)> {
    let is_world = |path: &&String| {
        let ending = ending(path).to_ascii_lowercase();
        WORLD_FILES.contains(&ending.as_str())
    };
    let mut worlds = walked.texts.iter().filter(is_world).take(MOST).peekable();
    let first = (*worlds.peek()?).clone();
    let stem = |path: &'_ str| {
        path.rsplit_once('.')
            .map_or(path.len(), |(stem, _)| stem.len())
    };
    let pictures: HashMap<&str, &str> = walked
        .images
        .iter()
        .map(|image| (&image.path[..stem(&image.path)], image.path.as_str()))
        .collect();
    let mut table = String::new();
    let header = ["file", "easting", "northing"];
    push_row(&mut table, header.iter().map(|&name| name.to_owned()));
    for world in worlds {
        let Some(picture) = pictures.get(&world[..stem(world)]) else {
            continue;
        };
        let text = read_text_up_to(&root.join(world), LONGEST).unwrap_or_default();
        if let Some([x, y]) = corner(&text) {
            let row = [(*picture).to_owned(), x.to_string(), y.to_string()];
            push_row(&mut table, row.into_iter());
        }
    }
    Some((format!("world files such as {first}"), table))
}

/// Where the upper left pixel lies: the last two of six lines.
fn corner(text: &str) -> Option<[f64; 2]> {
    let numbers: Option<Vec<f64>> = text
        .split_whitespace()
        .map(|one| one.parse().ok())
        .collect();
    let numbers = numbers.filter(|all| all.iter().all(|one| one.is_finite()))?;
    match numbers[..] {
        [_, _, _, _, x, y] => Some([x, y]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use tiff::encoder::{TiffEncoder, colortype::Gray8};

    fn geotiff(tags: &[(Tag, &[f64])]) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
        let mut image = encoder.new_image::<Gray8>(4, 2).unwrap();
        for (tag, numbers) in tags {
            image.encoder().write_tag(*tag, *numbers).unwrap();
        }
        image.write_data(&[0; 8]).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn tags_tell_the_edges_of_a_picture_that_lies_straight() {
        let folder = tempfile::tempdir().unwrap();
        let edges = |tags: &[(Tag, &[f64])]| {
            let file = folder.path().join("a.tif");
            std::fs::write(&file, geotiff(tags)).unwrap();
            edges_of_tags(&file)
        };
        let scale: &[f64] = &[10.0, 10.0, 0.0];
        let tie: &[f64] = &[0.0, 0.0, 0.0, 500_000.0, 4_100_000.0, 0.0];
        let wanted = Some([500_000.0, 4_100_000.0, 500_040.0, 4_099_980.0]);
        let both = [
            (Tag::ModelPixelScaleTag, scale),
            (Tag::ModelTiepointTag, tie),
        ];
        assert_eq!(edges(&both), wanted);
        let mut matrix = [0.0; 16];
        (matrix[0], matrix[5], matrix[3], matrix[7]) = (10.0, -10.0, 500_000.0, 4_100_000.0);
        assert_eq!(edges(&[(Tag::ModelTransformationTag, &matrix)]), wanted);
        matrix[1] = 3.0;
        assert_eq!(edges(&[(Tag::ModelTransformationTag, &matrix)]), None);
        assert_eq!(edges(&[]), None);
    }

    #[test]
    fn a_world_file_has_six_numbers() {
        assert_eq!(
            corner("10\n0\n0\n-10\n500005\n4099995\n"),
            Some([500_005.0, 4_099_995.0])
        );
        assert_eq!(corner("10\n0\n0\n-10\n500005\n"), None);
        assert_eq!(corner("a world\n"), None);
    }
}
