//! A road seen from a moving car, rendered from nothing.
//!
//! The world is a flat meadow with a road of varying curvature, posts and trees
//! beside it, and hills on the horizon. Every value is a function of a position
//! and a fixed seed, so a frame can be rendered alone and always comes out the
//! same.

use image::codecs::jpeg::JpegEncoder;

/// Frames of the drive.
pub(crate) const FRAMES: usize = 240;
/// Time between two frames.
const SECONDS_PER_FRAME: f64 = 0.1;

const WIDTH: usize = 160;
const HEIGHT: usize = 80;
/// Row of the horizon.
const HORIZON: f64 = 30.0;
/// Focal length in pixels times camera height in metres.
const GROUND: f64 = 90.0;
/// Focal length in pixels.
const FOCAL: f64 = 110.0;
/// Metres travelled between two frames.
const STEP: f64 = 0.6;
const QUALITY: u8 = 78;

/// Path of a frame in the dataset.
pub(crate) fn path(frame: usize) -> String {
    format!("frames/frame_{frame:05}.jpg")
}

/// Steering angle, -1 to 1: the curvature a little ahead of the car.
fn steering(frame: usize) -> f64 {
    let ahead = curvature(frame as f64 * STEP + 6.0);
    (ahead * 60.0).clamp(-1.0, 1.0)
}

/// One frame in five goes to validation, picked by chance.
fn random_split(frame: usize) -> &'static str {
    if noise(frame as i64, 0, 99) < 0.2 {
        "val"
    } else {
        "train"
    }
}

/// The last fifth of the drive is validation; the three seconds before it are left out.
fn block_split(frame: usize) -> Option<&'static str> {
    let first = FRAMES * 4 / 5;
    let gap = (3.0 / SECONDS_PER_FRAME) as usize;
    match frame {
        _ if frame >= first => Some("val"),
        _ if frame + gap < first => Some("train"),
        _ => None,
    }
}

/// The frame as JPEG.
pub(crate) fn jpeg(frame: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = render(frame);
    let (width, height) = (WIDTH as u32, HEIGHT as u32);
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .encode(&pixels, width, height, image::ExtendedColorType::Rgb8)
        .expect("memory can be written");
    bytes
}

/// `manifest.csv`: every frame, one in five in validation by chance.
pub(crate) fn random_manifest() -> String {
    manifest(|frame| Some(random_split(frame)))
}

/// `manifest-block.csv`: the last fifth of the drive in validation, after a gap.
pub(crate) fn block_manifest() -> String {
    manifest(block_split)
}

/// `truth.csv`: for every validation frame of `manifest.csv` the nearest
/// training frame, and how many frames away it is.
pub(crate) fn truth() -> String {
    let mut text = String::from("evaluation,training,steps\n");
    let in_split = |split| (0..FRAMES).filter(move |&frame| random_split(frame) == split);
    for frame in in_split("val") {
        let nearest = in_split("train").min_by_key(|&other| frame.abs_diff(other));
        let nearest = nearest.expect("most frames are in training");
        let (own, other) = (path(frame), path(nearest));
        text += &format!("{own},{other},{}\n", frame.abs_diff(nearest));
    }
    text
}

fn manifest(split: impl Fn(usize) -> Option<&'static str>) -> String {
    let mut text = String::from("path,split,steering,time\n");
    for frame in 0..FRAMES {
        let Some(split) = split(frame) else { continue };
        let (steering, time) = (steering(frame), frame as f64 * SECONDS_PER_FRAME);
        text += &format!("{},{split},{steering:.4},{time:.1}\n", path(frame));
    }
    text
}

/// The frame as RGB, row by row.
fn render(frame: usize) -> Vec<u8> {
    let position = frame as f64 * STEP;
    let mut image = vec![[0.0; 3]; WIDTH * HEIGHT];
    draw_sky(position, &mut image);
    draw_ground(position, &mut image);
    draw_objects(position, &mut image);
    image
        .iter()
        .flatten()
        .map(|level: &f64| level.clamp(0.0, 255.0) as u8)
        .collect()
}

/// 1 / radius in 1 / metres: bends of different length and strength, and straights.
fn curvature(at: f64) -> f64 {
    let wave = (at / 31.0).sin() * 0.6 + (at / 13.7 + 1.0).sin() * 0.4;
    if wave.abs() < 0.2 { 0.0 } else { wave * 0.016 }
}

/// Heading of the road at a position, in radians.
fn heading(at: f64) -> f64 {
    let steps = 40;
    (0..steps)
        .map(|k| curvature(at * (k as f64 + 0.5) / f64::from(steps)))
        .sum::<f64>()
        * at
        / f64::from(steps)
}

/// Metres that the road has moved sideways, `ahead` metres before the car.
fn sideways(position: f64, ahead: f64) -> f64 {
    let steps = 12;
    let step = ahead / f64::from(steps);
    let (mut turned, mut moved) = (0.0, 0.0);
    for k in 0..steps {
        turned += curvature(position + (f64::from(k) + 0.5) * step) * step;
        moved += turned * step;
    }
    moved
}

