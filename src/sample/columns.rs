//! What columns of tables say of samples: what they may have in common, and where they lie.

/// Tiles of something larger, as a table tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedTiles {
    /// The columns that tell it, for people.
    pub columns: String,
    /// The table that has them.
    pub table: String,
    /// The place of each sample, by [`SampleId`](super::SampleId).
    pub at: Vec<Option<TilePlace>>,
}

/// Where one tile lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TilePlace {
    /// What it lies on; empty where there is one.
    pub slide: Box<str>,
    /// From the left.
    pub x: i64,
    /// From above.
    pub y: i64,
    /// Width and height, where they are known; else `x` and `y` count tiles.
    pub size: Option<(i64, i64)>,
}

/// A column whose values may be what samples have in common: patients, products, places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupColumn {
    /// Its name.
    pub column: String,
    /// The table that has it.
    pub table: String,
    /// Whether its name is a word for stretches of recordings: sessions, segments.
    pub stretches: bool,
    /// Whether it tells places: what was recorded at two is two recordings.
    pub places: bool,
    /// Whether its values may be groups, which nobody has said.
    pub is_open: bool,
    /// Whether its values are names that pictures had before, of which a part may be a group.
    pub are_names: bool,
    /// The value of each sample, by [`SampleId`](super::SampleId).
    pub values: Vec<Option<Box<str>>>,
}
