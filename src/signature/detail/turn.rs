//! A picture turned by quarters, mirrored or flipped.

use luma_jpeg::Luma;

/// One of the eight symmetries of a rectangle: rows become columns, then left and right, then top
/// and bottom change places.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Turn {
    /// Whether rows become columns.
    pub transposed: bool,
    /// Whether left and right change places.
    pub mirrored: bool,
    /// Whether top and bottom change places.
    pub flipped: bool,
}

impl Turn {
    /// The picture after it.
    pub(super) fn of(self, luma: &Luma) -> Luma {
        let (mut wide, mut high) = (luma.width, luma.height);
        if self.transposed {
            (wide, high) = (high, wide);
        }
        let mut data = Vec::with_capacity(luma.data.len());
        for y in 0..high {
            for x in 0..wide {
                let x = if self.mirrored { wide - 1 - x } else { x };
                let y = if self.flipped { high - 1 - y } else { y };
                let (x, y) = if self.transposed { (y, x) } else { (x, y) };
                data.push(luma.data[y as usize * luma.width as usize + x as usize]);
            }
        }
        Luma {
            width: wide,
            height: high,
            data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_clockwise_is_a_transposed_and_mirrored_picture() {
        let one = Luma {
            width: 3,
            height: 2,
            data: vec![1, 2, 3, 4, 5, 6],
        };
        let quarter = Turn {
            transposed: true,
            mirrored: true,
            flipped: false,
        };
        let turned = quarter.of(&one);
        assert_eq!((turned.width, turned.height), (2, 3));
        assert_eq!(turned.data, [4, 1, 5, 2, 6, 3]);
    }
}
