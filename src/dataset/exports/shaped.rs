//! JSON in which a picture has a list of objects, each with a class and a shape: where a tool keeps
//! what, a [`Form`] says, and one reader reads them all.
//!
//! A place is written as names of fields between slashes. A number counts in a list, and `*` is
//! each value of a list or of a record: `labels/*/annotations/objects/*`.

use serde_json::Value;

use super::json::pair;
use super::{Export, Row, Told};
use crate::annotation::{Bounds, FaultKind, Unit};
use crate::dataset::drawn::Drawn;

/// Where a tool keeps what.
pub(super) struct Form {
    pub(super) tool: &'static str,
    /// What stands in every file of it, so that others need not be parsed.
    pub(super) mark: &'static str,
    /// The pictures; of a file beside its picture nothing, which is the whole.
    pub(super) pictures: &'static str,
    /// Names of the picture, the likeliest first.
    pub(super) names: &'static [&'static str],
    /// A field whose value may be a split, in whose folder the picture lies.
    pub(super) split: &'static str,
    /// Widths and heights.
    pub(super) size: &'static [[&'static str; 2]],
    pub(super) objects: &'static [&'static str],
    pub(super) class: &'static [&'static str],
    /// Names of classes by number, in the whole file.
    pub(super) classes: &'static str,
    pub(super) shapes: &'static [Shape],
}

