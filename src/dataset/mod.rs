//! Reading of datasets. One file per layout; all give the same [`Dataset`].

mod box_columns;
mod builder;
pub(crate) mod by_products;
mod chosen_lists;
mod claim;
mod class_folder;
mod coco;
mod companions;
mod containers;
mod csv_header;
mod csv_manifest;
mod csv_text;
mod directories;
mod drawn;
mod exports;
mod file_kind;
mod file_names;
mod flags;
mod fold_roles;
mod further_pictures;
mod georeferenced;
mod given;
mod group_columns;
mod hf_readme;
mod image_folder;
mod json_columns;
mod json_lines;
mod label_tables;
mod left_out;
mod lenient;
mod linked;
mod list_lines;
mod listed_elsewhere;
mod lists;
mod manifest_columns;
mod mask_classes;
mod misspelled;
mod moved;
mod neighbours;
mod nested;
mod nested_records;
mod not_understood;
mod not_walked;
mod nothing_found;
mod object_cells;
mod one_hot;
mod outside;
mod picture_cells;
mod picture_names;
mod placed;
mod resolve;
mod second_split;
mod several_in_row;
mod side_records;
mod side_tables;
mod side_texts;
mod split_elsewhere;
mod split_folders;
mod split_lists;
pub mod split_name;
mod split_places;
mod split_values;
mod split_words;
mod table_head;
mod tables;
mod text_tables;
mod time_cell;
mod told;
mod unlisted;
mod unread;
mod unsplit;
mod usual_names;
mod walk;
mod wanted;
mod wholes;
mod yolo;

use std::collections::HashSet;
use std::path::Path;

use crate::annotation::{Annotations, FaultKind};
use crate::error::Error;
use crate::progress::{Progress, Stage};
use crate::sample::{Dataset, Layout, Problem, ProblemKind};
use crate::settings::{Columns, Files, Input};
pub use builder::{Builder, Draft};
use claim::{Claim, Strength};
pub use given::{Given, given};
use side_tables::SideTable;
use tables::Refused;
pub use time_cell::read as seconds_of;
use walk::{Walked, walk};
#[cfg(feature = "cli")]
pub(crate) use walk::{is_called_as_image, may_describe};

/// Lists the samples of a dataset. Of images only a few are opened, to tell masks from pictures.
///
/// # Errors
/// A missing directory, a manifest that cannot be understood, or no image at all.
pub fn load(
    input: &Input,
    columns: &Columns,
    files: &Files,
    progress: &dyn Progress,
) -> Result<Dataset, Error> {
    progress.begin(Stage::Walking, None);
    let dataset = recognise(input, columns, files, progress);
    progress.end();
    let mut dataset = dataset?;
    if files.merge_parts {
        dataset.merge_parts();
    }
    if dataset.samples.is_empty() {
        return Err(nothing_found::error(&dataset));
    }
    Ok(dataset)
}

fn recognise(
    input: &Input,
    columns: &Columns,
    files: &Files,
    progress: &dyn Progress,
) -> Result<Dataset, Error> {
    match input {
        Input::Tree { root, layout } => {
            let (root, mut walked) = walk_from(root, files, progress)?;
            let claim = ask(root, *layout, columns, &mut walked)?;
            let tables = side_tables::list(root, None, &walked);
            let claim = claim_with(root, claim, &tables, columns, files)?;
            left_out::must_fit(files, &walked, &claim.drafts)?;
            Ok(believe(root, claim, files, walked))
        }
        Input::Manifest { root, manifest } => {
            require_directory(root)?;
            let walked = walk(root, files, progress);
            let claim = csv_manifest::claim(root, manifest, columns, &walked)?;
            let tables = side_tables::list(root, Some(manifest), &walked);
            let claim = claim_with(root, claim, &tables, columns, files)?;
            left_out::must_fit(files, &walked, &claim.drafts)?;
            Ok(believe(root, claim, files, walked))
        }
        Input::Directories(splits) => {
            let mut given = directories::claim(splits, columns, files, progress)?;
            annotate_given(&mut given, columns)?;
            let mut tables = side_tables::of_splits(&given.root, splits, &given.walked);
            tables.extend(side_tables::of_texts(&given.root, &given.walked));
            let claim = claim_with(&given.root, given.claim, &tables, columns, files)?;
            left_out::must_fit(files, &given.walked, &claim.drafts)?;
            Ok(believe(&given.root, claim, files, given.walked))
        }
    }
}

