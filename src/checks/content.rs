//! Pictures that show little: nearly black, nearly white, blurred.
//!
//! Percentiles and edges are cleanvision's, on a small copy (`signature::tone`). Its limits alone
//! cry wolf on night drives and line drawings, so a picture must be far from the rest of its
//! dataset, too, or extreme.

use super::fences::Quartiles;
use super::{Evidence, FEW, readable_files};
use crate::finding::{Code, Finding, Subject};
use crate::sample::SampleId;
use crate::signature::facts::Tone;
use crate::wording::counted;

/// 99th percentile of brightness below which cleanvision calls a picture dark: 0.32.
const DARK: u8 = 82;

/// 99th percentile below which a picture is nearly black whatever the others are.
const NEARLY_BLACK: u8 = 20;

/// 5th percentile of brightness above which cleanvision calls a picture light: 0.95.
const LIGHT: u8 = 242;

/// Standard deviation of edges, in grey levels, below which cleanvision calls a picture blurry: its
/// score, 1 - exp(-0.01 x), is 0.29 there.
const BLURRY: f64 = 34.2;

type Files = Vec<(SampleId, Tone)>;

fn tones(evidence: &Evidence<'_>) -> Files {
    let files = readable_files(evidence).filter(|(_, signature)| !signature.low_information);
    files
        .map(|(id, signature)| (id, signature.facts.tone))
        .collect()
}

/// Pictures whose lightest parts are dark.
pub(super) fn dark(evidence: &Evidence<'_>) -> Vec<Finding> {
    let files = tones(evidence);
    let fence = fence(&files, |tone| f64::from(tone.high), Quartiles::lower_fence);
    let extreme = f64::from(NEARLY_BLACK);
    let limit = fence.map_or(extreme, |fence| fence.min(f64::from(DARK)).max(extreme));
    let dark = |tone: &Tone| f64::from(tone.high) < limit;
    told(&files, Code::DarkImage, dark, |n| {
        format!(
            "{n} nearly black: 99 % of the pixels below grey level {limit:.0} of 255 (cleanvision's 82, or less where the dataset is dark); \
             look whether they show anything"
        )
    })
}

/// Pictures whose darkest parts are light.
pub(super) fn overexposed(evidence: &Evidence<'_>) -> Vec<Finding> {
    let files = tones(evidence);
    let fence = fence(&files, |tone| f64::from(tone.low), Quartiles::upper_fence);
    let limit = fence.map(|fence| fence.max(f64::from(LIGHT)));
    let Some(limit) = limit else {
        return Vec::new();
    };
    let light = |tone: &Tone| f64::from(tone.low) > limit;
    told(&files, Code::OverexposedImage, light, |n| {
        format!(
            "{n} nearly white: 95 % of the pixels above grey level {limit:.0} of 255 (cleanvision's 242, or more where the dataset is light); \
             look whether they show anything"
        )
    })
}

/// Pictures whose edges are soft for their contrast.
pub(super) fn blurred(evidence: &Evidence<'_>) -> Vec<Finding> {
    let files = tones(evidence);
    // By logarithm: a picture is half as sharp as another, not ten levels less sharp.
    let fence = fence(&files, |tone| crispness(tone).ln(), Quartiles::lower_fence);
    let Some(limit) = fence.map(f64::exp) else {
        return Vec::new();
    };
    let blurred = |tone: &Tone| sharpness(tone) < BLURRY && crispness(tone) < limit;
    told(&files, Code::BlurredImage, blurred, |n| {
        format!(
            "{n} far less sharp than the rest: edges spread by less than {BLURRY} grey levels (as in cleanvision) and by less than {limit:.2} \
             of the spread of all levels; look whether they are out of focus or moved"
        )
    })
}

/// Standard deviation of the edges, in grey levels.
fn sharpness(tone: &Tone) -> f64 {
    f64::from(tone.sharpness) / 256.0
}

/// Sharpness for the contrast there is, so that a small thing before a plain sky is not called
/// blurred. The constants keep pictures of nearly one tone from being extreme either way.
fn crispness(tone: &Tone) -> f64 {
    (sharpness(tone) + 1.0) / (f64::from(tone.spread) + 4.0)
}

