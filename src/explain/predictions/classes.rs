//! Which class a text, or a column of probabilities, stands for.

use std::collections::BTreeMap;

use super::Line;
use crate::explain::inputs::Targets;

/// A class of the dataset: its name, and its number among those of the samples at hand.
pub(crate) type ClassName<'a> = (&'a str, Option<u32>);

/// The classes of the dataset and of the lines.
pub(super) struct Classes<'a> {
    names: &'a [ClassName<'a>],
    /// Place among the names of each text that is one of them.
    exact: BTreeMap<String, usize>,
    /// The same without regard to the case of letters; `None` where several are alike.
    folded: BTreeMap<String, Option<usize>>,
    /// How many classes the samples at hand have.
    occurring: usize,
    /// How many probabilities the lines have.
    columns: usize,
    numbering: Numbering,
}

/// How classes of one file are numbered.
enum Numbering {
    /// As columns of probabilities, which are in the order of the dataset's names.
    Columns,
    /// By how they are written.
    Written(BTreeMap<String, f64>),
}

impl<'a> Classes<'a> {
    pub(super) fn new(lines: &[Line], targets: &Targets, names: &'a [ClassName<'a>]) -> Self {
        let most = match targets {
            Targets::Classes(own) => own.iter().flatten().max().map_or(0, |most| most + 1),
            _ => 0,
        };
        let columns = lines.iter().map(|line| line.probabilities.len()).max();
        let numbered = || names.iter().zip(0..).map(|((name, _), at)| (*name, at));
        let mut folded: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (name, at) in numbered() {
            let own = folded.entry(name.to_lowercase());
            own.and_modify(|own| *own = None).or_insert(Some(at));
        }
        let mut classes = Self {
            names,
            exact: numbered().map(|(name, at)| (class_of(name), at)).collect(),
            folded,
            occurring: most as usize,
            columns: columns.unwrap_or(0),
            numbering: Numbering::Columns,
        };
        // Only where every line writes what it predicts, in the same words as what is true, can
        // classes be told by how they are written.
        let by_column = |line: &Line| line.predicted.is_none() && !line.probabilities.is_empty();
        let are_numbers = matches!(targets, Targets::Numbers(_));
        let by_column = are_numbers || lines.iter().any(by_column);
        if !by_column && !numbers_beside_names(lines) {
            classes.numbering = Numbering::Written(classes.written(lines));
        }
        classes
    }

    /// Numbers of all classes by how they are written, numbers first.
    fn written(&self, lines: &[Line]) -> BTreeMap<String, f64> {
        let said = lines.iter().flat_map(|line| [&line.truth, &line.predicted]);
        let said = said.flatten().map(|text| self.canonical(text));
        let own = self.names.iter().map(|(name, _)| class_of(name));
        let mut all: Vec<String> = said.chain(own).collect();
        all.sort_by(|a, b| {
            let as_number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
            as_number(a).total_cmp(&as_number(b)).then_with(|| a.cmp(b))
        });
        all.dedup();
        let numbered = (0u32..).map(f64::from).zip(all);
        numbered.map(|(at, name)| (name, at)).collect()
    }

    /// Place of a class of the dataset by its name, in any case of letters where that is one class.
    fn place(&self, text: &str) -> Option<usize> {
        let exactly = self.exact.get(&class_of(text)).copied();
        exactly.or_else(|| self.folded.get(&text.trim().to_lowercase()).copied()?)
    }

    /// Number, among the samples at hand, of a class that the dataset names so.
    pub(super) fn of_dataset(&self, text: &str) -> Option<u32> {
        self.names[self.place(text)?].1
    }

    fn canonical(&self, text: &str) -> String {
        let place = self.place(text);
        place.map_or_else(|| class_of(text), |place| class_of(self.names[place].0))
    }

    /// Whether the text is NaN or an infinity and not the name of a class.
    pub(super) fn is_no_value(&self, text: &str) -> bool {
        let number = text.trim().parse::<f64>();
        number.is_ok_and(|number| !number.is_finite()) && self.place(text).is_none()
    }

    /// Whether the text can be a class: a fraction that the dataset does not name is none.
    fn is_class(&self, text: &str) -> bool {
        let number = text.trim().parse::<f64>();
        number.is_err()
            || number.is_ok_and(|number| number.fract() == 0.0)
            || self.place(text).is_some()
    }

    /// The number of a class in the numbering of the file.
    pub(super) fn number(&self, text: &str) -> Option<f64> {
        if !self.is_class(text) {
            return None;
        }
        match &self.numbering {
            Numbering::Written(numbers) => numbers.get(&self.canonical(text)).copied(),
            Numbering::Columns => self.column(text).map(f64::from),
        }
    }

    /// The column of a class: its number, or the place of its name among those of the dataset.
    pub(super) fn column(&self, text: &str) -> Option<u32> {
        if let Ok(number) = text.trim().parse::<f64>() {
            let is_class = number >= 0.0 && number.fract() == 0.0 && number < f64::from(u32::MAX);
            let within = self.columns == 0 || number < self.columns as f64;
            return (is_class && within).then_some(number as u32);
        }
        let place = self.place(text)?;
        if self.columns == 0 || self.columns == self.occurring {
            return self.names[place].1;
        }
        // The model may know classes that none of these samples is of.
        let known = self.columns == self.names.len();
        known.then(|| u32::try_from(place).ok()).flatten()
    }

    /// The column of the class that the dataset gives a row.
    pub(super) fn column_of_row(&self, targets: &Targets, row: usize) -> Option<u32> {
        let own = target(targets, row)?;
        if self.columns == self.occurring {
            return Some(own);
        }
        self.column(self.name_of(own)?)
    }

    /// The name of the class that the dataset gives a row.
    pub(super) fn name_of_row(&self, targets: &Targets, row: usize) -> Option<&'a str> {
        self.name_of(target(targets, row)?)
    }

    fn name_of(&self, class: u32) -> Option<&'a str> {
        let own = self.names.iter().find(|(_, own)| *own == Some(class))?;
        Some(own.0)
    }

    /// Whether a text is one of two classes: 0 or 1, or a name in a dataset of two.
    pub(super) fn is_of_two(&self, text: &str) -> bool {
        match text.trim().parse::<f64>() {
            Ok(number) => number == 0.0 || number == 1.0,
            Err(_) => self.occurring == 2 && self.of_dataset(text).is_some(),
        }
    }

    /// Whether classes are numbered as columns of probabilities are.
    pub(super) fn are_columns(&self) -> bool {
        matches!(self.numbering, Numbering::Columns)
    }
}

fn target(targets: &Targets, row: usize) -> Option<u32> {
    match targets {
        Targets::Classes(own) => own.get(row).copied().flatten(),
        _ => None,
    }
}

/// A class as it is told from others: `3` and `3.0` are one.
fn class_of(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ => text.to_owned(),
    }
}

/// Whether one side is numbers throughout and the other names: they never read alike.
fn numbers_beside_names(lines: &[Line]) -> bool {
    let are_numbers = |text: fn(&Line) -> &Option<String>| {
        let mut said = lines.iter().filter_map(move |line| text(line).as_ref());
        let first = said.next()?.trim().parse::<f64>().is_ok();
        let same = said.all(|text| text.trim().parse::<f64>().is_ok() == first);
        same.then_some(first)
    };
    let truth = are_numbers(|line| &line.truth);
    let predicted = are_numbers(|line| &line.predicted);
    truth.zip(predicted).is_some_and(|(a, b)| a != b)
}
