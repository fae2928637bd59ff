//! The picture inside a uniform frame: padding, letterbox bars, a scanner's border.
//!
//! A frame ends in a straight step: its lines are uniform, and the first line inside differs from
//! them nearly everywhere. A plain sky or the white ground of a product photo ends at the outline
//! of something, so they are left alone. So does a stroke of writing: what would remain must fill
//! its rectangle up to every side that was cut, in all parts of the side and deeper inside, and be
//! more than a few pixels; otherwise a copy in another size or quality would be cut elsewhere.

use luma_jpeg::Luma;

/// Grey levels by which pixels of a uniform frame may differ: a drawn one is
/// constant, what recompression leaves of it nearly so; a sky is not.
const UNIFORM: i32 = 3;

/// Grey levels by which pixels may differ in the last lines before the picture, where recompression
/// rings.
const RINGING: i32 = 16;

/// Part of the first line inside that must differ from the frame: more than 1 in `STEP`.
const STEP: usize = 2;

/// Parts of a side, each of which must show the picture right inside the frame.
const PARTS: usize = 8;

/// How far inside a picture shows itself once more: a part of its side.
const DEEP: usize = 16;

/// Pixels along either side of a picture below which a stroke and a frame are the same thing.
const LEAST_SIDE: usize = 16;

/// A rectangle of pixels: `left..right` by `top..bottom`, never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// One past the last column.
    pub right: usize,
    /// One past the last row.
    pub bottom: usize,
}

impl Content {
    /// Columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.right - self.left
    }

    /// Rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.bottom - self.top
    }
}

/// The picture without its uniform frame, or all of it when there is none. A
/// side of the frame is never half of the picture or more.
#[must_use]
pub fn content(luma: &Luma) -> Content {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let pixel = |x: usize, y: usize| i32::from(luma.data[y * width + x]);
    let whole = Content {
        left: 0,
        top: 0,
        right: width,
        bottom: height,
    };
    let mut content = whole;
    // Upper and lower sides once more at the end: with bars on all four sides, the
    // first line inside only differs where the bars at the left and right have gone.
    for _ in 0..2 {
        let Content {
            left,
            top,
            right,
            bottom,
        } = content;
        let (wide, high) = (right - left, bottom - top);
        content.top += frame(high, wide, |line, i| pixel(left + i, top + line));
        content.bottom -= frame(high, wide, |line, i| pixel(left + i, bottom - 1 - line));
        let (top, high) = (content.top, content.height());
        content.left += frame(wide, high, |line, i| pixel(left + line, top + i));
        content.right -= frame(wide, high, |line, i| pixel(right - 1 - line, top + i));
    }
    match fills(luma, content) {
        true => content,
        false => whole,
    }
}

/// Whether the picture reaches every side of `content` that was cut, all along it.
fn fills(luma: &Luma, content: Content) -> bool {
    let (width, height) = (luma.width as usize, luma.height as usize);
    let pixel = |x: usize, y: usize| i32::from(luma.data[y * width + x]);
    let Content {
        left,
        top,
        right,
        bottom,
    } = content;
    let (wide, high) = (content.width(), content.height());
    // Whether a line differs from the frame beyond it, in each of so many parts.
    let across = |outer: usize, inner: usize, parts: usize| {
        let frame = ground(width, |x| pixel(x, outer));
        all_differ(parts, wide, frame, |i| pixel(left + i, inner))
    };
    let down = |outer: usize, inner: usize, parts: usize| {
        let frame = ground(height, |y| pixel(outer, y));
        all_differ(parts, high, frame, |i| pixel(inner, top + i))
    };
    // The line at the step may mix frame and picture; the next one is all picture. A line around a
    // plot, or the rule of a form, has the ground of the page deeper inside.
    let (deep_x, deep_y) = (wide / DEEP, high / DEEP);
    (high == height || high >= LEAST_SIDE)
        && (wide == width || wide >= LEAST_SIDE)
        && (top == 0 || across(0, (top + 1).min(bottom - 1), PARTS) && across(0, top + deep_y, 1))
        && (bottom == height
            || across(height - 1, bottom.saturating_sub(2).max(top), PARTS)
                && across(height - 1, bottom - 1 - deep_y, 1))
        && (left == 0 || down(0, (left + 1).min(right - 1), PARTS) && down(0, left + deep_x, 1))
        && (right == width
            || down(width - 1, right.saturating_sub(2).max(left), PARTS)
                && down(width - 1, right - 1 - deep_x, 1))
}

/// Whether in each of so many parts of a line more than half of the pixels differ from a frame.
fn all_differ(parts: usize, length: usize, frame: i32, pixel: impl Fn(usize) -> i32) -> bool {
    let parts = parts.min(length);
    (0..parts).all(|part| {
        let own = length * part / parts..length * (part + 1) / parts;
        let pixels = own.len();
        let differing = own.filter(|&i| (pixel(i) - frame).abs() > RINGING);
        differing.count() * 2 > pixels
    })
}

/// Mean grey of a line of `length` pixels.
fn ground(length: usize, pixel: impl Fn(usize) -> i32) -> i32 {
    // In 64 bits: a line may be millions of pixels long.
    let sum: i64 = (0..length).map(|i| i64::from(pixel(i))).sum();
    (sum / length as i64) as i32
}

