//! Which class of the dataset a detection is of.

use std::collections::{BTreeMap, BTreeSet};

use super::DetectedClass;

/// The classes of the dataset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classes<'a> {
    pub(crate) names: &'a [String],
    /// Numbers that its annotations give to them, in order.
    pub(crate) numbers: &'a [(i64, u32)],
    /// These are places in a list, from 0.
    pub(crate) by_place: bool,
    /// There is such a list; else there may be more classes than are drawn.
    pub(crate) is_list: bool,
}

/// The classes of all detections of a file.
pub(super) struct Known<'a> {
    of: BTreeMap<&'a DetectedClass, u32>,
    /// Numbers count from 1 where the dataset counts from 0.
    pub(super) from_one: bool,
}

impl Known<'_> {
    pub(super) fn class(&self, class: &DetectedClass) -> Option<u32> {
        self.of.get(class).copied()
    }
}

impl Classes<'_> {
    /// Which class each of these is; a name that the dataset does not have is none.
    ///
    /// # Errors
    /// Numbers that cannot be told to mean one class each, and what to give in their place.
    pub(super) fn known<'d>(
        &self,
        said: impl Iterator<Item = &'d DetectedClass>,
    ) -> Result<Known<'d>, String> {
        let said: BTreeSet<&DetectedClass> = said.collect();
        let shift = self.shift(&said)?;
        let mut of = BTreeMap::new();
        for &class in &said {
            let found = match class {
                DetectedClass::Name(name) => self.named(name),
                DetectedClass::Id(id) => self.numbered(*id - shift, *id)?,
                DetectedClass::Place(place) => self.placed(*place)?,
            };
            of.extend(found.map(|found| (class, found)));
        }
        if of.is_empty() {
            return Err(format!(
                "none of the detections names a class of the dataset ({})",
                self.list()
            ));
        }
        Ok(Known {
            of,
            from_one: shift == 1,
        })
    }

    /// What programs add to places in a list: 0, or 1 as Ultralytics writes `predictions.json`.
    fn shift(&self, said: &BTreeSet<&DetectedClass>) -> Result<i64, String> {
        let ids = said.iter().filter_map(|class| match class {
            DetectedClass::Id(id) => Some(*id),
            _ => None,
        });
        let ids: BTreeSet<i64> = ids.collect();
        let (Some(least), Some(most)) = (ids.first(), ids.last()) else {
            return Ok(0);
        };
        let Some((last, _)) = self.numbers.last().filter(|_| self.by_place) else {
            return Ok(0);
        };
        match (*least, *most) {
            (0, most) if most <= *last || !self.is_list => Ok(0),
            (1.., most) if most == last + 1 => Ok(1),
            (1.., most) if most <= *last => Err(format!(
                "`category_id` is {least} to {most}, and the dataset counts its {} classes from 0 to {last}: whether the detections count from 0 or from 1 cannot be told; {NAME_THEM}, or give the directory of `labels/*.txt` (`save_txt=True save_conf=True`)",
                last + 1
            )),
            _ => Err(format!(
                "`category_id` is {least} to {most}, and the dataset counts its {} classes from 0 to {last}: the numbers are of another list; {NAME_THEM}",
                last + 1
            )),
        }
    }

    fn named(&self, name: &str) -> Option<u32> {
        let numbered = || (0u32..).zip(self.names);
        let exact = numbered().find(|(_, own)| *own == name);
        let folded = || {
            let name = name.to_lowercase();
            let mut alike = numbered().filter(|(_, own)| own.to_lowercase() == name);
            alike.next().filter(|_| alike.next().is_none())
        };
        exact.or_else(folded).map(|(at, _)| at)
    }

    fn numbered(&self, number: i64, written: i64) -> Result<Option<u32>, String> {
        if self.numbers.is_empty() {
            return Err(format!(
                "`category_id` {written} is a number, and the dataset's annotations know classes by name only ({}); {NAME_THEM}",
                self.list()
            ));
        }
        let mut own = self.numbers.iter().filter(|(of, _)| *of == number);
        match (own.next(), own.next()) {
            (Some((_, class)), None) => Ok(Some(*class)),
            (Some(_), Some(_)) => Err(format!(
                "`category_id` {written} is another class in one file of annotations than in another; {NAME_THEM}"
            )),
            (None, _) if self.by_place && !self.is_list => Ok(None),
            (None, _) => Err(format!(
                "`category_id` {written} is no category of the dataset's annotations ({}): the numbers are of another list; {NAME_THEM}",
                self.list()
            )),
        }
    }

    fn placed(&self, place: u32) -> Result<Option<u32>, String> {
        if !self.by_place {
            return Err(
                "label files count classes from 0, and the dataset's annotations do not; give a JSON of COCO results with `category_id` as these have it, or with `category_name`".to_owned(),
            );
        }
        self.numbered(i64::from(place), i64::from(place))
    }

    /// Some of the classes with their numbers.
    fn list(&self) -> String {
        const SHOWN: usize = 4;
        let name = |class: u32| self.names.get(class as usize).map_or("", String::as_str);
        let numbered = self.numbers.iter();
        let mut all: Vec<String> = match self.numbers {
            [] => self.names.to_vec(),
            _ => numbered
                .map(|&(number, class)| format!("{number} {}", name(class)))
                .collect(),
        };
        let more = all.len() > SHOWN;
        all.truncate(SHOWN);
        all.extend(more.then(|| "...".to_owned()));
        all.join(", ")
    }
}

/// The way out where numbers tell nothing.
const NAME_THEM: &str = "write a `category_name` into each detection";
