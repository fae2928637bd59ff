//! Names of pictures as tables write them: in any case, with any ending or none.

use std::borrow::Cow;
use std::collections::HashMap;

use super::exports::stem;
use super::walk::Walked;

/// From so many characters on, two folders have no picture of the same name by chance.
const TOO_LONG_TO_BE_COUNTED: usize = 8;

/// Names of the pictures of a tree without folders and endings, in small letters, and whose they
/// are.
#[derive(Debug)]
pub(super) struct PictureNames<'a> {
    by_stem: HashMap<Cow<'a, str>, Vec<&'a str>>,
}

impl<'a> PictureNames<'a> {
    pub(super) fn of(walked: &'a Walked) -> Self {
        let mut by_stem: HashMap<Cow<'a, str>, Vec<&'a str>> = HashMap::new();
        for image in &walked.images {
            let own = by_stem.entry(lower(stem(&image.path))).or_default();
            own.push(&image.path);
        }
        Self { by_stem }
    }

    /// Whether some picture is called so.
    pub(super) fn has(&self, written: &str) -> bool {
        self.called(written).is_some()
    }

    /// The picture that alone is called so.
    pub(super) fn only(&self, stem: &str) -> Option<&'a str> {
        match self.by_stem.get(&*lower(stem))?.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    fn called(&self, written: &str) -> Option<&[&'a str]> {
        let name = written.rsplit(['/', '\\']).next().unwrap_or(written);
        let own = self.by_stem.get(&*lower(name));
        own.or_else(|| self.by_stem.get(&*lower(stem(name))))
            .map(Vec::as_slice)
    }

    /// The one picture that is meant by a path with another ending, in another case, or from before
    /// pictures were divided. Of a path with folders, one of them at least is that of the picture,
    /// and no other picture has more; a name that is too long to be counted anew may lie elsewhere.
    pub(super) fn meant(&self, written: &str) -> Option<&'a str> {
        let called = self.called(written)?;
        let slashed = written.replace('\\', "/");
        let (folders, _) = slashed.rsplit_once('/').unwrap_or_default();
        let folders = lower(folders);
        let common = |path: &str| {
            let own = lower(path.rsplit_once('/').map_or("", |(own, _)| own));
            let both = own.rsplit('/').zip(folders.rsplit('/'));
            both.take_while(|(one, other)| one == other).count()
        };
        let most = called.iter().map(|path| common(path)).max()?;
        let is_counted = || stem(called[0]).chars().count() < TOO_LONG_TO_BE_COUNTED;
        if most == 0 && !folders.is_empty() && is_counted() {
            return None;
        }
        let mut best = called.iter().filter(|path| common(path) == most);
        let first = best.next()?;
        best.next().is_none().then_some(*first)
    }
}

/// A text in small letters; most are.
fn lower(text: &str) -> Cow<'_, str> {
    match text.chars().any(char::is_uppercase) {
        true => Cow::Owned(text.to_lowercase()),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::walk::WalkedFile;
    use crate::source::Place;

    #[test]
    fn another_ending_or_case_means_the_only_picture_that_is_called_so() {
        let files = [
            "train/a.jpg",
            "train/B.JPG",
            "train/c.jpg",
            "val/c.jpg",
            "val/DSC_00017.jpg",
        ];
        let walked = Walked {
            images: files
                .map(|path| WalkedFile::new(path.to_owned(), Place::Named))
                .into(),
            ..Walked::default()
        };
        let names = PictureNames::of(&walked);
        for (written, meant) in [
            ("a.png", Some("train/a.jpg")),
            ("A", Some("train/a.jpg")),
            ("b.tif", Some("train/B.JPG")),
            ("C:\\data\\Val\\c.PNG", Some("val/c.jpg")),
            ("/data/train/c.dcm", Some("train/c.jpg")),
            ("images/dsc_00017.png", Some("val/DSC_00017.jpg")),
            // Two are called so, and none is.
            ("c.png", None),
            ("/data/all/c.png", None),
            ("d.jpg", None),
            ("a/x.jpg", None),
            ("patient3/a.png", None),
        ] {
            assert_eq!(names.meant(written), meant, "{written}");
        }
        assert!(names.has("x/C.png") && !names.has("ab"));
    }
}
