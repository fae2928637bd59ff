//! Classes in front of the names of large images: `tumor_slide1_x0_y0` beside
//! `normal_slide1_x0_y96`.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::tiles::Tiles;

/// Most words that are taken for classes.
const MOST_CLASSES: usize = 20;
/// Tiles that would stand at one place by chance before their absence tells anything.
const LEAST_EXPECTED: f64 = 5.0;
/// Share of them that is there after all, at most.
const MOST_MET: f64 = 0.1;

/// Makes one large image of those whose names differ in a first word only, where their tiles fill
/// each other's gaps: of two images cut alike, many tiles would stand at the same place.
pub(super) fn merge(tiles: &mut Tiles) {
    let bare: Option<Vec<(String, &str)>> =
        tiles.slides.iter().map(|name| without_word(name)).collect();
    let Some(bare) = bare else { return };
    let words: BTreeSet<&str> = bare.iter().map(|(_, word)| *word).collect();
    let merged: BTreeSet<&str> = bare.iter().map(|(name, _)| name.as_str()).collect();
    if !(2..=MOST_CLASSES).contains(&words.len()) || merged.len() == tiles.slides.len() {
        return;
    }
    let numbers: BTreeMap<&str, u32> = merged.iter().copied().zip(0..).collect();
    let to: Vec<u32> = bare
        .iter()
        .map(|(name, _)| numbers[name.as_str()])
        .collect();
    if fill_gaps(tiles, &to) {
        let names = merged.into_iter().map(Into::into).collect();
        for tile in tiles.at.iter_mut().flatten() {
            tile.slide = to[tile.slide as usize];
        }
        tiles.slides = names;
    }
}

/// The name without the word it begins with behind its folders, and that word.
fn without_word(name: &str) -> Option<(String, &str)> {
    let file = name.rfind('/').map_or(0, |at| at + 1);
    let (word, rest) = name[file..].split_once(['_', '-', ' '])?;
    let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic);
    (is_word && rest.contains(|c: char| c.is_ascii_digit()))
        .then(|| (format!("{}{rest}", &name[..file]), word))
}

/// Whether hardly two tiles of one new image stand at one place, though many would by chance.
fn fill_gaps(tiles: &Tiles, to: &[u32]) -> bool {
    let mut places: Vec<HashSet<(i64, i64)>> = vec![HashSet::new(); to.len()];
    for tile in tiles.at.iter().flatten() {
        places[tile.slide as usize].insert((tile.x, tile.y));
    }
    let mut together: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (slide, new) in to.iter().enumerate() {
        together.entry(*new).or_default().push(slide);
    }
    let (mut expected, mut met) = (0.0, 0.0);
    for slides in together.values() {
        let all = || slides.iter().flat_map(|slide| &places[*slide]);
        let columns = all().map(|place| place.0).collect::<HashSet<_>>().len();
        let rows = all().map(|place| place.1).collect::<HashSet<_>>().len();
        for (number, one) in slides.iter().enumerate() {
            for other in &slides[number + 1..] {
                let (one, other) = (&places[*one], &places[*other]);
                expected += (one.len() * other.len()) as f64 / (columns * rows).max(1) as f64;
                met += one.intersection(other).count() as f64;
            }
        }
    }
    expected >= LEAST_EXPECTED && met <= MOST_MET * expected
}

#[cfg(test)]
mod tests {
    use crate::sequence::testing;
    use crate::sequence::tiles::infer;

    fn slides(kept: impl Fn(usize, usize, usize) -> bool) -> usize {
        let all =
            (0..2).flat_map(|class| (0..8).flat_map(move |x| (0..8).map(move |y| (class, x, y))));
        let names: Vec<String> = all
            .filter(|(class, x, y)| kept(*class, *x, *y))
            .map(|(class, x, y)| {
                let class = ["cat", "dog"][class];
                format!("{class}_1_x{}_y{}.png", x * 64, y * 64)
            })
            .collect();
        infer(&testing::samples(&names)).unwrap().slides.len()
    }

    #[test]
    fn classes_that_fill_each_others_gaps_are_of_one_image() {
        assert_eq!(slides(|class, x, y| (x + y) % 2 == class), 1);
    }

    #[test]
    fn two_images_cut_alike_stay_two() {
        assert_eq!(slides(|_, _, _| true), 2);
        assert_eq!(slides(|class, x, y| class == 0 || (x + y) % 2 == 0), 2);
    }
}
