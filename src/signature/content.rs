//! Where the picture is, when a uniform frame surrounds it: padding, letterbox bars, a scanner's border.
//!
//! A frame ends in a straight step: its lines are uniform, and the first line inside differs from them
//! nearly everywhere. A plain sky or the white ground of a product photo ends at the outline of
//! something, so they are left alone.

use super::luma::Luma;

/// Grey levels by which pixels of a uniform frame may differ: a drawn one is
/// constant, what recompression leaves of it nearly so; a sky is not.
const UNIFORM: i32 = 3;

/// Grey levels by which pixels may differ in the last lines before the picture, where recompression rings.
const RINGING: i32 = 16;

/// Part of the first line inside that must differ from the frame: more than 1 in `STEP`.
const STEP: usize = 2;

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
    let mut content = Content { left: 0, top: 0, right: width, bottom: height };
    // Upper and lower sides once more at the end: with bars on all four sides, the
    // first line inside only differs where the bars at the left and right have gone.
    for _ in 0..2 {
        let Content { left, top, right, bottom } = content;
        let (wide, high) = (right - left, bottom - top);
        content.top += frame(high, wide, |line, i| pixel(left + i, top + line));
        content.bottom -= frame(high, wide, |line, i| pixel(left + i, bottom - 1 - line));
        let (top, high) = (content.top, content.height());
        content.left += frame(wide, high, |line, i| pixel(left + line, top + i));
        content.right -= frame(wide, high, |line, i| pixel(right - 1 - line, top + i));
    }
    content
}

/// How many of `lines` lines, counted inwards, are frame. `pixel(line, i)` is pixel `i` of `length`.
fn frame(lines: usize, length: usize, pixel: impl Fn(usize, usize) -> i32) -> usize {
    let ground = (0..length).map(|i| pixel(0, i)).sum::<i32>() / length as i32;
    let differing = |line: usize, by: i32| (0..length).filter(|&i| (pixel(line, i) - ground).abs() > by).count();
    if differing(0, UNIFORM) > 0 {
        return 0;
    }
    let Some(first_inside) = (0..lines.div_ceil(2)).find(|&line| differing(line, RINGING) > 0) else { return 0 };
    // The line at the step may mix frame and picture; the next one is all picture.
    let inside = differing((first_inside + 1).min(lines - 1), RINGING);
    if inside * STEP > length { first_inside } else { 0 }
}
