//! Signatures of a run of images, a row for each sample; an image that could not be read is a row
//! with the reason.

use super::shard::Shard;
use super::table::{self, Column, Form};
use super::{Steps, wrong};
use crate::error::Error;
use crate::sample::Dataset;
use crate::signature::digest::Digest;
use crate::signature::{SIGNATURE_VERSION, Signed, encoding};

/// Raised when the columns mean something else.
const VERSION: u32 = 1;

/// How to make them.
const AGAIN: &str = "run `splitleak sign` with the same arguments";

/// One sample.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Its path.
    pub(crate) path: String,
    /// Number of its split.
    pub(crate) split: Option<u16>,
    /// What reading it came to.
    pub(crate) signed: Signed,
}

fn form() -> Form {
    Form {
        name: format!("splitleak.signatures {VERSION}, signature version {SIGNATURE_VERSION}"),
        // The first columns are for other programs.
        schema: "message signatures {
            optional binary path (UTF8);
            optional binary split_name (UTF8);
            optional binary byte_digest;
            optional binary unreadable (UTF8);
            optional int64 split;
            optional binary signature;
        }",
    }
}

impl Steps {
    /// Whether a run has been signed.
    pub(crate) fn has_signatures(&self, shard: &Shard) -> bool {
        self.signatures_of(&shard.name).is_file()
    }

    /// Writes the signatures of a run, in order of sample.
    ///
    /// # Errors
    /// They cannot be written.
    pub(crate) fn write_signatures(
        &self,
        dataset: &Dataset,
        shard: &Shard,
        signatures: &[Signed],
    ) -> Result<(), Error> {
        let samples = &dataset.samples[shard.samples.clone()];
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let split = |at: usize| Some(&dataset.splits[samples[at].split?.index()]);
        let of_split = |at| split(at).and_then(|split| text(&split.name));
        let digest = |one: &Signed| Some(one.as_ref().ok()?.byte_digest.0.to_vec());
        let reason = |one: &Signed| text(&one.as_ref().err()?.to_string());
        let rows = samples.iter().zip(signatures);
        let encoded = rows
            .map(|(sample, signed)| encoding::encode(Digest::of(sample.path.as_bytes()), signed));
        let numbers = samples
            .iter()
            .map(|sample| Some(i64::from(sample.split?.0)));
        let columns = [
            Column::Bytes(samples.iter().map(|sample| text(&sample.path)).collect()),
            Column::Bytes((0..samples.len()).map(of_split).collect()),
            Column::Bytes(signatures.iter().map(digest).collect()),
            Column::Bytes(signatures.iter().map(reason).collect()),
            Column::Number(numbers.collect()),
            Column::Bytes(encoded.collect()),
        ];
        table::write(&self.signatures_of(&shard.name), &form(), &columns)
    }

    /// Reads the signatures of the run of this name.
    ///
    /// # Errors
    /// There are none, or they cannot be read.
    pub(crate) fn read_signatures(&self, shard: &str) -> Result<Vec<Row>, Error> {
        let file = self.signatures_of(shard);
        let read = table::read(&file, &form(), AGAIN)?;
        let missing = || {
            wrong(
                &file,
                format!("is not there: not every image is signed; {AGAIN}"),
            )
        };
        let damaged = || wrong(&file, format!("is damaged; delete it, then {AGAIN}"));
        let columns: [Column; 6] = read
            .ok_or_else(missing)?
            .try_into()
            .map_err(|_| damaged())?;
        let [
            Column::Bytes(paths),
            _,
            _,
            _,
            Column::Number(splits),
            Column::Bytes(signatures),
        ] = columns
        else {
            return Err(damaged());
        };
        let rows = paths.into_iter().zip(splits).zip(signatures);
        let rows = rows.map(|((path, split), signature)| {
            let path = String::from_utf8(path?).ok()?;
            let signed = encoding::decode(Digest::of(path.as_bytes()), &signature?)?;
            let split = split.map(u16::try_from).transpose().ok()?;
            Some(Row {
                path,
                split,
                signed,
            })
        });
        rows.collect::<Option<Vec<Row>>>().ok_or_else(damaged)
    }
}
