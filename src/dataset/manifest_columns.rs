//! Roles of a manifest's columns.

use super::group_columns::{Named, named};
use crate::settings::Columns;

/// Positions of the columns that matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Positions {
    /// Columns of image paths with their names, at least one.
    pub(super) paths: Vec<(usize, String)>,
    /// Whether the user named the path columns.
    pub(super) paths_chosen: bool,
    /// Whether the column of paths is told by its cells, not by its name.
    pub(super) paths_guessed: bool,
    /// Whether they name folders of pictures.
    pub(super) paths_are_folders: bool,
    pub(super) split: Option<usize>,
    pub(super) label: Option<usize>,
    /// Columns that are called as labels are, besides `label`; none where the user named that.
    pub(super) other_labels: Vec<usize>,
    pub(super) group: Option<usize>,
    /// Whether the user named the column of groups.
    pub(super) group_chosen: bool,
    pub(super) time: Option<usize>,
    /// One row an instant, one column a camera.
    pub(super) driving_log: bool,
}

/// Names of columns of paths, likeliest first.
pub(super) const PATH: &[&str] = &[
    "path",
    "file",
    "filename",
    "file_name",
    "filepath",
    "file_path",
    "image",
    "image_path",
    "img",
    "img_path",
];
const CAMERAS: &[&str] = &["center", "left", "right"];
const SPLIT: &[&str] = &["split", "subset", "partition", "set"];
/// Names of columns of folds.
pub(super) const FOLDS: &[&str] = &["fold", "kfold", "k_fold", "cv_fold", "fold_id"];
const LABEL: &[&str] = &[
    "label",
    "target",
    "class",
    "class_name",
    "category",
    "steering",
    "steering_angle",
    "angle",
    "y",
];
/// Names of columns that are never taken for those of paths, though a group of one picture may be
/// called as it is.
const GROUP: &[&str] = &[
    "group",
    "patient",
    "patient_id",
    "subject",
    "subject_id",
    "recording",
    "scene",
    "scene_id",
    "video",
    "video_id",
    "sequence",
    "session",
    "slide",
    "segment",
];
const TIME: &[&str] = &[
    "time",
    "timestamp",
    "t",
    "t_seconds",
    "time_s",
    "frame",
    "frame_id",
    "capture_time",
    "captured_at",
    "capture_datetime",
    "datetime",
    "date_time",
    "datetime_original",
    "datetimeoriginal",
    "date_taken",
    "taken_at",
    "acquisition_time",
    "acq_time",
    "recorded_at",
    "recording_time",
];

/// Whether a column's name says that it holds something else than paths.
pub(super) fn is_no_path(name: &str) -> bool {
    is_called(name, &[SPLIT, FOLDS, LABEL, GROUP, TIME])
}

/// The same of folders: a group may be one, as a video or a patient.
pub(super) fn is_no_folder(name: &str) -> bool {
    is_called(name, &[SPLIT, FOLDS, LABEL, TIME])
}

fn is_called(name: &str, names: &[&[&str]]) -> bool {
    let name = name.trim().to_ascii_lowercase();
    names.iter().any(|names| names.contains(&name.as_str()))
}

/// Columns of a driving log without a header: three cameras, steering, and more numbers.
pub(super) const DRIVING_LOG_HEADER: &[&str] = &[
    "center", "left", "right", "steering", "throttle", "brake", "speed",
];

