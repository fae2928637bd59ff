//! Scales: how many samples of each block are decoded.

/// Samples across and down a block of 8x8: 1, 2, 4 or 8 each, independently. A wide picture is
/// reduced further across than down, where its rows are few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) across: usize,
    pub(super) down: usize,
}

impl Scale {
    /// Only the mean of each block.
    pub(super) const EIGHTH: Self = Self { across: 1, down: 1 };

    /// The smallest scale at which a picture of `size` (width, height) is at least `at_least` on
    /// each side; full size on a side that is shorter.
    pub(super) fn fitting(size: (u32, u32), at_least: (u32, u32)) -> Self {
        let fitting = |length: u32, at_least: u32| {
            let fits = |&samples: &usize| scaled(length, samples) >= at_least as usize;
            [1, 2, 4].into_iter().find(fits).unwrap_or(8)
        };
        Self {
            across: fitting(size.0, at_least.0),
            down: fitting(size.1, at_least.1),
        }
    }

    /// Width and height of a picture of `size` at this scale, rounded up.
    pub(super) fn of(self, size: (u32, u32)) -> (usize, usize) {
        (scaled(size.0, self.across), scaled(size.1, self.down))
    }

    /// 8, 4, 2 or 1, across and down.
    pub(super) fn denominators(self) -> (u8, u8) {
        ((8 / self.across) as u8, (8 / self.down) as u8)
    }
}

fn scaled(length: u32, samples: usize) -> usize {
    (length as usize * samples).div_ceil(8)
}
