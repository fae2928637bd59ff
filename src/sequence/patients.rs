//! Groups that DICOM files name themselves: patients, or studies where no patient is named.
//!
//! Only digests come here, so that no report can show whom a picture shows.

use std::collections::BTreeSet;

use super::digests::Numbering;
use super::group::Groups;
use crate::report::recordings::GroupRule;

/// Most studies of which all are of one patient. Where every file names the same patient and there
/// are more, the name stands for nobody: it was put there to hide who it was.
const MOST_STUDIES: usize = 20;

/// What a file says of its patient, as digests; `None` where it says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Named {
    /// The patient.
    pub(crate) patient: Option<u64>,
    /// The study, which is of one patient.
    pub(crate) study: Option<u64>,
}

/// Groups of samples, by id; `None` where no file names patient or study.
#[must_use]
pub(crate) fn groups(named: &[Named]) -> Option<Groups> {
    let distinct = |of: fn(&Named) -> Option<u64>| {
        let found: BTreeSet<u64> = named.iter().filter_map(of).collect();
        found.len()
    };
    let hidden = distinct(|one| one.patient) == 1 && distinct(|one| one.study) > MOST_STUDIES;
    let mut names = Numbering::default();
    let of: Vec<Option<u32>> = named
        .iter()
        .map(|one| {
            let (what, digest) = match one.patient.filter(|_| !hidden) {
                Some(patient) => ("patient", patient),
                None => ("study", one.study?),
            };
            // Six digits tell groups of one report apart, and are what `b3sum` begins with.
            Some(names.number(digest, || format!("{what} {:06x}", digest >> 40).into()))
        })
        .collect();
    of.iter().any(Option::is_some).then(|| Groups {
        rule: GroupRule::Patient,
        of,
        names: names.into_names(),
    })
}

/// Whether at least half of the samples have a group, so that names need not be asked for one.
#[must_use]
pub(crate) fn say_enough(groups: &Groups) -> bool {
    groups.of.iter().flatten().count() * 2 >= groups.of.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(patient: u64, study: u64) -> Named {
        let said = |digest: u64| Some(digest << 40).filter(|digest| *digest > 0);
        Named {
            patient: said(patient),
            study: said(study),
        }
    }

    #[test]
    fn files_of_one_patient_are_one_group_and_without_a_patient_those_of_one_study() {
        let named = [
            one(1, 1),
            one(1, 2),
            one(2, 3),
            one(0, 4),
            one(0, 4),
            one(0, 0),
        ];
        let groups = groups(&named).unwrap();
        assert_eq!(
            groups.of,
            [Some(0), Some(0), Some(1), Some(2), Some(2), None]
        );
        let names: Vec<&str> = groups.names.iter().map(|name| &**name).collect();
        assert_eq!(names, ["patient 000001", "patient 000002", "study 000004"]);
        assert!(say_enough(&groups));
    }

    #[test]
    fn one_name_for_all_of_very_many_studies_is_nobody() {
        let of =
            |studies: u64| -> Vec<Named> { (1..=studies).map(|study| one(7, study)).collect() };
        assert_eq!(groups(&of(20)).unwrap().names.len(), 1);
        assert_eq!(groups(&of(21)).unwrap().names.len(), 21);
        let mut another = of(21);
        another.push(one(8, 99));
        assert_eq!(groups(&another).unwrap().names.len(), 2);
    }

    #[test]
    fn pictures_of_other_formats_have_no_group() {
        assert_eq!(groups(&[Named::default(); 3]), None);
        assert_eq!(groups(&[]), None);
        let few = groups(&[one(1, 1), Named::default(), Named::default()]);
        assert!(!say_enough(&few.unwrap()));
    }
}
