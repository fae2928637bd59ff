//! Fields of JSON that tools fill wrongly now and then.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// A value of the type that it should have, or of another: one bad value does not hide the rest of
/// its file.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Lenient<T> {
    Right(T),
    Wrong(IgnoredAny),
}

impl<T: Clone> Lenient<T> {
    /// The value, where it has its type.
    pub(super) fn right(&self) -> Option<T> {
        match self {
            Self::Right(value) => Some(value.clone()),
            Self::Wrong(_) => None,
        }
    }
}
