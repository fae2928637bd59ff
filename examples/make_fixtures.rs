//! Makes `fixtures/driving`: a drive that never was.
//!
//! ```text
//! cargo run --release --example make_fixtures -- fixtures/driving
//! ```
//!
//! A camera moves along an invented road. Frame and steering come from the same
//! curvature, so a network could learn one from the other. Two manifests split
//! the frames: `manifest.csv` at random, as most tutorials do, and
//! `manifest-block.csv` in time with a gap. `truth.csv` says for every
//! validation frame of `manifest.csv` how far the nearest training frame is.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../tests/road.rs"]
mod road;

fn main() -> std::io::Result<()> {
    let target = std::env::args_os()
        .nth(1)
        .map_or_else(|| "fixtures/driving".into(), PathBuf::from);
    fs::create_dir_all(target.join("frames"))?;
    for frame in 0..road::FRAMES {
        fs::write(target.join(road::path(frame)), road::jpeg(frame))?;
    }
    fs::write(target.join("manifest.csv"), road::random_manifest())?;
    fs::write(target.join("manifest-block.csv"), road::block_manifest())?;
    fs::write(target.join("truth.csv"), road::truth())?;
    report_size(&target)
}

fn report_size(target: &Path) -> std::io::Result<()> {
    let mut bytes = 0;
    for entry in fs::read_dir(target.join("frames"))? {
        bytes += entry?.metadata()?.len();
    }
    #[expect(clippy::print_stdout, reason = "an example's result")]
    {
        println!("{} frames, {} KB", road::FRAMES, bytes / 1024);
    }
    Ok(())
}
