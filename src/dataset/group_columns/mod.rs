//! Columns that tell groups: what their names say, and what their values do.
//!
//! Here alone is decided what a column is, whatever has it: a manifest, a table or text beside the
//! splits, one for each split, annotations, a container. A column that is named plainly for an
//! entity (`patient`, `lesion_id`, `StudyInstanceUID`) tells groups where its values look like
//! identifiers; where they may as well be an attribute, or a number within something, it is asked
//! about. So is any other whose values look like identifiers of several pictures each, if its name
//! does not say that they are something else: patients may be called anything, and so may the
//! pictures that others were cut from.

mod coordinates;
mod in_containers;
mod loosely;
mod names;
mod other_words;
mod values;
mod within;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::builder::Draft;
use super::claim::Claim;
use super::side_tables::{SideTable, samples};
pub(super) use names::{Named, entity_in, named, says_parent};
use names::{is_of_collections, is_of_places};
pub(super) use values::says_nothing;
use values::{Fold, Values, Verdict, folded};
use words::Kind;

/// A column of a table, and what it says of pictures by their paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub(super) name: String,
    /// The table that has it.
    pub(super) table: String,
    pub(super) of: BTreeMap<String, String>,
}

/// A column of a table that may tell groups, and its value for each picture.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) column: String,
    pub(super) table: String,
    /// Whether its name is a word for stretches of recordings.
    pub(super) stretches: bool,
    /// Whether it tells places that part recordings.
    pub(super) places: bool,
    /// Whether its values may be groups.
    pub(super) is_open: bool,
    /// Whether its values are names that pictures had before, of which a part may be a group.
    pub(super) are_names: bool,
    pub(super) of: BTreeMap<String, String>,
}

/// Most columns that are asked about.
const MOST_ASKED: usize = 4;

/// From so many samples on, or so many tables, columns are looked at only if their names say
/// something of groups: to read all would take long.
const MANY_SAMPLES: usize = 300_000;
const MANY_TABLES: usize = 20;

/// A column with what it is.
struct Judged {
    column: Column,
    named: Named,
    verdict: Verdict,
    values: Values,
}

/// Gives samples the groups that a column tells, where nothing has; else the columns to ask about.
pub(super) fn tell(claim: &mut Claim, root: &Path, tables: &[SideTable]) -> Vec<Asked> {
    let own = std::mem::take(&mut claim.columns);
    if claim.drafts.iter().any(|draft| draft.group.is_some()) {
        spell_alike(claim);
        return Vec::new();
    }
    let mut columns = own;
    columns.extend(of_tables(claim, root, tables));
    let columns = merged(columns);
    let places = columns.iter().find(|column| tells_places(column, claim));
    let all = 0..columns.len();
    let mut judged: Vec<Judged> = all
        .filter_map(|at| judged_with_others(&columns, at, claim))
        .collect();
    let declared = || {
        let declared = judged.iter().enumerate();
        declared.filter(|(_, one)| one.verdict == Verdict::Declared)
    };
    let crossing = declared().filter(|(_, one)| one.values.shared > 0).count();
    // That of most shared samples, and of these the widest.
    let first = declared()
        .max_by_key(|(_, one)| (one.values.shared, std::cmp::Reverse(one.named)))
        .map(|(at, _)| at);
    let Some(at) = first else {
        // What crosses is told first, and else nothing is to be asked.
        judged.sort_by_key(|one| (one.values.shared == 0, one.named));
        judged.truncate(MOST_ASKED);
        let mut all: Vec<Asked> = judged.into_iter().map(asked).collect();
        all.extend(
            columns
                .iter()
                .filter_map(|column| former_names(column, claim)),
        );
        return with_places(all, places);
    };
    let others: Vec<String> = declared()
        .filter(|(other, one)| *other != at && one.values.shared > 0)
        .map(|(_, one)| format!("`{}`", one.column.name))
        .collect();
    let told = &judged[at].column;
    for draft in &mut claim.drafts {
        draft.group = told.of.get(&draft.path).cloned();
    }
    let also = match crossing > 1 {
        true => format!(" (shared, too: {})", others.join(", ")),
        false => String::new(),
    };
    let said = format!(
        "; groups in column `{}` of `{}`{also}",
        told.name, told.table
    );
    claim.evidence.push_str(&said);
    with_places(Vec::new(), places)
}

