//! Words, numbers with a unit, and the punctuation that joins or parts them.

use std::sync::LazyLock;

use regex::Regex;

use super::names::meaning;
use super::{Printed, printed};

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?P<word>[\p{L}_][\p{L}\w@'’]*(?:[/.\-][\p{L}_][\w@]*)*)|(?P<number>[+-]?(?:\d+(?:,\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?P<unit>%|\p{L}[\w/]*)?|(?P<join>:=|[:=]{2,}|[:=])|(?P<dash>[-–—>]+)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<slash>/)|(?P<hard>[,;|\t│┃#*&.])",
    )
    .ok()
});

#[derive(Debug, Clone)]
pub(super) enum Token<'a> {
    Word(&'a str),
    Number(Printed, &'a str, Option<&'a str>),
    /// `:` or `=`.
    Join,
    Dash,
    Open,
    Close,
    Slash,
    Hard,
}

pub(super) fn tokens(piece: &str, comma: bool) -> Vec<Token<'_>> {
    let Some(pattern) = TOKEN.as_ref() else {
        return Vec::new();
    };
    let mut tokens: Vec<Token> = Vec::new();
    let mut end = 0;
    for found in pattern.captures_iter(piece) {
        let Some(whole) = found.get(0) else { continue };
        let spaced = whole.start() > end;
        end = whole.end();
        let is = |name: &str| found.name(name).map(|text| text.as_str());
        let token = if let Some(word) = is("word") {
            let number = matches!(word.to_lowercase().as_str(), "nan" | "inf" | "infinity")
                .then(|| printed(word))
                .flatten();
            match number {
                // `val loss nan` as `val loss: nan`; of `improved from inf` it is no value.
                Some(number)
                    if tokens.last().is_some_and(|last| match last {
                        Token::Word(name) => meaning(name).is_some(),
                        Token::Join => true,
                        _ => false,
                    }) =>
                {
                    Token::Number(number, word, None)
                }
                _ => Token::Word(word),
            }
        } else if let Some(text) = is("number") {
            // `4-0.3`: a dash without a space before it is no sign.
            let sign_is_dash = text.starts_with('-')
                && !spaced
                && matches!(tokens.last(), Some(Token::Number(..) | Token::Word(_)));
            match number(text, comma) {
                Some(value) if !sign_is_dash => Token::Number(value, text, is("unit")),
                _ => Token::Hard,
            }
        } else if let Some(join) = is("join") {
            if join.len() == 1 || join == ":=" {
                Token::Join
            } else {
                Token::Hard
            }
        } else if is("dash").is_some() {
            Token::Dash
        } else if is("open").is_some() {
            Token::Open
        } else if is("close").is_some() {
            Token::Close
        } else if is("slash").is_some() {
            Token::Slash
        } else if is("hard") == Some("\t") && matches!(tokens.last(), Some(Token::Join)) {
            // Tabs that align a value behind its colon.
            continue;
        } else {
            Token::Hard
        };
        tokens.push(token);
    }
    tokens
}

/// A number with a decimal point, a decimal comma where the log writes one, or commas between
/// thousands.
pub(super) fn number(text: &str, comma: bool) -> Option<Printed> {
    let text = text.trim().trim_end_matches('%').trim();
    if !text.contains(',') {
        return printed(text);
    }
    if comma && !text.contains('.') && text.matches(',').count() == 1 {
        return printed(&text.replace(',', "."));
    }
    let (whole, _) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next()?.trim_start_matches(['-', '+']);
    let thousands =
        (1..=3).contains(&first.len()) && first != "0" && groups.all(|group| group.len() == 3);
    thousands.then(|| printed(&text.replace(',', ""))).flatten()
}
