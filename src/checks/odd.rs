//! Files that are stored unlike the rest: a small minority that loaders and models will treat
//! differently, or stumble over.

use std::collections::BTreeMap;

use super::{Evidence, MINORITY, is_minority, readable_files};
use crate::finding::{Code, Finding, Subject};
use crate::sample::SampleId;
use crate::signature::facts::{Colour, Profile, Stored};
use crate::wording::counted;

/// One finding for each way and code in which a minority is stored unlike the rest.
pub(super) fn stored_unlike_the_rest(evidence: &Evidence<'_>) -> Vec<Finding> {
    let files: Vec<(SampleId, Stored)> = readable_files(evidence)
        .map(|(id, signature)| (id, signature.facts.stored))
        .collect();
    let questions: [(Code, Question); 5] = [
        (Code::OddBitDepth, |one| {
            // Bits of an index into a palette are no depth.
            (one.colour != Colour::Palette).then(|| format!("{} bits a channel", one.bits))
        }),
        (Code::OddColourMode, |one| {
            Some(colour(one.colour).to_owned())
        }),
        (Code::OddAlpha, |one| {
            one.alpha.then(|| "transparency".to_owned())
        }),
        (Code::OddColourProfile, |one| {
            (one.profile == Profile::Other).then(|| "a colour profile that is not sRGB".to_owned())
        }),
        (Code::OddFormat, |one| Some(one.format.name().to_owned())),
    ];
    let asked = questions
        .iter()
        .flat_map(|(code, question)| minorities(&files, *code, *question));
    asked.collect()
}

/// What a file has, in words; `None` for what is nothing to speak of.
type Question = fn(&Stored) -> Option<String>;

fn minorities(files: &[(SampleId, Stored)], code: Code, question: Question) -> Vec<Finding> {
    let mut having: BTreeMap<Option<String>, Vec<SampleId>> = BTreeMap::new();
    for (id, stored) in files {
        having.entry(question(stored)).or_default().push(*id);
    }
    let rare = having
        .into_iter()
        .filter_map(|(what, of)| Some((what?, of)));
    let rare = rare.filter(|(_, of)| is_minority(of.len(), files.len()));
    let findings = rare.map(|(what, of)| {
        let message = format!(
            "{} of {} with {what}, unlike the rest (told up to {MINORITY} %); {}",
            counted(of.len(), "image"),
            files.len(),
            advice(code)
        );
        Finding::new(code, Subject::Samples(of), message).told_by(what)
    });
    findings.collect()
}

fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Colour => "colour channels",
        Colour::Grey => "one grey channel",
        Colour::Palette => "a palette",
        Colour::Cmyk => "CMYK inks",
    }
}

fn advice(code: Code) -> &'static str {
    match code {
        Code::OddBitDepth => "scale them to the range of the others",
        Code::OddColourMode => {
            "loaders give another number of channels or other colours, convert them as the others are"
        }
        Code::OddAlpha => {
            "loaders drop it, keep it as a fourth channel or show what was hidden, flatten it"
        }
        Code::OddColourProfile => "loaders ignore it, so colours are off: convert to sRGB",
        _ => "see that they come from the same source, and that no class or split has them alone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::World;
    use crate::signature::unreadable::Format;

    type Change = fn(&mut Stored);

    /// `n` plain images.
    fn world(n: usize) -> World {
        let mut world = World::new();
        for i in 0..n {
            world.add(&format!("{i:03}.jpg"));
        }
        world
    }

    fn codes(world: &World) -> Vec<Code> {
        let findings = stored_unlike_the_rest(&world.evidence());
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn images_that_are_all_stored_alike_are_not_odd() {
        assert_eq!(codes(&world(100)), []);
    }

    #[test]
    fn one_image_stored_otherwise_is_odd_in_each_way() {
        let changes: [(Code, Change); 6] = [
            (Code::OddBitDepth, |one| one.bits = 16),
            (Code::OddColourMode, |one| one.colour = Colour::Cmyk),
            (Code::OddColourMode, |one| one.colour = Colour::Grey),
            (Code::OddAlpha, |one| one.alpha = true),
            (Code::OddColourProfile, |one| one.profile = Profile::Other),
            (Code::OddFormat, |one| one.format = Format::Webp),
        ];
        for (code, change) in changes {
            let mut world = world(99);
            change(&mut world.add("odd.jpg").facts.stored);
            assert_eq!(codes(&world), [code]);
        }
    }

    #[test]
    fn an_srgb_profile_and_the_size_of_a_palette_are_nothing_to_speak_of() {
        let mut world = world(90);
        world.add("odd.jpg").facts.stored.profile = Profile::Srgb;
        for i in 0..9 {
            let stored = &mut world.add(&format!("p{i}.png")).facts.stored;
            stored.colour = Colour::Palette;
            stored.bits = if i == 0 { 4 } else { 8 };
        }
        assert_eq!(codes(&world), []);
    }

    #[test]
    fn what_more_than_a_few_have_is_a_kind_not_an_oddity() {
        for (others, expected) in [(5, 1), (6, 0)] {
            let mut world = world(100 - others);
            for i in 0..others {
                world.add(&format!("odd{i}.jpg")).facts.stored.alpha = true;
            }
            assert_eq!(codes(&world).len(), expected, "{others} of 100");
        }
    }

    #[test]
    fn a_handful_of_images_has_no_rest_to_be_unlike() {
        let mut world = world(18);
        world.add("odd.jpg").facts.stored.alpha = true;
        assert_eq!(codes(&world), []);
    }
}