/// The claim with what the user says, and with groups that tables tell.
fn claim_with(
    root: &Path,
    mut claim: Claim,
    tables: &[SideTable],
    columns: &Columns,
    files: &Files,
) -> Result<Claim, Error> {
    wanted::fill(&mut claim, root, tables, columns)?;
    let mut claim = told::roles(claim, &files.roles)?;
    claim.group_columns = group_columns::tell(&mut claim, root, tables);
    claim.placed = placed::find(&claim, root, tables);
    Ok(claim)
}

/// Asks every layout, or the one that was chosen, what it recognises; the strongest claim.
fn ask(
    root: &Path,
    chosen: Option<Layout>,
    columns: &Columns,
    walked: &mut Walked,
) -> Result<Claim, Error> {
    let asked = |layout| chosen.is_none_or(|chosen| chosen == layout);
    let tables = |walked: &Walked| match asked(Layout::CsvManifest) || asked(Layout::Tables) {
        true => tables::claims(root, columns, walked),
        false => Ok((Vec::new(), Vec::new())),
    };
    let (mut claims, mut refused) = tables(walked)?;
    // A table that says of every sample what it is says so of masks, too.
    let told = claims
        .iter()
        .filter(|claim| claim.strength >= Strength::Folders);
    let listed = told.flat_map(|claim| claim.drafts.iter().map(|draft| draft.path.as_str()));
    let listed: HashSet<&str> = listed.collect();
    walked.tell_companions(root, &listed);
    if listed.is_empty() {
        // A name without ending may have been that of a picture and of its mask.
        (claims, refused) = tables(walked)?;
    }
    if asked(Layout::Yolo) {
        claims.extend(yolo::claims(root, walked)?);
    }
    if asked(Layout::Lists) {
        claims.extend(lists::claims(root, walked)?);
        claims.extend(flags::claims(root, walked)?);
    }
    let mut unused = Vec::new();
    if asked(Layout::Coco) {
        let (claim, others) = coco::claim(root, walked)?;
        claims.extend(claim);
        unused = others;
    }
    if asked(Layout::ImageFolder) {
        claims.extend(image_folder::claim(walked));
        claims.extend(file_names::claim(walked));
    }
    let has_read_rows = claims.iter().any(|claim| !claim.annotations.is_empty());
    let exports = exports::find(root, walked, !has_read_rows);
    claims.extend(exports.claims);
    claims.retain(|claim| asked(claim.layout));
    let claim = claim::strongest(claims)?;
    let has_splits = claim
        .as_ref()
        .is_some_and(|claim| claim.strength >= Strength::Folders);
    let by_table = |claim: &Claim| {
        let tables = [Layout::CsvManifest, Layout::Tables, Layout::DrivingLog];
        tables.contains(&claim.layout)
    };
    let is_asked = columns.folds.is_some() || columns.split.is_some();
    let is_answered = has_splits && (!is_asked || claim.as_ref().is_some_and(by_table));
    if !is_answered && let Some(last) = refused.pop() {
        return Err(last.error);
    }
    let mut claim = claim.unwrap_or_else(|| unsplit::claim(walked));
    // What a tool exports may be in the same file.
    if claim.layout != Layout::Exports {
        claim.problems.append(&mut unused);
    }
    let own = vec![std::mem::take(&mut claim.annotations)];
    annotate(&mut claim, own);
    annotate(&mut claim, exports.annotations);
    if claim.annotations.is_empty() {
        annotate(&mut claim, coco::annotations(root, walked)?);
    }
    let has_labels = claim.drafts.iter().any(|draft| draft.label.is_some());
    let open = !has_labels && claim.annotations.is_empty();
    annotate(&mut claim, label_tables::annotations(root, walked, open));
    for Refused {
        table,
        is_about_pictures,
        ..
    } in refused
    {
        if is_about_pictures {
            let kind = ProblemKind::NotUsed;
            let detail = "tells splits or folds of names that pictures here have, and not of which pictures; write their paths below the dataset into a column `path`".to_owned();
            claim.problems.push(Problem {
                kind,
                path: table,
                detail,
            });
        } else {
            let unused = format!("; not used: `{table}`, which lists no images of this dataset");
            claim.evidence.push_str(&unused);
        }
    }
    Ok(claim)
}