/// Finds the columns in a header.
///
/// # Errors
/// The message names the missing column and those that are there.
pub(super) fn positions(header: &[String], wanted: &Columns) -> Result<Positions, String> {
    let lower: Vec<String> = header
        .iter()
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let at = |name: &str| {
        lower
            .iter()
            .position(|column| *column == name.trim().to_ascii_lowercase())
    };
    let usual = |names: &[&str]| names.iter().find_map(|name| at(name));
    let chosen = |name: &Option<String>, what: &str, names: &[&str]| match name {
        Some(name) => at(name).map(Some).ok_or_else(|| absent(what, name, header)),
        None => Ok(usual(names)),
    };
    let cameras: Vec<usize> = CAMERAS.iter().filter_map(|name| at(name)).collect();
    let driving_log = lower.iter().any(|name| name == "center");
    let path_columns = match &wanted.path {
        Some(names) => names
            .iter()
            .map(|name| at(name).ok_or_else(|| absent("path", name, header)))
            .collect::<Result<Vec<_>, _>>()?,
        None => match usual(PATH) {
            Some(one) => vec![one],
            None if driving_log => cameras,
            None => return Err(absent("path", "path", header)),
        },
    };
    let label = chosen(&wanted.label, "label", LABEL)?;
    let named_so = LABEL.iter().filter_map(|name| at(name));
    let others = named_so.filter(|at| Some(*at) != label && wanted.label.is_none());
    Ok(Positions {
        other_labels: others.collect(),
        label,
        paths: path_columns
            .into_iter()
            .map(|column| (column, header[column].clone()))
            .collect(),
        paths_chosen: wanted.path.is_some(),
        paths_guessed: false,
        paths_are_folders: false,
        split: match &wanted.folds {
            Some(_) => chosen(&wanted.folds, "fold", &[])?,
            None => chosen(&wanted.split, "split", &[SPLIT, FOLDS].concat())?,
        },
        group_chosen: wanted.group.is_some(),
        // Another table may have what the user named; `wanted` refuses what none has.
        group: match &wanted.group {
            Some(name) => at(name),
            None => widest_group(header),
        },
        time: match &wanted.time {
            Some(name) => at(name),
            None => usual(TIME),
        },
        driving_log,
    })
}

/// The column that is named for the widest entity.
fn widest_group(header: &[String]) -> Option<usize> {
    let columns = header.iter().enumerate();
    let entities = columns.filter_map(|(at, name)| match named(name) {
        Named::Entity(rank) => Some((rank, at)),
        _ => None,
    });
    entities.min().map(|(_, at)| at)
}

/// Whether a first row is data of a driving log: images, then numbers.
pub(super) fn is_headless_driving_log(row: &[String]) -> bool {
    let image = |cell: &String| {
        let lower = cell.trim().to_ascii_lowercase();
        [".jpg", ".jpeg", ".png"]
            .iter()
            .any(|ending| lower.ends_with(ending))
    };
    let number = |cell: &String| cell.trim().parse::<f64>().is_ok();
    row.len() >= 4 && row[..3].iter().all(image) && row[3..].iter().all(number)
}

fn absent(what: &str, name: &str, header: &[String]) -> String {
    format!(
        "no column `{name}`; its columns are {}. Name the {what} column with `--{what}-column`",
        header
            .iter()
            .map(|column| format!("`{column}`"))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn usual_names_are_found_in_any_case() {
        let found = positions(
            &header("Image_Path,Label,Subset,patient_id"),
            &Columns::default(),
        );
        let found = found.unwrap();
        assert_eq!((found.paths[0].0, found.label), (0, Some(1)));
        assert_eq!(
            (found.split, found.group, found.time),
            (Some(2), Some(3), None)
        );
    }

    #[test]
    fn a_driving_log_gives_all_its_cameras() {
        let found = positions(&header("center,left,right,steering"), &Columns::default()).unwrap();
        assert!(found.driving_log);
        assert_eq!(
            found.paths.iter().map(|path| path.0).collect::<Vec<_>>(),
            [0, 1, 2]
        );
        assert_eq!((found.label, found.split), (Some(3), None));
    }

    #[test]
    fn a_missing_column_is_named_with_those_that_are_there() {
        let message = positions(&header("id,label"), &Columns::default()).unwrap_err();
        assert!(
            message.contains("`path`") && message.contains("`id`, `label`"),
            "{message}"
        );
        let wanted = Columns {
            split: Some("part".into()),
            ..Columns::default()
        };
        let message = positions(&header("path,split"), &wanted).unwrap_err();
        assert!(
            message.contains("`part`") && message.contains("--split-column"),
            "{message}"
        );
    }

    #[test]
    fn a_log_without_header_is_recognised_by_its_cells() {
        assert!(is_headless_driving_log(&header(
            "C:\\a\\c.jpg, l.jpg, r.jpg, 0, 0.5, 0, 22.1"
        )));
        assert!(!is_headless_driving_log(&header(
            "center,left,right,steering"
        )));
        assert!(!is_headless_driving_log(&header("a.jpg,b.jpg,c.jpg,cat")));
    }
}