fn asked(one: Judged) -> Asked {
    Asked {
        stretches: one.named.kind() == Some(Kind::Stretch),
        places: false,
        is_open: true,
        are_names: false,
        column: one.column.name,
        table: one.column.table,
        of: one.column.of,
    }
}

/// Columns that are asked about with the one that tells places, which part recordings whether they
/// are groups or not.
fn with_places(mut asked: Vec<Asked>, places: Option<&Column>) -> Vec<Asked> {
    let Some(places) = places else {
        return asked;
    };
    match asked.iter_mut().find(|one| one.column == places.name) {
        Some(one) => one.places = true,
        None => asked.push(Asked {
            column: places.name.clone(),
            table: places.table.clone(),
            stretches: false,
            places: true,
            is_open: false,
            are_names: false,
            of: spelled_as_first(&places.of, |_, value| folded(value, Fold::Code)),
        }),
    }
    asked
}

/// A column of names that pictures had before they were called as they are.
fn former_names(column: &Column, claim: &Claim) -> Option<Asked> {
    if named(&column.name) != Named::Parent || !tells_of_pictures(column, claim, 2) {
        return None;
    }
    let own = |path: &str| Path::new(path).file_stem().map(ToOwned::to_owned);
    // Where it was fetched says little of what it shows.
    let is_fetched = |value: &str| value.contains("://");
    let is_other = |(path, value): &(&String, &String)| {
        let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
        has_digit && !is_fetched(value) && own(value.trim()) != own(path)
    };
    let others = column.of.iter().filter(is_other).count();
    let different: BTreeSet<&String> = column.of.values().collect();
    let are_names =
        others * 10 >= column.of.len() * 9 && different.len() * 20 >= column.of.len() * 19;
    are_names.then(|| Asked {
        column: column.name.clone(),
        table: column.table.clone(),
        stretches: false,
        places: false,
        is_open: true,
        are_names,
        of: column.of.clone(),
    })
}

fn tells_places(column: &Column, claim: &Claim) -> bool {
    is_of_places(&column.name)
        && tells_of_pictures(column, claim, 2)
        && Values::of(&column.of, claim, Fold::Code).are_places()
}

/// What a column is beside the others; `None` where it tells no groups.
fn judged_with_others(columns: &[Column], at: usize, claim: &Claim) -> Option<Judged> {
    /// Of how many pictures one at least has an entity that is asked about.
    const SCARCE: usize = 10;
    let column = &columns[at];
    let named = named(&column.name);
    let is_scarce = !tells_of_pictures(column, claim, 2);
    let may_tell = match is_scarce {
        false => named.may_tell(),
        true => matches!(named, Named::Entity(_)) && tells_of_pictures(column, claim, SCARCE),
    };
    if !may_tell || names_its_pictures(column) {
        return None;
    }
    let mut one = judge(column, named, claim);
    if let Some(wider) = within::wider(columns, at, &one.values) {
        let pair = within::pair(&columns[wider.at], column);
        let pair = judge(&pair, named, claim);
        if wider.is_certain {
            one = pair;
        } else if one.verdict == Verdict::Declared && pair.values.shared == 0 {
            // What crosses is a number alone, which may be that of two.
            one.verdict = Verdict::Asked;
        }
    }
    if is_scarce && one.verdict == Verdict::Declared {
        one.verdict = Verdict::Asked;
    }
    let is_told = one.verdict != Verdict::Nothing && (one.values.shared > 0 || !is_scarce);
    is_told.then_some(one)
}

