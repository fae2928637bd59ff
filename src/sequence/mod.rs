//! Samples recorded or made together, from names, times and columns; no pixel is read here.
//!
//! The way through it: [`tiles::infer`] and [`augmentation::families`] read what is not a sequence,
//! [`infer::infer`] lays the rest out along recordings and may ask for similarities of a few
//! hundred pairs ([`pixels`]), [`infer::Inference::settle`] decides, and [`examine::examine`]
//! compares the splits.

pub(crate) mod augmentation;
mod clock;
mod digests;
pub(crate) mod entity;
mod entity_attributes;
mod entity_counts;
mod entity_cut;
mod entity_folders;
mod entity_judge;
mod entity_names;
mod entity_pattern;
pub(crate) mod entity_pixels;
mod entity_shared;
mod entity_tails;
mod entity_words;
pub(crate) mod evidence;
pub(crate) mod examine;
mod fields;
pub(crate) mod group;
pub(crate) mod infer;
pub(crate) mod interleaving;
mod judge;
mod layout;
mod mark_words;
mod name;
pub(crate) mod neighbours;
pub(crate) mod overlap;
pub(crate) mod patients;
pub(crate) mod pattern;
pub(crate) mod pixels;
pub(crate) mod question;
pub(crate) mod recording;
pub(crate) mod rule;
#[cfg(test)]
mod schemes;
pub(crate) mod simulate;
pub(crate) mod sources;
#[cfg(test)]
mod testing;
mod tile_classes;
mod tile_names;
pub(crate) mod tiles;
mod timeline;
mod trim;
mod view;