/// How many of `lines` lines, counted inwards, are frame. `pixel(line, i)` is pixel `i` of
/// `length`.
fn frame(lines: usize, length: usize, pixel: impl Fn(usize, usize) -> i32) -> usize {
    let ground = ground(length, |i| pixel(0, i));
    let differing = |line: usize, by: i32| {
        (0..length)
            .filter(|&i| (pixel(line, i) - ground).abs() > by)
            .count()
    };
    if differing(0, UNIFORM) > 0 {
        return 0;
    }
    let Some(first_inside) = (0..lines.div_ceil(2)).find(|&line| differing(line, RINGING) > 0)
    else {
        return 0;
    };
    // The line at the step may mix frame and picture; the next one is all picture.
    let inside = differing((first_inside + 1).min(lines - 1), RINGING);
    if inside * STEP > length {
        first_inside
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn luma(width: u32, height: u32, value: impl Fn(u32, u32) -> u8) -> Luma {
        let data = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Luma {
            width,
            height,
            data: data.map(|(x, y)| value(x, y)).collect(),
        }
    }

    fn texture(x: u32, y: u32) -> u8 {
        (60 + (x * 37 + y * 91) % 150) as u8
    }

    #[test]
    fn padding_on_all_sides_is_left_out() {
        let inside = |x, y| (5..35).contains(&x) && (8..28).contains(&y);
        let padded = luma(40, 36, |x, y| if inside(x, y) { texture(x, y) } else { 0 });
        assert_eq!(
            content(&padded),
            Content {
                left: 5,
                top: 8,
                right: 35,
                bottom: 28
            }
        );
    }

    #[test]
    fn the_box_around_a_plot_is_no_picture_in_a_frame() {
        // Axes of one and of two pixels, in a margin, around a curve.
        for thick in [1, 2] {
            let plot = luma(96, 72, |x, y| {
                let edge = |at: u32, from: u32, to: u32| {
                    (from..from + thick).contains(&at) || (to - thick..to).contains(&at)
                };
                let (inside_x, inside_y) = ((12..90).contains(&x), (8..60).contains(&y));
                let is_axis = (edge(x, 12, 90) && inside_y) || (edge(y, 8, 60) && inside_x);
                let is_curve = inside_x && y == 20 + x % 17;
                if is_axis || is_curve { 10 } else { 255 }
            });
            assert_eq!(content(&plot).width(), 96, "{thick}");
        }
    }

    /// A thick stroke, as high as a digit, whose top is a bar as wide as the whole.
    fn seven(side: u32) -> Luma {
        let at = |part: u32| side * part / 28;
        luma(side, side, |x, y| {
            let bar = (at(5)..at(22)).contains(&x) && (at(4)..at(8)).contains(&y);
            let stem = (at(12)..at(16)).contains(&x) && (at(4)..at(24)).contains(&y);
            if bar || stem { 230 } else { 0 }
        })
    }

    #[test]
    fn a_stroke_is_no_picture_in_a_frame_in_any_size() {
        for side in [28, 56, 112] {
            let whole = Content {
                left: 0,
                top: 0,
                right: side as usize,
                bottom: side as usize,
            };
            assert_eq!(content(&seven(side)), whole, "{side}");
        }
    }

    #[test]
    fn what_is_a_few_pixels_high_keeps_its_ground() {
        let inside = |x, y| (1..11).contains(&x) && (2..12).contains(&y);
        let small = luma(12, 14, |x, y| if inside(x, y) { texture(x, y) } else { 0 });
        assert_eq!(
            (content(&small).width(), content(&small).height()),
            (12, 14)
        );
    }

    #[test]
    fn a_bar_on_one_side_is_left_out() {
        let barred = luma(40, 30, |x, y| if x < 30 { texture(x, y) } else { 255 });
        assert_eq!(
            content(&barred),
            Content {
                left: 0,
                top: 0,
                right: 30,
                bottom: 30
            }
        );
    }

    #[test]
    fn a_plain_ground_around_a_thing_is_kept() {
        let round = |x: u32, y: u32| x.abs_diff(20).pow(2) + y.abs_diff(20).pow(2) < 64;
        let thing = luma(40, 40, |x, y| if round(x, y) { texture(x, y) } else { 255 });
        assert_eq!(
            content(&thing),
            Content {
                left: 0,
                top: 0,
                right: 40,
                bottom: 40
            }
        );
    }

    #[test]
    fn a_sky_of_slowly_changing_grey_is_kept() {
        let sky = luma(40, 40, |x, y| {
            if y < 15 {
                (200 + x % 7) as u8
            } else {
                texture(x, y)
            }
        });
        assert_eq!(content(&sky).top, 0);
    }

    proptest! {
        #[test]
        fn content_is_never_empty_and_never_outside(width in 1u32..12, height in 1u32..12, seed in 0u32..4) {
            // Two levels make frames likely.
            let content = content(&luma(width, height, |x, y| if (x * 5 + y * 3 + seed) % 7 < seed { 0 } else { 200 }));
            prop_assert!(content.left < content.right && content.right <= width as usize);
            prop_assert!(content.top < content.bottom && content.bottom <= height as usize);
        }
    }
}
