//! An 8-bit grey image: the only picture the rest of the crate sees.

/// Luma samples, row by row from the top left, no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Luma {
    /// Samples in a row, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
    /// `width * height` values, 0 black to 255 white.
    pub data: Vec<u8>,
}
