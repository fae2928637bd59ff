use super::*;

/// A texture that no map lays on itself, in fractions of the sides.
fn texture(seed: f32) -> impl Fn(f32, f32) -> f32 {
    move |x, y| {
        let wave = |along: f32, by: f32| (along * (9.0 + seed) + by).sin();
        128.0
            + 40.0 * wave(3.0 * x + y, seed)
            + 30.0 * wave(x - 2.0 * y, 2.0 * seed)
            + 25.0 * wave(x * y * 4.0, seed)
            + 15.0 * wave(5.0 * y, 1.0)
    }
}

fn drawn(wide: u32, high: u32, grey: impl Fn(f32, f32) -> f32) -> Luma {
    let place = |at: u32, side: u32| (at as f32 + 0.5) / side as f32;
    let pixels = (0..wide * high).map(|at| grey(place(at % wide, wide), place(at / wide, high)));
    Luma {
        width: wide,
        height: high,
        data: pixels.map(|grey| grey as u8).collect(),
    }
}

fn same(x: f32, y: f32) -> (f32, f32) {
    (x, y)
}

#[test]
fn an_enlarged_and_dimmed_copy_agrees_and_another_picture_does_not() {
    let one = drawn(60, 60, texture(1.0));
    let copy = drawn(150, 150, |x, y| texture(1.0)(x, y) * 0.8);
    let agreed = agreement(&one, Turn::default(), &copy, same).unwrap();
    assert!(agreed.patches > 0.98 && agreed.whole > 0.98, "{agreed:?}");
    assert!(agreed.stray < 0.004, "{agreed:?}");
    assert!((agreed.pixels - 60.0).abs() < 1e-3 && agreed.uneven < 1e-5);
    let other = drawn(60, 60, texture(2.7));
    let agreed = agreement(&one, Turn::default(), &other, same).unwrap();
    assert!(agreed.whole < 0.5, "{agreed:?}");
}

#[test]
fn a_mirrored_crop_agrees_where_the_map_lays_it() {
    let whole = drawn(120, 90, texture(1.0));
    let crop = drawn(90, 72, |x, y| {
        texture(1.0)(0.05 + 0.8 * (1.0 - x), 0.1 + 0.8 * y)
    });
    let mirrored = Turn {
        mirrored: true,
        ..Turn::default()
    };
    let map = |x: f32, y: f32| (0.05 + 0.8 * x, 0.1 + 0.8 * y);
    let agreed = agreement(&crop, mirrored, &whole, map).unwrap();
    assert!(agreed.whole > 0.97 && agreed.stray < 0.004, "{agreed:?}");
    assert!(agreed.uneven < 1e-5, "{agreed:?}");
    // Uneven in fractions of the sides, and in pixels, too.
    let squeezed = |x: f32, y: f32| (0.05 + 0.8 * x, 0.1 + 0.7 * y);
    let squeezed = agreement(&crop, mirrored, &whole, squeezed).unwrap();
    assert!(
        (squeezed.uneven - (0.8_f32 / 0.7).ln()).abs() < 0.1,
        "{squeezed:?}"
    );
    let elsewhere = agreement(&crop, mirrored, &whole, |x, y| map(x + 0.2, y)).unwrap();
    assert!(elsewhere.whole < 0.8, "{elsewhere:?}");
}

#[test]
fn a_pixel_lies_in_cells_with_all_of_itself() {
    for (from, to) in [(7, 3), (9, 9), (100, 6), (31, 30)] {
        let mut sums = vec![0.0; to];
        for at in 0..from {
            shares(at, from, to).for_each(|(cell, share)| sums[cell] += share);
        }
        assert!(
            sums.iter().all(|sum| (sum - 1.0).abs() < 1e-5),
            "{from} {to}"
        );
    }
}

#[test]
fn a_slope_is_read_exactly_between_cells() {
    let slope = drawn(10, 10, |x, y| 100.0 * x + 50.0 * y);
    let grid = Averaged::of(&slope, content(&slope), [10.0, 10.0]);
    // Pixels hold whole grey levels.
    assert!((grid.at(0.5, 0.5) - 75.0).abs() < 1.0);
    assert!((grid.at(0.3, 0.6) - 60.0).abs() < 1.0);
}

#[test]
fn flat_and_tiny_pictures_say_nothing() {
    let flat = drawn(9, 9, |_, _| 7.0);
    let one = drawn(9, 9, texture(1.0));
    assert_eq!(agreement(&flat, Turn::default(), &flat, same), None);
    let tiny = drawn(5, 9, texture(1.0));
    assert_eq!(agreement(&tiny, Turn::default(), &one, same), None);
}
