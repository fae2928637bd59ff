//! Which samples were recorded or made together, from names, times and columns; no pixel is read
//! here.
//!
//! The way through it: [`tiles::infer`] and [`augmentation::families`] read what is not a sequence,
//! [`infer::infer`] lays the rest out along recordings and may ask for similarities of a few
//! hundred pairs ([`pixels`]), [`infer::Inference::settle`] decides, and [`examine::examine`]
//! compares the splits.

pub mod augmentation;
mod clock;
mod digests;
pub mod entity;
mod entity_judge;
mod entity_pattern;
pub mod entity_pixels;
pub mod evidence;
pub mod examine;
mod fields;
pub mod group;
pub mod infer;
pub mod interleaving;
mod judge;
mod layout;
mod mark_words;
mod name;
pub mod neighbours;
pub mod overlap;
pub mod pattern;
pub mod pixels;
pub mod question;
pub mod recording;
pub mod rule;
#[cfg(test)]
mod schemes;
pub mod simulate;
pub mod sources;
#[cfg(test)]
mod testing;
pub mod tiles;
mod trim;
mod view;
