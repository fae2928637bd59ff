//! Any bytes give an answer at every scale, and scales agree on whether a sequential file is whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use luma_jpeg::{Scratch, read};

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses the size asked for, the rest is the file.
    let Some((&at_least, file)) = bytes.split_first() else { return };
    let at_least = (u32::from(at_least), 1);
    let mut scratch = Scratch::default();
    let picture = read(file, at_least, 1 << 20, &mut scratch);
    if let Ok(picture) = &picture {
        let (width, height) = (picture.luma.width, picture.luma.height);
        assert_eq!(picture.luma.data.len(), (width * height) as usize);
        assert_eq!(width, picture.full_width.div_ceil(picture.scale_denominators.0.into()));
        assert_eq!(height, picture.full_height.div_ceil(picture.scale_denominators.1.into()));
        let full = read(file, (u32::MAX, 1), 1 << 20, &mut scratch);
        assert!(picture.progressive || full.is_ok(), "whole at one scale, {full:?} at another");
    }
    // Tables remembered from the reads above change nothing.
    assert_eq!(read(file, at_least, 1 << 20, &mut scratch), picture);
});
