//! What was found in a run of images: pairs, and the best similarity of each decoy.

use super::table::{self, Column, Form};
use super::{Head, Steps, wrong};
use crate::error::Error;
use crate::signature::SIGNATURE_VERSION;
use crate::verification::{Answer, Answers, Decoy, LEARNED_VERSION};

/// Raised when the columns mean something else.
const VERSION: u32 = 1;

/// How to make them.
const AGAIN: &str = "run `splitleak match`";

fn form() -> Form {
    let versions = format!("signature version {SIGNATURE_VERSION}, learned {LEARNED_VERSION}");
    Form {
        name: format!("splitleak.matches {VERSION}, {versions}"),
        // A pair has splits, a decoy the name of its kind. Pictures are named by the first 64 bits
        // of the digest of their file.
        schema: "message matches {
            optional binary decoy (UTF8);
            optional int64 evaluation_split;
            optional int64 training_split;
            optional int64 picture;
            optional int64 partner;
            optional float similarity;
            optional binary laid;
        }",
    }
}

/// One row.
#[derive(Default)]
struct Line {
    decoy: Option<&'static str>,
    splits: Option<(u16, u16)>,
    picture: u64,
    partner: Option<u64>,
    similarity: f32,
    laid: Option<Vec<u8>>,
}

impl Line {
    fn of_pair(pair: &Answer) -> Self {
        Self {
            splits: Some((pair.from, pair.to)),
            picture: pair.query,
            partner: Some(pair.partner),
            similarity: pair.found.similarity,
            laid: Some(pair.laid()),
            ..Self::default()
        }
    }

    fn of_decoy(&(decoy, picture, similarity): &(Decoy, u64, f32)) -> Self {
        Self {
            decoy: Some(decoy.name()),
            picture,
            similarity,
            ..Self::default()
        }
    }
}

impl Steps {
    /// Whether a run has been searched.
    pub(crate) fn has_matches(&self, head: &Head, shard: &str) -> bool {
        self.matches_of(head, shard).is_file()
    }

    /// Writes what was found in a run.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write_matches(
        &self,
        head: &Head,
        shard: &str,
        answers: &Answers,
    ) -> Result<(), Error> {
        let rows: Vec<Line> = answers
            .pairs
            .iter()
            .map(Line::of_pair)
            .chain(answers.decoys.iter().map(Line::of_decoy))
            .collect();
        let bytes =
            |cell: fn(&Line) -> Option<Vec<u8>>| Column::Bytes(rows.iter().map(cell).collect());
        let numbers =
            |cell: fn(&Line) -> Option<i64>| Column::Number(rows.iter().map(cell).collect());
        let columns = [
            bytes(|row| Some(row.decoy?.as_bytes().to_vec())),
            numbers(|row| Some(row.splits?.0.into())),
            numbers(|row| Some(row.splits?.1.into())),
            numbers(|row| Some(row.picture.cast_signed())),
            numbers(|row| Some(row.partner?.cast_signed())),
            Column::Real(rows.iter().map(|row| Some(row.similarity)).collect()),
            bytes(|row| row.laid.clone()),
        ];
        table::write(&self.matches_of(head, shard), &form(), &columns)
    }

    /// Reads what was found in a run.
    ///
    /// # Errors
    /// It was not searched, or what was found cannot be read.
    pub(crate) fn read_matches(&self, head: &Head, shard: &str) -> Result<Answers, Error> {
        let file = self.matches_of(head, shard);
        let read = table::read(&file, &form(), AGAIN)?;
        let missing = || {
            let message = "is not there: not every part was searched; run `splitleak match`";
            wrong(&file, message)
        };
        let damaged = || wrong(&file, format!("is damaged; delete it, then {AGAIN}"));
        answers(read.ok_or_else(missing)?).ok_or_else(damaged)
    }
}

fn answers(columns: Vec<Column>) -> Option<Answers> {
    let columns: [Column; 7] = columns.try_into().ok()?;
    let [
        Column::Bytes(decoys),
        Column::Number(from),
        Column::Number(to),
        Column::Number(pictures),
        Column::Number(partners),
        Column::Real(similarities),
        Column::Bytes(laid),
    ] = columns
    else {
        return None;
    };
    let mut answers = Answers::default();
    for (at, decoy) in decoys.iter().enumerate() {
        let picture = pictures.get(at).copied()??.cast_unsigned();
        let similarity = similarities.get(at).copied()??;
        match decoy {
            Some(name) => {
                let mut kinds = Decoy::ALL.into_iter();
                let decoy = kinds.find(|kind| kind.name().as_bytes() == name)?;
                answers.decoys.push((decoy, picture, similarity));
            }
            None => {
                let split = |of: &[Option<i64>]| u16::try_from(of.get(at).copied()??).ok();
                let partner = partners.get(at).copied()??.cast_unsigned();
                let laid = laid.get(at)?.as_deref()?;
                answers.pairs.push(Answer::new(
                    (split(&from)?, split(&to)?),
                    (picture, partner),
                    similarity,
                    laid,
                )?);
            }
        }
    }
    Some(answers)
}
