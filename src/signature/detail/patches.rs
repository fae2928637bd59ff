//! Patches of two pictures that lie on each other: where nearby does each agree best?

/// Patches along each side.
const PATCHES: usize = 6;

/// How far a patch may lie from where the map lays it, in sides of the picture: alignment on 24
/// cells is as exact.
const NEARBY: f32 = 0.05;

/// Standard deviation of the blur that is taken off, in sides: light and shade say little.
const COARSE: f32 = 0.1;

/// A patch with less than this part of the contrast of the strongest one shows nothing.
const WEAK: f32 = 0.1;

/// Part of a patch's cells that both pictures must show.
const SHOWN: f32 = 0.75;

/// Part of all the contrast that is judged, that of the patches that agree best: what was painted
/// over, or lies on the edge of a turned picture, agrees with nothing.
const JUDGED: f32 = 0.75;

/// What the patches of two pictures say together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Together {
    /// Mean of the greatest correlations nearby, -1 to 1.
    pub(super) best: f32,
    /// Correlation of all of them where the map lays them, -1 to 1.
    pub(super) whole: f32,
    /// How far the places of the greatest correlations lie from one affine map, in sides.
    pub(super) stray: f32,
    /// The least of the greatest correlations of all that show something, judged or not.
    pub(super) least: f32,
}

/// One patch of a picture, compared with the other picture around its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patch {
    /// Column and row, from 0.
    at: [f32; 2],
    /// Greatest correlation nearby, -1 to 1.
    best: f32,
    /// Where that is, right and down of where the map lays it, in sides of the picture.
    moved: [f32; 2],
    /// Standard deviation in the picture that has more.
    contrast: f32,
    /// Sums over the patch at its place: of products, and of squares of either.
    products: [f32; 3],
}

/// Grey less its surroundings, without noise finer than `fine` cells.
pub(super) fn band(grey: Vec<f32>, side: usize, fine: f32) -> Vec<f32> {
    let smooth = blurred(&grey, side, fine);
    let ground = blurred(&smooth, side, COARSE * side as f32);
    smooth.iter().zip(ground).map(|(a, b)| a - b).collect()
}

/// Convolved with a Gaussian of this standard deviation; the edge goes on as it is.
fn blurred(grey: &[f32], side: usize, deviation: f32) -> Vec<f32> {
    let reach = (3.0 * deviation).ceil() as isize;
    let weights: Vec<f32> = (-reach..=reach)
        .map(|at| (-0.5 * (at as f32 / deviation).powi(2)).exp())
        .collect();
    let sum: f32 = weights.iter().sum();
    let along = |grey: &[f32], step: usize, other: usize| -> Vec<f32> {
        let mut out = vec![0.0; grey.len()];
        for line in 0..side {
            for at in 0..side {
                let near = |by: isize| (at as isize + by).clamp(0, side as isize - 1) as usize;
                let weighted = weights.iter().zip(-reach..=reach);
                let weighted = weighted.map(|(w, by)| w * grey[line * other + near(by) * step]);
                out[line * other + at * step] = weighted.sum::<f32>() / sum;
            }
        }
        out
    };
    along(&along(grey, 1, side), side, 1)
}

/// All patches of `a` that both pictures show, compared with `b`; both of `side` x `side` cells.
/// They keep off the edges, so that each can be looked for all around its place.
pub(super) fn compare(a: &[f32], b: &[f32], both: &[bool], side: usize) -> Vec<Patch> {
    let reach = ((NEARBY * side as f32).round() as usize).max(1);
    // One more, for the neighbours of the best place.
    let margin = reach + 1;
    let edge = |patch: usize| margin + patch * (side - 2 * margin) / PATCHES;
    let nearby = -(reach as isize)..=reach as isize;
    let mut patches = Vec::new();
    for (row, column) in (0..PATCHES * PATCHES).map(|at| (at / PATCHES, at % PATCHES)) {
        let cells = Cells {
            left: edge(column),
            top: edge(row),
            right: edge(column + 1),
            bottom: edge(row + 1),
            side,
        };
        let shown = cells.at(0, 0).filter(|&at| both[at]).count();
        if (shown as f32) < SHOWN * cells.len() {
            continue;
        }
        let at_place = cells.sums(a, b, 0, 0);
        let (mut best, mut moved) = (correlation(at_place), (0, 0));
        for down in nearby.clone() {
            for right in nearby.clone() {
                let this = correlation(cells.sums(a, b, right, down));
                if this > best {
                    (best, moved) = (this, (right, down));
                }
            }
        }
        let beside = |right: isize, down: isize| {
            correlation(cells.sums(a, b, moved.0 + right, moved.1 + down))
        };
        let peak = [
            top(beside(-1, 0), best, beside(1, 0)),
            top(beside(0, -1), best, beside(0, 1)),
        ];
        patches.push(Patch {
            at: [column as f32, row as f32],
            best,
            moved: [
                (moved.0 as f32 + peak[0]) / side as f32,
                (moved.1 as f32 + peak[1]) / side as f32,
            ],
            contrast: (at_place[1].max(at_place[2]) / cells.len()).sqrt(),
            products: at_place,
        });
    }
    patches
}