/// How an object is drawn, in pixels.
pub(super) enum Shape {
    /// Left edge, upper edge, width and height, each in a field.
    Corner([&'static str; 4]),
    /// Left, upper, right and lower edge, each in a field.
    Edges([&'static str; 4]),
    /// A list of left edge, upper edge, width and height.
    CornerList(&'static str),
    /// A list of left, upper, right and lower edge.
    EdgeList(&'static str),
    /// Lists of points, each a pair or a record of `x` and `y`.
    Points(&'static str),
    /// One list of all x and one of all y.
    Axes([&'static str; 2]),
}

/// Without anything said; a form says what it has.
pub(super) const NOTHING: Form = Form {
    tool: "",
    mark: "",
    pictures: "",
    names: &[],
    split: "",
    size: &[],
    objects: &[],
    class: &[],
    classes: "",
    shapes: &[],
};

/// What a file lists in a form; `None` where no picture of it is in that form.
pub(super) fn export(whole: &Value, form: &Form) -> Option<Export> {
    let pictures = all_at(whole, form.pictures);
    let declared: Vec<String> = match form.classes {
        "" => Vec::new(),
        place => all_at(whole, place).into_iter().filter_map(text).collect(),
    };
    let mut is_told = false;
    let rows = pictures.into_iter().map(|picture| {
        let name = first_text(picture, form.names)?;
        let split = match form.split {
            "" => None,
            place => first_text(picture, &[place]),
        };
        // Pictures on which nothing is drawn may lack the list.
        let told = row(picture, form, &declared);
        is_told |= told.is_some();
        Some(Row {
            name,
            split,
            ..told.unwrap_or_default()
        })
    });
    let rows = rows.collect::<Option<Vec<Row>>>()?;
    is_told.then_some(Export {
        tool: form.tool,
        rows,
        declared,
    })
}

/// What a file beside a picture says of it.
pub(super) fn beside(text: &str, form: &Form) -> Told {
    match serde_json::from_str::<Value>(text) {
        Ok(whole) => row(&whole, form, &[]).map_or(Told::OtherForm, Told::Picture),
        Err(error) => Told::Damaged(error.line() as u32, "is no JSON".to_owned()),
    }
}

/// What is said of one picture; `None` where it has none of the lists, or nothing in them has a
/// class or a shape.
fn row(picture: &Value, form: &Form, declared: &[String]) -> Option<Row> {
    let has_list = |place: &&&str| {
        let list = place.strip_suffix("/*").unwrap_or(place);
        all_at(picture, list)
            .iter()
            .any(|one| one.is_array() || one.is_object())
    };
    form.objects.iter().find(has_list)?;
    let objects = form.objects.iter().flat_map(|place| all_at(picture, place));
    let objects: Vec<&Value> = objects.collect();
    let side = |place: &str| {
        let told = all_at(picture, place).first()?.as_f64()?;
        (told >= 1.0).then_some(told as u32)
    };
    let size = |[width, height]: &[&str; 2]| Some((side(width)?, side(height)?));
    let mut row = Row {
        size: form.size.iter().find_map(size),
        ..Row::default()
    };
    let mut of_form = 0;
    for object in &objects {
        let class = class_of(object, form, declared);
        let told = form.shapes.iter().find_map(|shape| shape.of(object));
        of_form += usize::from(told.is_some() || class.is_some());
        match told {
            Some(Ok((bounds, outline))) => row.drawn.push(match outline {
                Some(points) => Drawn::outline(class, &points, Unit::Pixels),
                None => Drawn {
                    class,
                    bounds: Some(bounds),
                    ..Drawn::default()
                },
            }),
            Some(Err(detail)) => row.faults.push((FaultKind::Malformed, detail)),
            None if class.is_none() => {
                let detail = "an object with neither a class nor a shape".to_owned();
                row.faults.push((FaultKind::Malformed, detail));
            }
            None => row.drawn.extend(class.map(Drawn::tag)),
        }
    }
    (of_form > 0 || objects.is_empty()).then_some(row)
}

fn class_of(object: &Value, form: &Form, declared: &[String]) -> Option<String> {
    let found = form
        .class
        .iter()
        .find_map(|place| all_at(object, place).into_iter().next())?;
    let by_number = found
        .as_u64()
        .and_then(|at| declared.get(usize::try_from(at).ok()?).cloned());
    by_number.or_else(|| text(found))
}

/// The text of a value, of a number its digits, of a record that of its first field.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => fields.values().find_map(Value::as_str).map(str::to_owned),
        _ => None,
    }
}

fn first_text(value: &Value, places: &[&str]) -> Option<String> {
    let texts = places.iter().flat_map(|place| all_at(value, place));
    let mut texts = texts.filter_map(Value::as_str);
    texts.find(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// Bounds, and the points where it is an outline; or what is wrong.
type Drawing = Result<(Bounds, Option<Vec<(f32, f32)>>), String>;

impl Shape {
    /// What is drawn in this way; `None` where nothing is.
    fn of(&self, object: &Value) -> Option<Drawing> {
        match self {
            Self::Corner(places) | Self::Edges(places) => {
                let cells: Option<Vec<&Value>> = places
                    .iter()
                    .map(|place| all_at(object, place).into_iter().next())
                    .collect();
                Some(self.boxed(places[0], &cells?))
            }
            Self::CornerList(place) | Self::EdgeList(place) => {
                let list = all_at(object, place).into_iter().next()?.as_array()?;
                Some(self.boxed(place, &list.iter().collect::<Vec<_>>()))
            }
            Self::Points(place) => {
                let lists = all_at(object, place);
                let points = lists.iter().filter_map(|one| one.as_array()).flatten();
                let points: Option<Vec<(f32, f32)>> = points.map(point).collect();
                if lists.iter().all(|one| one.is_null()) {
                    return None;
                }
                Some(outline(place, points))
            }
            Self::Axes(places) => {
                let list = |place: &str| {
                    let list = all_at(object, place).into_iter().next()?.as_array()?;
                    let numbers = list.iter().map(|one| Some(one.as_f64()? as f32));
                    Some(numbers.collect::<Option<Vec<f32>>>())
                };
                let (x, y) = (list(places[0])?, list(places[1])?);
                let both = x.zip(y).filter(|(x, y)| x.len() == y.len());
                let points = both.map(|(x, y)| x.into_iter().zip(y).collect());
                Some(outline(places[0], points))
            }
        }
    }

    fn boxed(&self, place: &str, cells: &[&Value]) -> Drawing {
        let numbers: Option<Vec<f32>> = cells
            .iter()
            .map(|cell| Some(cell.as_f64()? as f32).filter(|number| number.is_finite()))
            .collect();
        let numbers = numbers.and_then(|numbers| <[f32; 4]>::try_from(numbers).ok());
        let Some(numbers) = numbers else {
            return Err(format!("`{place}` is not one of four numbers of a box"));
        };
        let bounds = match self {
            Self::Edges(_) | Self::EdgeList(_) => Bounds::from_edges(numbers, Unit::Pixels),
            _ => Bounds::from_corner(numbers, Unit::Pixels),
        };
        Ok((bounds, None))
    }
}

fn outline(place: &str, points: Option<Vec<(f32, f32)>>) -> Drawing {
    let wrong = || format!("`{place}` are no pairs of numbers");
    let points = points.ok_or_else(wrong)?;
    let bounds = Bounds::around(points.iter().copied(), Unit::Pixels).ok_or_else(wrong)?;
    Ok((bounds, Some(points)))
}

fn point(value: &Value) -> Option<(f32, f32)> {
    let side = |name: &str| Some(value.get(name)?.as_f64()? as f32);
    pair(value).or_else(|| Some((side("x")?, side("y")?)))
}

/// The values at a place.
fn all_at<'a>(value: &'a Value, place: &str) -> Vec<&'a Value> {
    let mut found = vec![value];
    for step in place.split('/').filter(|step| !step.is_empty()) {
        found = found
            .into_iter()
            .flat_map(|one| -> Vec<&Value> {
                match (step, one) {
                    ("*", Value::Array(list)) => list.iter().collect(),
                    ("*", Value::Object(fields)) => fields.values().collect(),
                    (_, Value::Array(list)) => {
                        let at = step.parse::<usize>().ok();
                        at.and_then(|at| list.get(at)).into_iter().collect()
                    }
                    (_, one) => one.get(step).into_iter().collect(),
                }
            })
            .collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_through_records_and_lists() {
        let value = serde_json::json!({"a": [{"b": 1}, {"b": 2}], "c": {"x": {"b": 3}}});
        let at = |place: &str| -> Vec<u64> {
            all_at(&value, place)
                .into_iter()
                .filter_map(Value::as_u64)
                .collect()
        };
        assert_eq!(at("a/*/b"), [1, 2]);
        assert_eq!(at("a/1/b"), [2]);
        assert_eq!(at("c/*/b"), [3]);
        assert_eq!(at("a/b"), [] as [u64; 0]);
        assert_eq!(all_at(&value, ""), [&value]);
    }
}
