//! Speed of JPEG to luma beside other decoders, in one run.
//!
//! `cargo bench -p luma-jpeg --bench decode` makes its own pictures; with `-- DIRECTORY` it takes
//! the `.jpg` files under a directory. With `--features bench-turbojpeg` (needs cmake and nasm)
//! libjpeg-turbo takes part.
//!
//! Every answer is checked first. Then the decoders take turns at each file, round after round,
//! from memory, on one thread. What is compared is the sum over files of the fastest round of each
//! decoder: on a busy machine every other round has an interruption in it.
#![expect(clippy::print_stdout, reason = "a bench reports on standard output")]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use luma_jpeg::Scratch;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

const ROUNDS: usize = 12;
/// At most this much is read, so that a run takes seconds.
const MAX_BYTES: usize = 8 << 20;

fn main() {
    // Cargo passes `--bench`.
    let directory = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let sets = match directory {
        Some(directory) => vec![(directory.clone(), files_under(Path::new(&directory)))],
        None => own_sets(),
    };
    println!("ratios of time to ours; MB/s and microseconds a file are ours");
    for (name, files) in &sets {
        assert!(!files.is_empty(), "no readable JPEG files in {name}");
        let bytes: usize = files.iter().map(Vec::len).sum();
        println!(
            "\n{name}: {} files, {:.1} KB on average",
            files.len(),
            bytes as f64 / 1e3 / files.len() as f64
        );
        for denominator in [8, 4, 2, 1] {
            check(files, denominator);
            compare(files, denominator, bytes);
        }
    }
}

/// A way to luma at one over the denominator; gives the number of samples.
type Decode = Box<dyn FnMut(&[u8]) -> usize>;

fn decoders(denominator: u32) -> Vec<(&'static str, Decode)> {
    let mut scratch = Scratch::default();
    let own = move |bytes: &[u8]| {
        read_scaled(bytes, denominator, &mut scratch).map_or(0, |luma| luma.len())
    };
    let zune = |bytes: &[u8]| zune(bytes).map_or(0, |(luma, _)| luma.len());
    let image =
        |bytes: &[u8]| image::load_from_memory(bytes).map_or(0, |image| image.to_luma8().len());
    vec![
        ("ours", Box::new(own)),
        ("zune-jpeg luma, full size", Box::new(zune)),
        ("image to_luma8, full size", Box::new(image)),
        #[cfg(feature = "bench-turbojpeg")]
        (
            "libjpeg-turbo gray, same scale",
            turbo(denominator as usize),
        ),
    ]
}

fn compare(files: &[Vec<u8>], denominator: u32, bytes: usize) {
    let mut decoders = decoders(denominator);
    let mut fastest = vec![vec![f64::INFINITY; files.len()]; decoders.len()];
    for _ in 0..ROUNDS {
        for (index, file) in files.iter().enumerate() {
            for ((_, decode), fastest) in decoders.iter_mut().zip(&mut fastest) {
                let start = Instant::now();
                black_box(decode(black_box(file)));
                fastest[index] = fastest[index].min(start.elapsed().as_secs_f64());
            }
        }
    }
    let sums: Vec<f64> = fastest.iter().map(|fastest| fastest.iter().sum()).collect();
    let (speed, each) = (
        bytes as f64 / 1e6 / sums[0],
        sums[0] * 1e6 / files.len() as f64,
    );
    print!("  1/{denominator}: {speed:6.0} MB/s, {each:8.1} us;");
    for ((name, _), sum) in decoders.iter().zip(&sums).skip(1) {
        print!("  {name} {:.2}", sum / sums[0]);
    }
    println!();
}

/// Our luma at exactly this scale.
fn read_scaled(bytes: &[u8], denominator: u32, scratch: &mut Scratch) -> Option<Vec<u8>> {
    let (width, height) = size(bytes)?;
    let at_least = (width.div_ceil(denominator), height.div_ceil(denominator));
    let picture = luma_jpeg::read(bytes, at_least, u64::MAX, scratch).ok()?;
    Some(picture.luma.data)
}

/// Width and height from the frame header, which a caller that asks for a grid does not need.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut offset = 2;
    loop {
        let head = bytes.get(offset..offset + 9)?;
        if matches!(head[1], 0xC0..=0xC2) {
            let number = |at: usize| u32::from(u16::from_be_bytes([head[at], head[at + 1]]));
            return Some((number(7), number(5)));
        }
        offset += 2 + usize::from(u16::from_be_bytes([head[2], head[3]]));
    }
}