/// Where between neighbours a parabola through three values has its top, -0.5 to 0.5.
fn top(before: f32, best: f32, after: f32) -> f32 {
    let bend = before - 2.0 * best + after;
    if bend > -1e-6 {
        return 0.0;
    }
    (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
}

/// A rectangle of cells.
struct Cells {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    side: usize,
}

impl Cells {
    fn len(&self) -> f32 {
        ((self.right - self.left) * (self.bottom - self.top)) as f32
    }

    /// Places of them all when they are moved, inside the picture.
    fn at(&self, right: isize, down: isize) -> impl Iterator<Item = usize> {
        let moved = |at: usize, by: isize| (at as isize + by) as usize;
        let (left, wide) = (moved(self.left, right), self.right - self.left);
        let side = self.side;
        (self.top..self.bottom).flat_map(move |row| {
            let from = moved(row, down) * side + left;
            from..from + wide
        })
    }

    /// Sums over them in `a` and the moved ones in `b`, each less its mean: of products, and
    /// of squares of either.
    fn sums(&self, a: &[f32], b: &[f32], right: isize, down: isize) -> [f32; 3] {
        let (mut ab, mut aa, mut bb, mut sum_a, mut sum_b) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (here, there) in self.at(0, 0).zip(self.at(right, down)) {
            let (x, y) = (a[here], b[there]);
            ab += x * y;
            aa += x * x;
            bb += y * y;
            sum_a += x;
            sum_b += y;
        }
        let len = self.len();
        [
            ab - sum_a * sum_b / len,
            (aa - sum_a * sum_a / len).max(0.0),
            (bb - sum_b * sum_b / len).max(0.0),
        ]
    }
}

/// Correlation from sums of products and squares; 0 where one is flat.
fn correlation([ab, aa, bb]: [f32; 3]) -> f32 {
    let most = (aa * bb).sqrt();
    if most > 1e-3 {
        (ab / most).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

/// What the patches say together; `None` where too few show something.
pub(super) fn together(patches: &[Patch]) -> Option<Together> {
    let strongest = patches
        .iter()
        .map(|patch| patch.contrast)
        .fold(0.0, f32::max);
    if strongest <= 0.0 {
        return None;
    }
    let mut shown: Vec<&Patch> = patches
        .iter()
        .filter(|patch| patch.contrast >= WEAK * strongest)
        .collect();
    shown.sort_by(|one, other| other.best.total_cmp(&one.best));
    let least = shown.last().map_or(0.0, |patch| patch.best);
    let all: f32 = shown.iter().map(|patch| patch.contrast).sum();
    let mut judged = 0.0;
    let enough = shown.iter().position(|patch| {
        judged += patch.contrast;
        judged >= JUDGED * all
    });
    shown.truncate(enough.map_or(shown.len(), |at| at + 1));
    let best = shown
        .iter()
        .map(|patch| patch.contrast * patch.best)
        .sum::<f32>();
    let mut products = [0.0; 3];
    for patch in &shown {
        for (sum, own) in products.iter_mut().zip(patch.products) {
            *sum += own;
        }
    }
    Some(Together {
        best: best / judged,
        whole: correlation(products),
        stray: stray(&shown)?,
        least,
    })
}

/// How far the moves of patches lie from the nearest affine map of their places, root mean square
/// weighted by contrast, as far as so few patches can tell; `None` where a map fits any of them.
fn stray(patches: &[&Patch]) -> Option<f32> {
    let sum = |of: &dyn Fn(f32) -> f32| patches.iter().map(|patch| of(patch.contrast)).sum::<f32>();
    let weight = sum(&|contrast| contrast);
    // Each direction of the map takes three of them.
    let patches_in_effect = weight.powi(2) / sum(&|contrast| contrast.powi(2));
    let free = patches_in_effect - 3.0;
    if free < 1.0 {
        return None;
    }
    let mean = |of: &dyn Fn(&Patch) -> f32| {
        patches
            .iter()
            .map(|patch| patch.contrast * of(patch))
            .sum::<f32>()
            / weight
    };
    let middle = [mean(&|patch| patch.at[0]), mean(&|patch| patch.at[1])];
    let product = |one: &dyn Fn(&Patch) -> f32, other: &dyn Fn(&Patch) -> f32| {
        mean(&|patch| one(patch) * other(patch))
    };
    let x = |patch: &Patch| patch.at[0] - middle[0];
    let y = |patch: &Patch| patch.at[1] - middle[1];
    let (xx, xy, yy) = (product(&x, &x), product(&x, &y), product(&y, &y));
    let determinant = xx * yy - xy * xy;
    let squares = (0..2).map(|axis| {
        let moved = mean(&|patch| patch.moved[axis]);
        let move_of = |patch: &Patch| patch.moved[axis] - moved;
        let (with_x, with_y) = (product(&x, &move_of), product(&y, &move_of));
        // Patches in one line say nothing of the other direction.
        let (by_x, by_y) = if determinant > 1e-3 {
            (
                (with_x * yy - with_y * xy) / determinant,
                (with_y * xx - with_x * xy) / determinant,
            )
        } else {
            (0.0, 0.0)
        };
        mean(&|patch| (move_of(patch) - by_x * x(patch) - by_y * y(patch)).powi(2))
    });
    Some((squares.sum::<f32>() * patches_in_effect / free).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 48;

    /// A smooth texture, read `right` and `down` of the place.
    fn texture(right: f32, down: f32) -> impl Fn(usize, usize) -> f32 {
        move |x, y| {
            let (x, y) = (x as f32 + right, y as f32 + down);
            40.0 * (x * 0.9 + y * 0.3).sin() + 30.0 * (x * 0.35 - y * 0.8 + 1.0).sin()
        }
    }

    fn drawn(grey: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        (0..SIDE * SIDE)
            .map(|at| grey(at % SIDE, at / SIDE))
            .collect()
    }

    fn compared(a: &[f32], b: &[f32]) -> Together {
        together(&compare(a, b, &[true; SIDE * SIDE], SIDE)).unwrap()
    }

    #[test]
    fn a_shift_of_all_patches_is_no_stray() {
        let shifted = compared(&drawn(texture(0.0, 0.0)), &drawn(texture(1.0, -1.0)));
        assert!(shifted.best > 0.999 && shifted.stray < 0.002, "{shifted:?}");
        assert!(shifted.least > 0.99, "{shifted:?}");
    }

    #[test]
    fn thirds_that_are_shifted_each_in_its_own_way_stray() {
        let own = |x: usize, y: usize| texture([-1.0, 1.0, -1.0][x * 3 / SIDE], 0.0)(x, y);
        let torn = compared(&drawn(texture(0.0, 0.0)), &drawn(own));
        assert!(torn.best > 0.9 && torn.stray > 0.015, "{torn:?}");
    }

    #[test]
    fn a_strip_that_was_painted_over_is_not_judged() {
        let painted = |x: usize, y: usize| match y < SIDE / 6 {
            true => texture(7.0, 13.0)(y, x),
            false => texture(0.0, 0.0)(x, y),
        };
        let covered = compared(&drawn(texture(0.0, 0.0)), &drawn(painted));
        assert!(covered.best > 0.99 && covered.stray < 0.002, "{covered:?}");
        // But told: not all of it is one picture.
        assert!(covered.least < 0.8, "{covered:?}");
    }

    #[test]
    fn flat_pictures_say_nothing() {
        let flat = vec![7.0; SIDE * SIDE];
        let patches = compare(&flat, &flat, &[true; SIDE * SIDE], SIDE);
        assert_eq!(together(&patches), None);
    }

    #[test]
    fn a_band_has_no_ground_and_keeps_texture() {
        let on_slope = |x: usize, y: usize| 3.0 * x as f32 + texture(0.0, 0.0)(x, y);
        let band = band(drawn(on_slope), SIDE, 0.6);
        let middle = SIDE * SIDE / 2 + SIDE / 2;
        let near: f32 = band[middle - 10..middle + 10].iter().sum::<f32>() / 20.0;
        assert!(near.abs() < 10.0, "{near}");
        assert!(band.iter().any(|grey| *grey > 30.0));
    }

    #[test]
    fn the_top_of_a_parabola_lies_between_its_values() {
        let parabola = |x: f32| 1.0 - (x - 0.3).powi(2);
        let found = top(parabola(-1.0), parabola(0.0), parabola(1.0));
        assert!((found - 0.3).abs() < 1e-5, "{found}");
        assert_eq!(top(0.5, 0.5, 0.5), 0.0);
    }
}