/// Whether a column holds the names of pictures with their endings, of which splits may have the
/// same.
fn names_its_pictures(column: &Column) -> bool {
    let name = |path: &str| Path::new(path).file_name().map(ToOwned::to_owned);
    let is_own = |(path, value): &(&String, &String)| {
        value.contains('.') && name(value.trim()) == name(path)
    };
    let own = column.of.iter().filter(is_own).count();
    own > 0 && own * 10 >= column.of.len() * 9
}

/// What a column is; its values are spelled as the first of those that are one.
fn judge(column: &Column, named: Named, claim: &Claim) -> Judged {
    let values = Values::of(&column.of, claim, Fold::Code);
    let mut verdict = values.judge(named);
    if verdict == Verdict::Declared && values.shared > 0 {
        // `P3` and `P03` are one, most likely.
        let strictly = Values::of(&column.of, claim, Fold::Number);
        if strictly.shared == 0 {
            verdict = Verdict::Asked;
        }
    }
    if values.shared == 0
        && let Some(other) = written_otherwise(column, named, claim)
    {
        return other;
    }
    if verdict == Verdict::Declared && values.shared == 0 && !values.repeat() {
        // Of nearly every picture its own: that does not answer what names may ask.
        verdict = Verdict::Nothing;
    }
    Judged {
        column: Column {
            of: spelled_as_first(&column.of, |_, value| folded(value, Fold::Code)),
            name: column.name.clone(),
            table: column.table.clone(),
        },
        named,
        verdict,
        values,
    }
}

/// A column of which splits share nothing, where they do as soon as its values are written alike:
/// that these are one is likely, and not certain.
fn written_otherwise(column: &Column, named: Named, claim: &Claim) -> Option<Judged> {
    let alike = loosely::written_alike(&column.of, claim);
    let values = Values::of(&alike, claim, Fold::Code);
    if values.shared == 0 || values.judge(named) == Verdict::Nothing {
        return None;
    }
    Some(Judged {
        column: Column {
            of: spelled_as_first(&column.of, |path, _| folded(alike.get(path)?, Fold::Code)),
            name: column.name.clone(),
            table: column.table.clone(),
        },
        named,
        verdict: Verdict::Asked,
        values,
    })
}

/// Values without those that say that there is none, each spelled as where its like is met first.
fn spelled_as_first(
    of: &BTreeMap<String, String>,
    like: impl Fn(&str, &str) -> Option<String>,
) -> BTreeMap<String, String> {
    let mut first: HashMap<String, String> = HashMap::new();
    of.iter()
        .filter_map(|(path, value)| {
            let value = first.entry(like(path, value)?).or_insert(value.clone());
            Some((path.clone(), value.clone()))
        })
        .collect()
}

/// What a column that the user named says of samples in what tells them or holds them.
pub(super) fn chosen(claim: &Claim, column: &str) -> Vec<Column> {
    let is_it = |name: &str| name.trim().eq_ignore_ascii_case(column.trim());
    let own = claim.columns.iter().filter(|own| is_it(&own.name)).cloned();
    let inside = in_containers::columns_of(claim, &is_it);
    own.chain(inside)
        .filter(|column| !column.of.is_empty())
        .collect()
}

/// Whether two columns of tables are called alike, so that one goes on where the other ends.
pub(super) fn are_called_alike(one: &str, other: &str) -> bool {
    names::key(one) == names::key(other)
}

/// Groups of a column that the user named, each spelled as where it is met first. Where splits
/// share none and would if they wrote alike, they are written so: that it is a group is answered.
fn spell_alike(claim: &mut Claim) {
    // What holds a recording is called by its path.
    let is_told = |draft: &&Draft| draft.place.second().is_none();
    let drafts = claim.drafts.iter().filter(is_told);
    let of = drafts.filter_map(|draft| Some((draft.path.clone(), draft.group.clone()?)));
    let of: BTreeMap<String, String> = of.collect();
    let alike = match Values::of(&of, claim, Fold::Number).shared {
        0 => Some(loosely::written_alike(&of, claim)),
        _ => None,
    };
    let alike = alike.filter(|alike| Values::of(alike, claim, Fold::Code).shared > 0);
    let like = |path: &str, value: &str| match &alike {
        Some(alike) => folded(alike.get(path)?, Fold::Code),
        None => Some(folded(value, Fold::Number).unwrap_or_else(|| value.to_owned())),
    };
    let of = spelled_as_first(&of, like);
    let drafts = claim.drafts.iter_mut();
    for draft in drafts.filter(|draft| draft.place.second().is_none()) {
        draft.group = of.get(&draft.path).cloned();
    }
    if alike.is_some() {
        let said = "; groups that the splits write in two ways are taken for one";
        claim.evidence.push_str(said);
    }
}