fn zune(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let luma = decoder.decode().ok()?;
    Some((luma, decoder.dimensions()?.0))
}

#[cfg(feature = "bench-turbojpeg")]
fn turbo(denominator: usize) -> Decode {
    let mut decompressor = turbojpeg::Decompressor::new().expect("libjpeg-turbo starts");
    let scale = turbojpeg::ScalingFactor::new(1, denominator);
    decompressor
        .set_scaling_factor(scale)
        .expect("libjpeg-turbo knows the scale");
    Box::new(move |bytes| {
        let Ok(header) = decompressor.read_header(bytes) else {
            return 0;
        };
        let (width, height) = (scale.scale(header.width), scale.scale(header.height));
        let pixels = vec![0; width * height];
        let mut image = turbojpeg::Image {
            pixels,
            width,
            pitch: width,
            height,
            format: turbojpeg::PixelFormat::GRAY,
        };
        decompressor
            .decompress(bytes, image.as_deref_mut())
            .map_or(0, |()| image.pixels.len())
    })
}

/// Fails unless our luma is the reference's: its blocks without the coefficients that the scale
/// leaves out, averaged over cells. Blocks in which the reference was clipped to black or white are
/// another matter.
fn check(files: &[Vec<u8>], denominator: u32) {
    let side = denominator as usize;
    let cosines = Cosines::new();
    let mut scratch = Scratch::default();
    for file in files {
        let own = read_scaled(file, denominator, &mut scratch).expect("chosen to be readable");
        let (reference, width) = zune(file).expect("chosen to be readable");
        let (stride, height) = (width.div_ceil(side), reference.len() / width);
        for (left, top) in (0..height / 8).flat_map(|y| (0..width / 8).map(move |x| (8 * x, 8 * y)))
        {
            let block: [[u8; 8]; 8] = std::array::from_fn(|y| {
                std::array::from_fn(|x| reference[(top + y) * width + left + x])
            });
            if block
                .as_flattened()
                .iter()
                .any(|level| matches!(level, 0 | 255))
            {
                continue;
            }
            let means = cosines.means(&block, 8 / side);
            for (y, row) in means.iter().enumerate() {
                for (x, mean) in row.iter().enumerate() {
                    let level = own[(top / side + y) * stride + left / side + x];
                    // Without its fine detail a block may reach beyond black and white.
                    let error = (mean.clamp(0.0, 255.0) - f64::from(level)).abs();
                    assert!(
                        error <= 2.0,
                        "1/{denominator}: {error} in the block at {left}, {top}"
                    );
                }
            }
        }
    }
}

/// The discrete cosine transform of a block by its definition.
struct Cosines([[f64; 8]; 8]);

impl Cosines {
    fn new() -> Self {
        let norm = |u: usize| if u == 0 { 0.125_f64.sqrt() } else { 0.5 };
        let angle = |u: usize, x: usize| ((2 * x + 1) * u) as f64 * std::f64::consts::PI / 16.0;
        Self(std::array::from_fn(|u| {
            std::array::from_fn(|x| norm(u) * angle(u, x).cos())
        }))
    }

    /// Means over `n` by `n` cells of the block without its coefficients of index `n` and above.
    fn means(&self, block: &[[u8; 8]; 8], n: usize) -> Vec<Vec<f64>> {
        let sum = |term: &dyn Fn(usize) -> f64| (0..8).map(term).sum::<f64>();
        let kept = |v: usize, u: usize| {
            sum(&|y| sum(&|x| f64::from(block[y][x]) * self.0[v][y] * self.0[u][x]))
        };
        let coefficients: Vec<Vec<f64>> = (0..n)
            .map(|v| (0..n).map(|u| kept(v, u)).collect())
            .collect();
        // What a coefficient adds to the mean of a cell along one side.
        let side = 8 / n;
        let share = |u: usize, cell: usize| {
            self.0[u][cell * side..(cell + 1) * side]
                .iter()
                .sum::<f64>()
                / side as f64
        };
        let mean = |y: usize, x: usize| -> f64 {
            let all = (0..n).flat_map(|v| (0..n).map(move |u| (v, u)));
            all.map(|(v, u)| coefficients[v][u] * share(v, y) * share(u, x))
                .sum()
        };
        (0..n)
            .map(|y| (0..n).map(|x| mean(y, x)).collect())
            .collect()
    }
}

