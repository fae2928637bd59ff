//! What has to be known of the whole to search a part of it.

use serde::{Deserialize, Serialize};

use super::table::{self, Column, Form};
use super::{Steps, wrong};
use crate::error::Error;
use crate::signature::SIGNATURE_VERSION;
use crate::signature::digest::Digest;
use crate::verification::{LEARNED_VERSION, Plan};

/// Raised when the rows mean something else.
const VERSION: u32 = 1;

/// How to make it.
const AGAIN: &str = "run `splitleak learn` with the arguments of `sign`";

/// What was learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Another one when anything else was learned from, or in another way.
    pub(crate) id: Digest,
    /// Names of all runs of images.
    pub(crate) shards: Vec<String>,
}

fn form() -> Form {
    let versions = format!("signature version {SIGNATURE_VERSION}, learned {LEARNED_VERSION}");
    Form {
        name: format!("splitleak.learned {VERSION}, {versions}"),
        schema: "message learned { optional binary part; }",
    }
}

impl Steps {
    /// Keeps what was learned, in place of what was before.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write_learned(&self, head: &Head, plan: &Plan) -> Result<(), Error> {
        // Digests and texts: nothing that could not be written.
        let head = postcard::to_allocvec(head).unwrap_or_default();
        let parts = std::iter::once(head).chain(plan.parts());
        let column = Column::Bytes(parts.map(Some).collect());
        table::write(&self.learned(), &form(), &[column])
    }

    /// What was learned; `None` where nothing was.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read_learned(&self) -> Result<Option<(Head, Plan)>, Error> {
        let file = self.learned();
        let Some(mut columns) = table::read(&file, &form(), AGAIN)? else {
            return Ok(None);
        };
        let read = match columns.pop() {
            Some(Column::Bytes(parts)) => parts.into_iter().collect(),
            _ => None,
        };
        let read = read.and_then(|parts: Vec<Vec<u8>>| {
            let (head, plan) = parts.split_first()?;
            Some((postcard::from_bytes(head).ok()?, Plan::from_parts(plan)?))
        });
        match read {
            Some(read) => Ok(Some(read)),
            None => Err(wrong(&file, format!("is damaged; delete it, then {AGAIN}"))),
        }
    }

    /// That nothing was learned, where something has to be.
    pub(crate) fn nothing_learned(&self) -> Error {
        wrong(&self.learned(), format!("is not there; {AGAIN}"))
    }

    /// That something else was learned from.
    pub(crate) fn learned_elsewhere(&self) -> Error {
        let message = "is of other images, splits or settings; run `splitleak learn` and \
                       `splitleak match` again, or delete it to search without them";
        wrong(&self.learned(), message)
    }
}