/// Adds what files in and beside given directories say of samples, whatever else they list: each
/// file is about pictures of the directories that it lies in or beside.
fn annotate_given(given: &mut directories::Given, columns: &Columns) -> Result<(), Error> {
    let directories::Given {
        root,
        claim,
        walked,
        homes,
        outside,
    } = given;
    let (root, walked) = (root.as_path(), &*walked);
    let is_of_its_home = |file: &str, picture: &str| {
        let homes = homes.get(file);
        homes.is_none_or(|homes| directories::is_below_any(picture, homes))
    };
    let is_outside = |file: &str| outside.contains(file);
    let add = |claim: &mut Claim, mut told: Vec<Annotations>| {
        for one in &mut told {
            one.pictures
                .retain(|picture| is_of_its_home(&picture.file, &picture.path));
            one.faults.retain(|fault| match &fault.picture {
                Some(picture) => is_of_its_home(&fault.file, picture),
                // Beside a directory lie annotations of pictures that were not given.
                None => fault.kind != FaultKind::WithoutPicture || !is_outside(&fault.file),
            });
        }
        annotate(claim, told);
    };
    if let Ok((tables, _)) = tables::claims(root, columns, walked) {
        claim::take_labels(claim, &tables);
        add(
            claim,
            tables.into_iter().map(|one| one.annotations).collect(),
        );
    }
    let yolo = yolo::claims(root, walked)?.into_iter();
    let yolo: Vec<Annotations> = yolo.map(|one| one.annotations).collect();
    let has_rows = yolo.iter().any(|one| !one.pictures.is_empty());
    add(claim, yolo);
    let exports = exports::find(root, walked, !has_rows);
    add(
        claim,
        exports
            .claims
            .into_iter()
            .map(|one| one.annotations)
            .collect(),
    );
    add(claim, exports.annotations);
    if claim.annotations.is_empty() {
        add(claim, coco::of_given(root, walked)?);
    }
    let has_labels = claim.drafts.iter().any(|draft| draft.label.is_some());
    let open = !has_labels && claim.annotations.is_empty();
    add(claim, label_tables::annotations(root, walked, open));
    Ok(())
}

/// Adds what files say of samples: labels, and what is drawn where nothing is told of that yet.
fn annotate(claim: &mut Claim, mut told: Vec<Annotations>) {
    let samples: HashSet<&str> = claim.drafts.iter().map(|one| one.path.as_str()).collect();
    for one in &mut told {
        one.keep(|path| samples.contains(path));
    }
    told.retain(|one| !one.pictures.is_empty());
    drop_folders(claim, &told);
    claim::add_labels(claim, &told);
    if claim.annotations.is_empty() {
        claim.annotations = Annotations::join(told);
    }
}

/// Takes labels away that are only folders of listed pictures, where boxes have other classes.
fn drop_folders(claim: &mut Claim, told: &[Annotations]) {
    if claim.labels_from != lists::FOLDERS_OF_LISTED {
        return;
    }
    let regions = |one: &Annotations| {
        one.pictures
            .iter()
            .flat_map(|of| &of.regions)
            .any(|at| at.bounds.is_some())
    };
    let boxes = told.iter().filter(|one| regions(one));
    let classes: HashSet<&str> = boxes
        .flat_map(|one| &one.classes)
        .map(String::as_str)
        .collect();
    let labels = claim.drafts.iter().filter_map(|one| one.label.as_deref());
    if classes.is_empty() || labels.into_iter().any(|label| classes.contains(label)) {
        return;
    }
    claim.labels_from.clear();
    for draft in &mut claim.drafts {
        draft.label = None;
    }
}