/// The `.jpg` and `.jpeg` files under a directory that both we and the reference read.
fn files_under(directory: &Path) -> Vec<Vec<u8>> {
    let entries = walkdir::WalkDir::new(directory)
        .sort_by_file_name()
        .into_iter()
        .flatten();
    let named = entries.filter(|entry| {
        let extension = entry
            .path()
            .extension()
            .and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| {
            matches!(extension.to_ascii_lowercase().as_str(), "jpg" | "jpeg")
        })
    });
    let mut scratch = Scratch::default();
    let readable = named
        .flat_map(|entry| std::fs::read(entry.path()))
        .filter(|bytes| {
            let samples = |luma: Option<Vec<u8>>| luma.map(|luma| luma.len());
            let own = samples(read_scaled(bytes, 1, &mut scratch));
            own.is_some() && own == samples(zune(bytes).map(|(luma, _)| luma))
        });
    let mut total = 0;
    let within = readable.take_while(|bytes| {
        total += bytes.len();
        total <= MAX_BYTES
    });
    within.collect()
}

/// Pictures of our own, in the sizes that datasets have.
fn own_sets() -> Vec<(String, Vec<Vec<u8>>)> {
    let sets = [
        (
            "thumbnails, quality 75, 4:2:0",
            (32, 32),
            75,
            SamplingFactor::F_2_2,
            false,
            200,
        ),
        (
            "frames, quality 75, 4:2:0",
            (320, 160),
            75,
            SamplingFactor::F_2_2,
            false,
            40,
        ),
        (
            "2 megapixels, quality 85, 4:2:0",
            (1632, 1224),
            85,
            SamplingFactor::F_2_2,
            false,
            2,
        ),
        (
            "2 megapixels, quality 95, 4:4:4",
            (1632, 1224),
            95,
            SamplingFactor::F_1_1,
            false,
            2,
        ),
        (
            "2 megapixels, quality 85, 4:4:4, progressive",
            (1632, 1224),
            85,
            SamplingFactor::F_1_1,
            true,
            2,
        ),
    ];
    let make = |(name, size, quality, sampling, progressive, count): (&str, _, _, _, _, _)| {
        let files =
            (0..count).map(|seed| encode(&paint(size, seed), size, quality, sampling, progressive));
        (name.to_owned(), files.collect())
    };
    sets.into_iter().map(make).collect()
}

fn encode(
    pixels: &[u8],
    (width, height): (u16, u16),
    quality: u8,
    sampling: SamplingFactor,
    progressive: bool,
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder
        .encode(pixels, width, height, ColorType::Rgb)
        .expect("pictures of our own are valid");
    file
}

/// Colour noise whose strength falls with its frequency, as in photographs.
fn paint((width, height): (u16, u16), seed: u32) -> Vec<u8> {
    let lattice = |x: u32, y: u32, salt: u32| {
        let mut hash = x.wrapping_mul(0x9E37_79B1)
            ^ y.wrapping_mul(0x85EB_CA77)
            ^ salt.wrapping_mul(0xC2B2_AE3D);
        for _ in 0..2 {
            hash = (hash ^ hash >> 15).wrapping_mul(0x2C1B_3C6D);
        }
        (hash >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let level = |x: u32, y: u32, channel: u32| {
        let octaves = (0..6).map(|octave| {
            let cell = 64 >> octave;
            let (right, down) = (
                (x % cell) as f32 / cell as f32,
                (y % cell) as f32 / cell as f32,
            );
            // Below the first octave all channels share their detail, as under one light.
            let salt = seed.wrapping_mul(97) + octave * 7 + if octave == 0 { channel } else { 0 };
            let corner = |i: u32, j: u32| lattice(x / cell + i, y / cell + j, salt);
            let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * right;
            let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * right;
            (top + (bottom - top) * down) * 110.0 / (octave + 1) as f32
        });
        (128.0 + octaves.sum::<f32>()) as u8
    };
    let rows = 0..u32::from(height);
    let pixels = rows.flat_map(|y| (0..u32::from(width)).map(move |x| (x, y)));
    pixels
        .flat_map(|(x, y)| [0, 1, 2].map(|channel| level(x, y, channel)))
        .collect()
}
