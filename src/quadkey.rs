//! Bing's keys of tiles of a map: a digit of 0 to 3 for each level, whose bits are those of the row
//! and the column. <https://learn.microsoft.com/bingmaps/articles/bing-maps-tile-system>

/// Deepest level.
const DEEPEST: usize = 30;

/// Column and row of a tile, from the left and from above; `None` for another text.
pub(crate) fn column_and_row(key: &str) -> Option<(i64, i64)> {
    if key.is_empty() || key.len() > DEEPEST {
        return None;
    }
    let (mut column, mut row) = (0, 0);
    for digit in key.bytes() {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 4)?;
        column = column << 1 | i64::from(digit & 1);
        row = row << 1 | i64::from(digit >> 1);
    }
    Some((column, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_column_and_row_and_other_texts_do_not() {
        // The example of the description: tile (3, 5) of level 3.
        assert_eq!(column_and_row("213"), Some((3, 5)));
        assert_eq!(column_and_row("1"), Some((1, 0)));
        for text in ["", "214", "a", &"0".repeat(31)] {
            assert_eq!(column_and_row(text), None, "{text}");
        }
    }
}