/// What tables say of samples in columns that may tell groups.
fn of_tables(claim: &Claim, root: &Path, tables: &[SideTable]) -> Vec<Column> {
    let walked = samples(&claim.drafts);
    let is_long = claim.drafts.len() > MANY_SAMPLES;
    let many = is_long || tables.len() > MANY_TABLES;
    let is_looked_at = |name: &str| {
        let named = named(name);
        named.says_so() || (!many && (named.may_tell() || is_of_collections(name)))
    };
    let is_looked_at_inside = |name: &str| {
        let named = named(name);
        named.says_so() || (!is_long && named.may_tell())
    };
    let mut all = in_containers::columns_of(claim, &is_looked_at_inside);
    for table in tables {
        let own = table.columns.iter().enumerate();
        let own = own.filter(|(_, name)| is_looked_at(name));
        let (at, names): (Vec<usize>, Vec<&String>) = own.unzip();
        if at.is_empty() {
            continue;
        }
        let cells = table.cells(root, &walked, &at);
        for (name, cells) in names.into_iter().zip(cells.into_iter().flatten()) {
            // What rows contradict each other about is told of something inside of pictures.
            if cells.contradicted.len() * 10 <= cells.of.len() {
                all.push(Column {
                    name: name.clone(),
                    table: table.name.clone(),
                    of: cells.of,
                });
            }
        }
    }
    all
}

/// Columns that are called alike as one: there may be a table for each split. The first that says
/// something of a picture is believed.
fn merged(columns: Vec<Column>) -> Vec<Column> {
    const MOST_NAMED: usize = 2;
    let mut all: Vec<(String, Column, BTreeSet<String>)> = Vec::new();
    for column in columns {
        let key = names::key(&column.name);
        let Some((_, first, tables)) = all.iter_mut().find(|one| one.0 == key) else {
            let tables = BTreeSet::from([column.table.clone()]);
            all.push((key, column, tables));
            continue;
        };
        let before = first.of.len();
        for (path, value) in column.of {
            first.of.entry(path).or_insert(value);
        }
        if first.of.len() > before {
            tables.insert(column.table);
        }
    }
    let named = |(_, column, tables): (String, Column, BTreeSet<String>)| {
        let shown: Vec<&str> = tables.iter().map(String::as_str).take(MOST_NAMED).collect();
        let more = if tables.len() > MOST_NAMED {
            ", …"
        } else {
            ""
        };
        Column {
            table: format!("{}{more}", shown.join(", ")),
            ..column
        }
    };
    all.into_iter().map(named).collect()
}

/// Whether a column says something of one in `part` of the pictures of some split, or of all: what
/// is told of one split alone says that there are groups.
fn tells_of_pictures(column: &Column, claim: &Claim, part: usize) -> bool {
    let mut splits: BTreeMap<Option<&str>, (usize, usize)> = BTreeMap::new();
    let is_divided = claim.drafts.iter().any(|draft| draft.split.is_some());
    for draft in &claim.drafts {
        let split = draft.split.as_ref().map(|split| split.0.as_str());
        if split.is_none() && is_divided {
            continue;
        }
        let (told, all) = splits.entry(split).or_default();
        *all += 1;
        *told += usize::from(column.of.contains_key(&draft.path));
    }
    splits.values().any(|(told, all)| told * part >= *all)
}

#[cfg(test)]
mod tests;