fn draw_sky(position: f64, image: &mut [[f64; 3]]) {
    let turn = heading(position) * FOCAL;
    for y in 0..HORIZON as usize {
        for x in 0..WIDTH {
            let height = y as f64 / HORIZON;
            let cloud = smooth(x as f64 / 23.0 + turn / 23.0, y as f64 / 7.0, 5) * 60.0 * height;
            let mut color = [
                120.0 + 90.0 * height + cloud,
                160.0 + 60.0 * height + cloud,
                215.0 + cloud / 2.0,
            ];
            let bearing = x as f64 + turn;
            let hill = 9.0 * smooth(bearing / 37.0, 0.0, 1) + 5.0 * smooth(bearing / 9.0, 0.0, 2);
            if HORIZON - y as f64 <= hill {
                let shade = 20.0 * smooth(bearing / 3.0, y as f64 / 2.0, 3);
                color = [60.0 + shade, 90.0 + shade, 75.0 + shade];
            }
            image[y * WIDTH + x] = color;
        }
    }
}

fn draw_ground(position: f64, image: &mut [[f64; 3]]) {
    for y in HORIZON as usize..HEIGHT {
        let ahead = GROUND / (y as f64 + 0.5 - HORIZON);
        let centre = sideways(position, ahead.min(70.0));
        let along = position + ahead;
        for x in 0..WIDTH {
            let right = (x as f64 + 0.5 - WIDTH as f64 / 2.0) * ahead / FOCAL - centre;
            image[y * WIDTH + x] = ground_color(along, right, ahead);
        }
    }
}

fn ground_color(along: f64, right: f64, ahead: f64) -> [f64; 3] {
    // Far away the texture is finer than a pixel and fades into its mean.
    let detail = (12.0 / ahead).min(1.0);
    let field = smooth(along / 9.0, right / 5.0, 11);
    let grain = detail * (smooth(along * 1.5, right * 1.5, 12) - 0.5);
    let kerb = (right.abs() - 2.9).abs() < 0.25;
    if kerb && (along / 2.0).rem_euclid(2.0) < 1.0 {
        return [205.0, 60.0, 50.0];
    }
    if kerb {
        return [225.0, 225.0, 220.0];
    }
    if right.abs() < 2.9 {
        let line = right.abs() < 0.12 && along.rem_euclid(6.0) < 3.0;
        let patch = 22.0 * (smooth(along / 4.0, right / 2.0, 13) - 0.5);
        let tar = 95.0 + patch + 30.0 * grain;
        return if line {
            [230.0, 220.0, 150.0]
        } else {
            [tar, tar, tar + 5.0]
        };
    }
    let dry = 70.0 * (field - 0.5);
    [
        95.0 + dry + 60.0 * grain,
        130.0 + dry / 2.0 + 60.0 * grain,
        60.0 + 40.0 * grain,
    ]
}

/// Trees and posts, far ones first.
fn draw_objects(position: f64, image: &mut [[f64; 3]]) {
    let first = (position / 3.0).ceil() as i64;
    for slot in (first..first + 20).rev() {
        let ahead = slot as f64 * 3.0 - position;
        if ahead < 2.5 {
            continue;
        }
        for (side, seed) in [(-1.0, 21), (1.0, 22)] {
            let kind = noise(slot, 0, seed);
            if kind > 0.55 {
                continue;
            }
            let beside = side * (4.5 + 9.0 * noise(slot, 1, seed));
            let tall = 1.2 + 4.0 * noise(slot, 2, seed);
            let wide = if kind < 0.15 {
                0.25
            } else {
                0.6 + 1.6 * noise(slot, 3, seed)
            };
            let shade = 0.5 + 0.8 * noise(slot, 4, seed);
            draw_tree(
                image,
                (beside + sideways(position, ahead), ahead),
                (wide, tall),
                shade,
            );
        }
    }
}

fn draw_tree(
    image: &mut [[f64; 3]],
    (right, ahead): (f64, f64),
    (wide, tall): (f64, f64),
    shade: f64,
) {
    let scale = FOCAL / ahead;
    let centre = WIDTH as f64 / 2.0 + right * scale;
    let foot = HORIZON + GROUND / ahead;
    let top = foot - tall * scale;
    for y in top.max(0.0) as usize..(foot.min(HEIGHT as f64) as usize) {
        let up = (foot - y as f64) / (foot - top);
        let half = if up < 0.25 {
            wide * 0.2
        } else {
            wide * (1.15 - up)
        } * scale;
        let (from, to) = ((centre - half).max(0.0), (centre + half).min(WIDTH as f64));
        for x in from as usize..(to.max(0.0) as usize) {
            let leaf = 25.0 * smooth((x as f64 - centre) / scale * 3.0, up * 6.0, 31);
            image[y * WIDTH + x] = [40.0 * shade + leaf, 75.0 * shade + leaf, 35.0 * shade];
        }
    }
}

/// Value noise, 0 to 1, continuous in both arguments.
fn smooth(x: f64, y: f64, seed: u64) -> f64 {
    let (left, top) = (x.floor(), y.floor());
    let ease = |t: f64| t * t * (3.0 - 2.0 * t);
    let (dx, dy) = (ease(x - left), ease(y - top));
    let corner = |i: i64, j: i64| noise(left as i64 + i, top as i64 + j, seed);
    let upper = corner(0, 0) * (1.0 - dx) + corner(1, 0) * dx;
    let lower = corner(0, 1) * (1.0 - dx) + corner(1, 1) * dx;
    upper * (1.0 - dy) + lower * dy
}

/// A number in 0 to 1 that depends on its arguments alone (`SplitMix64`, Steele et al. 2014).
fn noise(x: i64, y: i64, seed: u64) -> f64 {
    let mut state = (x as u64)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F))
        .wrapping_add(seed.wrapping_mul(0x1656_67B1_9E37_79F9));
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (state ^ (state >> 31)) as f64 / u64::MAX as f64
}
