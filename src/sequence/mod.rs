//! Which samples were recorded or made together, from names, times and columns; no pixel is read here.
//!
//! The way through it: [`tiles::infer`] and [`augmentation::families`] read what is not a sequence, [`infer::infer`]
//! lays the rest out along recordings and may ask for similarities of a few hundred pairs ([`pixels`]),
//! [`infer::Inference::settle`] decides, and [`examine::examine`] compares the splits.

pub mod augmentation;
mod clock;
mod digests;
pub mod evidence;
pub mod examine;
pub mod group;
pub mod infer;
pub mod interleaving;
mod judge;
mod layout;
mod name;
pub mod neighbours;
pub mod overlap;
pub mod pattern;
pub mod pixels;
pub mod recording;
pub mod rule;
#[cfg(test)]
mod schemes;
pub mod simulate;
pub mod sources;
#[cfg(test)]
mod testing;
pub mod tiles;
mod view;