/// Makes the dataset that a claim describes.
fn believe(root: &Path, mut claim: Claim, files: &Files, mut walked: Walked) -> Dataset {
    let mut builder = Builder::new(root, claim.layout);
    if claim.lists_samples {
        if files.leaves_out() && claim.layout == Layout::Coco {
            keep_found(&mut claim, &walked);
        }
        claim.drafts.retain(|draft| files.admits(&draft.path));
        claim.annotations.keep(|path| files.admits(path));
        for problem in unlisted::reconcile(root, &claim.drafts, &mut walked) {
            builder.problem(problem);
        }
    }
    if walked.has_links {
        linked::leave_targets_out(&mut claim, root);
    }
    let aside = outside::aside(&claim, &walked.aside);
    let entities = split_folders::perhaps_entities(claim.parts.values().map(String::as_str));
    let asked = outside::questions(&claim).into_iter();
    for problem in asked.chain(aside).chain(entities) {
        builder.problem(problem);
    }
    let hidden = unread::hidden(std::mem::take(&mut walked.unread), &claim);
    for (name, role) in unread::splits_without_samples(&hidden, &claim) {
        builder.split(name, role);
    }
    builder.unread(hidden);
    builder.perhaps(not_understood::advice(root, &walked, &claim));
    builder.labels_from(match claim.labels_from.is_empty() {
        true => claim.evidence.clone(),
        false => claim.labels_from,
    });
    builder.evidence(claim.evidence);
    if files.leaves_out() {
        // The picture may be there, and left out.
        let faults = &mut claim.annotations.faults;
        faults.retain(|fault| fault.kind != FaultKind::WithoutPicture);
    }
    builder.annotations(claim.annotations);
    builder.mask_classes(mask_classes::find(root, &walked));
    builder.walked(walked);
    for problem in claim.problems {
        builder.problem(problem);
    }
    for (name, role) in claim.splits {
        builder.split(name, role);
    }
    for (split, part) in claim.parts {
        builder.part(split, part);
    }
    for draft in claim.drafts {
        builder.sample(draft);
    }
    builder.group_columns(claim.group_columns);
    builder.placed(claim.placed);
    builder.build()
}

/// Leaves out what is not there. COCO names a picture without its folder, so that nothing tells
/// whether it is missing or was left out.
fn keep_found(claim: &mut Claim, walked: &Walked) {
    let images = walked.images.iter().map(|image| image.path.as_str());
    let images: HashSet<&str> = images.collect();
    let listed = claim.drafts.len();
    claim
        .drafts
        .retain(|draft| images.contains(draft.path.as_str()));
    claim.annotations.keep(|path| images.contains(path));
    let gone = listed - claim.drafts.len();
    if gone > 0 {
        let said = format!("; {gone} of its images left out, or not here");
        claim.evidence.push_str(&said);
    }
}

/// Walks a directory, or the one file that holds a dataset: the directory that names are relative
/// to, and what was found.
///
/// # Errors
/// There is no such directory, or the file is of a form that is not read.
fn walk_from<'a>(
    path: &'a Path,
    files: &Files,
    progress: &dyn Progress,
) -> Result<(&'a Path, Walked), Error> {
    if !path.is_file() {
        require_directory(path)?;
        return Ok((path, walk(path, files, progress)));
    }
    let walked = containers::open_one(path, files)?;
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    Ok((above.unwrap_or(Path::new(".")), walked))
}

fn require_directory(path: &Path) -> Result<(), Error> {
    let path_buf = || path.to_path_buf();
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::read_dir(path)
            .map(drop)
            .map_err(|source| io_error("list", path, source)),
        Ok(_) => Err(Error::NotADirectory { path: path_buf() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::DatasetMissing { path: path_buf() })
        }
        Err(source) => Err(io_error("open", path, source)),
    }
}

fn io_error(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        action,
        path: path.to_path_buf(),
        source,
    }
}
