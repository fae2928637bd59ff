//! Texts that name images which no split has: a list, a table or annotations of one more split,
//! whose name no rule knows.

use std::collections::HashSet;
use std::path::Path;

use super::exports::stem;
use crate::sample::{Problem, ProblemKind};
use crate::source::read_file_up_to;

/// Largest text that is looked at, and all of them, in bytes.
const MOST_BYTES: u64 = 32 << 20;
const MOST_OF_ALL: u64 = 128 << 20;
/// Images that are looked for, of those in splits and of the others each.
const MOST_IMAGES: usize = 64;

/// One question for each text that names half of the `unlisted` images and hardly any of the
/// `listed` ones: what names all of them divides nothing.
pub(super) fn questions(
    root: &Path,
    texts: &[String],
    listed: &[&str],
    unlisted: &[&str],
) -> Vec<Problem> {
    let (own, others) = (sampled(unlisted), sampled(listed));
    if own.is_empty() {
        return Vec::new();
    }
    let mut left = MOST_OF_ALL;
    let mut asked = Vec::new();
    for path in texts {
        let file = root.join(path);
        let bytes = std::fs::metadata(&file).map_or(u64::MAX, |data| data.len());
        if bytes > MOST_BYTES.min(left) {
            continue;
        }
        left -= bytes;
        let Ok(text) = read_file_up_to(&file, MOST_BYTES) else {
            continue;
        };
        let text = String::from_utf8_lossy(&text);
        let words = words(&text);
        let named = |stems: &[&str]| stems.iter().filter(|stem| words.contains(*stem)).count();
        if named(&own) * 2 >= own.len() && named(&others) * 10 <= others.len() {
            asked.push(Problem {
                kind: ProblemKind::PerhapsSplit,
                path: path.clone(),
                detail: format!(
                    "some that `{path}` names, which is read as no split: call it after its split (such as `val`), or leave its images out with `--exclude`"
                ),
            });
        }
    }
    asked
}

/// Stems of some of the images, evenly taken.
fn sampled<'a>(paths: &[&'a str]) -> Vec<&'a str> {
    let step = paths.len().div_ceil(MOST_IMAGES).max(1);
    let some = paths.iter().step_by(step);
    some.map(|path| stem(path)).collect()
}

/// Words of a text, and the same without an ending: what stands between blanks, quotes, slashes and
/// the signs of tables.
fn words(text: &str) -> HashSet<&str> {
    let is_between = |c: char| c.is_whitespace() || "\"'`,;|/\\<>[]{}()=:".contains(c);
    let whole = text.split(is_between).filter(|word| !word.is_empty());
    whole.flat_map(|word| [word, stem(word)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> bool {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("more.txt"), text).unwrap();
        let texts = ["more.txt".to_owned(), "gone.txt".to_owned()];
        let listed = ["a/0.png", "a/1.png", "a/2.png"];
        let unlisted = ["a/30.png", "a/31.png"];
        !questions(root.path(), &texts, &listed, &unlisted).is_empty()
    }

    #[test]
    fn what_names_images_of_no_split_is_asked_about_and_what_names_all_is_not() {
        assert!(asked("a/30.png\na/31.png\n"));
        assert!(asked("{\"images\": [{\"file_name\": \"30.png\"}]}"));
        assert!(asked("30 cat\n31 dog\n"));
        assert!(
            !asked("0 cat\n1 dog\n2 cat\n30 cat\n31 dog\n"),
            "all of them"
        );
        assert!(!asked("300 cat\n131 dog\n"), "others");
        assert!(!asked(""));
    }
}
