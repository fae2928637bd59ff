//! The name of a number in a line: the words before it.

use super::names::{Measure, is_filler, meaning, side_of};
use super::tokens::Token;

/// Words in front of a name that belong to the logger or the sentence.
const NOISE: [&str; 29] = [
    "complete",
    "my",
    "our",
    "this",
    "info",
    "debug",
    "warning",
    "root",
    "main",
    "with",
    "and",
    "finished",
    "done",
    "end",
    "completed",
    "results",
    "result",
    "metrics",
    "summary",
    "stats",
    "after",
    "at",
    "phase",
    "mode",
    "net",
    "output",
    "tensorflow",
    "model",
    "network",
];

/// Words directly before a number, with at most one `:`, `=` or ` - ` between.
pub(super) fn name_before(tokens: &[Token]) -> String {
    let mut rest = tokens;
    if let [before @ .., Token::Join | Token::Dash] = rest {
        rest = before;
    }
    let mut words: Vec<&str> = Vec::new();
    for token in rest.iter().rev() {
        match token {
            Token::Word(word) if words.len() < 6 => words.push(word),
            Token::Close | Token::Open if !words.is_empty() || matches!(token, Token::Close) => {}
            _ => break,
        }
    }
    // The number of an epoch or a step is no value.
    let counters = [
        "epoch",
        "ep",
        "step",
        "iter",
        "iteration",
        "batch",
        "fold",
        "round",
    ];
    if words
        .first()
        .is_some_and(|word| counters.contains(&word.to_lowercase().as_str()))
    {
        return String::new();
    }
    words.reverse();
    words.retain(|word| !NOISE.contains(&word.to_lowercase().as_str()));
    words.join(" ")
}

/// The measure that a word standing before sides ends: `loss` of `loss: train 0.5, val 0.4`. A word
/// of no measure ends the one before (`time: train 12.3 val 3.2`).
pub(super) fn heading(tokens: &[Token], at: usize) -> Option<String> {
    let word = |token: &Token| match token {
        Token::Word(word) => Some(word.to_lowercase()),
        _ => None,
    };
    let plain = |word: &String| {
        side_of(word).is_none() && !is_filler(word) && !NOISE.contains(&word.as_str())
    };
    word(tokens.get(at)?).filter(plain)?;
    let next = tokens[at + 1..].iter().find(|token| match token {
        Token::Word(word) => {
            let word = word.to_lowercase();
            !is_filler(&word) && !NOISE.contains(&word.as_str())
        }
        Token::Join | Token::Dash | Token::Hard | Token::Slash | Token::Open => false,
        _ => true,
    });
    next.and_then(word).filter(|next| side_of(next).is_some())?;
    let words: Vec<String> = tokens[..=at].iter().rev().map_while(word).collect();
    let words: Vec<String> = words.into_iter().rev().filter(plain).collect();
    let name = words.join(" ");
    let measured = meaning(&name)
        .is_some_and(|meaning| !matches!(meaning.measure, None | Some(Measure::Metric(_))));
    Some(if measured { name } else { "none".to_owned() })
}