/// The fence of a value over the dataset; `None` where there are too few files to know.
fn fence(
    files: &Files,
    value: impl Fn(&Tone) -> f64,
    of: impl Fn(&Quartiles) -> f64,
) -> Option<f64> {
    if files.len() < FEW {
        return None;
    }
    Quartiles::of(files.iter().map(|(_, tone)| value(tone)))
        .as_ref()
        .map(of)
}

fn told(
    files: &Files,
    code: Code,
    odd: impl Fn(&Tone) -> bool,
    message: impl Fn(String) -> String,
) -> Vec<Finding> {
    let odd = files.iter().filter(|(_, tone)| odd(tone));
    let odd: Vec<SampleId> = odd.map(|(id, _)| *id).collect();
    if odd.is_empty() {
        return Vec::new();
    }
    let message = message(counted(odd.len(), "image"));
    vec![Finding::new(code, Subject::Samples(odd), message)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::{World, ids_of};

    type Change = fn(&mut Tone);

    /// 100 pictures whose tones differ a little, and one more.
    fn world(change: impl Fn(usize, &mut Tone)) -> World {
        let mut world = World::new();
        for i in 0..101 {
            let tone = &mut world.add(&format!("{i:03}.jpg")).facts.tone;
            tone.sharpness += (i as u16 % 10) * 256;
            tone.high -= i as u8 % 10;
            tone.low += i as u8 % 10;
            change(i, tone);
        }
        world
    }

    fn all(world: &World) -> Vec<(Code, usize)> {
        let evidence = world.evidence();
        let findings = [dark(&evidence), overexposed(&evidence), blurred(&evidence)].concat();
        findings
            .iter()
            .map(|one| (one.code, ids_of(one).len()))
            .collect()
    }

    #[test]
    fn ordinary_pictures_are_left_alone() {
        assert_eq!(all(&world(|_, _| {})), []);
    }

    #[test]
    fn a_dark_a_white_and_a_blurred_picture_stand_out() {
        let changes: [(Code, Change); 3] = [
            (Code::DarkImage, |tone| tone.high = 60),
            (Code::OverexposedImage, |tone| tone.low = 250),
            (Code::BlurredImage, |tone| tone.sharpness = 5 * 256),
        ];
        for (code, change) in changes {
            let world = world(|i, tone| {
                if i == 50 {
                    change(tone);
                }
            });
            assert_eq!(all(&world), [(code, 1)]);
        }
    }

    #[test]
    fn just_inside_the_limits_is_no_finding() {
        let changes: [fn(&mut Tone); 3] = [
            |tone| tone.high = 82,
            |tone| tone.low = 242,
            |tone| tone.sharpness = 35 * 256,
        ];
        for change in changes {
            assert_eq!(
                all(&world(|i, tone| if i == 50 {
                    change(tone);
                })),
                []
            );
        }
    }

    #[test]
    fn a_plain_sky_has_few_edges_and_is_not_blurred() {
        let sky = world(|i, tone| {
            if i == 50 {
                (tone.sharpness, tone.spread) = (5 * 256, 4);
            }
        });
        assert_eq!(all(&sky), []);
    }

    #[test]
    fn a_dataset_of_nights_or_drawings_is_not_a_dataset_of_faults() {
        let dim = world(|i, tone| tone.high = 50 + (i % 20) as u8);
        assert_eq!(all(&dim), []);
        let soft = world(|i, tone| tone.sharpness = 256 * (8 + i as u16 % 10));
        assert_eq!(all(&soft), []);
        let drawings = world(|i, tone| tone.low = 240 + (i % 15) as u8);
        assert_eq!(all(&drawings), []);
    }

    #[test]
    fn a_black_picture_among_dark_ones_is_told() {
        let dim = world(|i, tone| tone.high = if i == 50 { 10 } else { 30 + (i % 20) as u8 });
        assert_eq!(all(&dim), [(Code::DarkImage, 1)]);
    }
}
