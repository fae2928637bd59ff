//! Arguments of a check from the environment: one a line, so that no shell takes them apart.

use std::ffi::OsString;

use crate::error::Error;

/// Holds arguments of `check`, one a line. Empty lines are left out.
pub(super) const VARIABLE: &str = "SPLITLEAK_ARGUMENTS";

/// The words of the command line, with those of the environment behind them where it is a check.
///
/// # Errors
/// A value that is not UTF-8.
pub(super) fn complete(
    mut words: Vec<OsString>,
    value: Option<OsString>,
) -> Result<Vec<OsString>, Error> {
    let is_check = words.get(1).is_some_and(|word| word == "check");
    let Some(value) = value.filter(|_| is_check) else {
        return Ok(words);
    };
    let text = value.into_string().map_err(|_| Error::Settings {
        message: format!("`${VARIABLE}` is not UTF-8"),
    })?;
    words.extend(lines(&text).map(OsString::from));
    Ok(words)
}

/// What to say to whoever wrote several arguments on one line, as a shell would have it.
pub(super) fn hint(value: &str) -> Option<String> {
    let several = |line: &&str| line.starts_with('-') && line.contains(' ') && !line.contains('=');
    let line = lines(value).find(several)?;
    Some(format!(
        "hint: a line of `${VARIABLE}` is one argument; write `{}` as two lines, or as `--option=value`",
        line.escape_debug()
    ))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(words: &[&str], value: &str) -> Vec<String> {
        let words = words.iter().map(OsString::from).collect();
        let completed = complete(words, Some(value.into())).unwrap();
        let texts = completed
            .into_iter()
            .map(|word| word.into_string().unwrap());
        texts.collect()
    }

    #[test]
    fn a_line_is_an_argument_as_it_stands() {
        let value = "--group-pattern=it's \\d+\n\n--json\r\n $(x) \"*\" \n";
        let expected = [
            "s",
            "check",
            "--group-pattern=it's \\d+",
            "--json",
            " $(x) \"*\" ",
        ];
        assert_eq!(completed(&["s", "check"], value), expected);
    }

    #[test]
    fn other_commands_take_none() {
        assert_eq!(completed(&["s", "render"], "--json"), ["s", "render"]);
        assert_eq!(completed(&["s"], "--json"), ["s"]);
    }

    #[test]
    fn two_arguments_on_one_line_are_told() {
        assert!(hint("--max-leakage 0").is_some_and(|text| text.contains("--max-leakage 0")));
        assert_eq!(hint("--reason=a b\n-q\nmy data"), None);
    }
}
