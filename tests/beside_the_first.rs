//! What rows and lines say beside the first picture that they name: further pictures, records
//! inside them, and where each lies on something larger.

use std::fmt::Write as _;

use crate::workspace::Workspace;

/// The verdict under the gate that lets nothing pass, with the exit status.
fn judged(workspace: &Workspace) -> (String, i32) {
    let (report, status) = workspace.check(&["--max-leakage", "0", "--strict"]);
    let verdict = report["verdict"].as_str().unwrap_or_default().to_owned();
    (verdict, status)
}

fn leaks() -> (String, i32) {
    ("leaks".to_owned(), 1)
}

fn clear() -> (String, i32) {
    ("clear".to_owned(), 0)
}

fn unknown() -> (String, i32) {
    ("unknown".to_owned(), 1)
}

/// Twelve pairs of pictures; the second of the last is that of the first where `leaks`.
fn pairs(leaks: bool) -> (Workspace, Vec<[String; 2]>) {
    let workspace = Workspace::new();
    let names = (0..12_u32).map(|at| {
        let names = [format!("im/{at:02}a.png"), format!("im/{at:02}b.png")];
        workspace.image(&names[0], 2 * at + 1);
        let own = if leaks && at == 11 { 0 } else { at };
        workspace.image(&names[1], 2 * own + 2);
        names
    });
    let names = names.collect();
    (workspace, names)
}

#[test]
fn both_pictures_of_a_row_are_compared() {
    for (is_leak, wanted) in [(true, leaks()), (false, clear())] {
        let (workspace, names) = pairs(is_leak);
        let mut table = "image_a,image_b,same,split\n".to_owned();
        for (at, [a, b]) in names.iter().enumerate() {
            let split = if at < 8 { "train" } else { "val" };
            writeln!(table, "{a},{b},{},{split}", at % 2).unwrap();
        }
        // One picture may be in several pairs, with several answers.
        writeln!(table, "{},{},1,train", names[0][0], names[1][1]).unwrap();
        workspace.file("pairs.csv", table);
        assert_eq!(judged(&workspace), wanted, "{is_leak}");
        let (report, _) = workspace.check(&[]);
        assert_eq!(report["coverage"]["samples"], 24);
        let codes: Vec<&str> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["code"].as_str())
            .collect();
        assert!(!codes.contains(&"listed-twice"), "{codes:?}");
        assert!(!codes.contains(&"unlisted-file"), "{codes:?}");
    }
}

#[test]
fn a_column_of_photos_is_compared_whatever_it_is_called() {
    for (is_leak, wanted) in [(true, leaks()), (false, clear())] {
        let (workspace, names) = pairs(is_leak);
        let mut table = "image,companion,split\n".to_owned();
        for (at, [a, b]) in names.iter().enumerate() {
            let split = if at < 8 { "train" } else { "val" };
            writeln!(table, "{a},{b},{split}").unwrap();
        }
        workspace.file("pairs.csv", table);
        assert_eq!(judged(&workspace), wanted, "{is_leak}");
    }
}

#[test]
fn both_pictures_of_a_line_are_compared() {
    for (is_leak, wanted) in [(true, leaks()), (false, clear())] {
        let (workspace, names) = pairs(is_leak);
        let list = |pairs: &[[String; 2]]| -> String {
            pairs.iter().map(|[a, b]| format!("{a} {b} 0\n")).collect()
        };
        workspace.file("train.txt", list(&names[..8]));
        workspace.file("val.txt", list(&names[8..]));
        assert_eq!(judged(&workspace), wanted, "{is_leak}");
    }
}

#[test]
fn the_whole_table_beside_its_parts_is_not_trained_on() {
    let workspace = Workspace::new();
    for at in 0..12_u32 {
        workspace.image(&format!("im/{at:02}.png"), at + 1);
    }
    let table = |from: usize, to: usize| -> String {
        let rows = (from..to).map(|at| format!("im/{at:02}.png,{}\n", at % 2));
        format!("path,label\n{}", rows.collect::<String>())
    };
    workspace.file("train.csv", table(0, 12));
    workspace.file("splits/train.csv", table(0, 8));
    workspace.file("splits/val.csv", table(8, 12));
    assert_eq!(judged(&workspace), clear());
    // With nothing else to train on it is trained on.
    workspace.file("splits/train.csv", "path,label\n");
    assert_eq!(judged(&workspace), leaks());
}

/// Pictures of a COCO file, each with such fields.
fn coco(of: std::ops::Range<u32>, fields: impl Fn(u32) -> String) -> String {
    let images = of.map(|at| {
        format!(
            "{{\"id\":{at},\"file_name\":\"{at:02}.png\",{}}}",
            fields(at)
        )
    });
    let images: Vec<String> = images.collect();
    format!("{{\"images\":[{}],\"annotations\":[]}}", images.join(","))
}

#[test]
fn fields_of_records_inside_tell_groups() {
    let build = |fields: &dyn Fn(u32) -> String| {
        let workspace = Workspace::new();
        for at in 0..24_u32 {
            let split = if at < 16 { "train" } else { "val" };
            workspace.image(&format!("{split}/{at:02}.png"), at + 1);
        }
        for (split, of) in [("train", 0..16), ("val", 16..24)] {
            workspace.file(&format!("{split}/_annotations.coco.json"), coco(of, fields));
        }
        workspace
    };
    // Dealt out, each on one side, and of one picture each.
    let dealt = build(&|at| format!("\"extra\":{{\"patient\":\"P{:02}\"}}", at % 8 * 7));
    assert_eq!(judged(&dealt), leaks());
    let apart = build(&|at| format!("\"extra\":{{\"patient\":\"P{:02}\"}}", at / 4 * 7));
    assert_eq!(judged(&apart), clear());
    let single = build(&|at| format!("\"extra\":{{\"width\":\"{at}\"}}"));
    assert_eq!(judged(&single), clear());
}

/// 48 tiles of four rasters, each of 4 x 3; every fourth tile to evaluate on, or one raster.
fn tiles(
    by_raster: bool,
    header: &str,
    place: impl Fn(usize, usize, usize) -> String,
) -> Workspace {
    let workspace = Workspace::new();
    let mut table = format!("path,split,{header}\n");
    for at in 0..48_usize {
        let (raster, column, row) = (at / 12, at % 4, at / 4 % 3);
        let is_held_out = match by_raster {
            true => raster == 3,
            false => at * 7 % 4 == 3,
        };
        let split = if is_held_out { "val" } else { "train" };
        let name = format!("{:05}.png", at * 7919 % 99_991);
        workspace.image(&name, at as u32 + 1);
        writeln!(table, "{name},{split},{}", place(raster, column, row)).unwrap();
    }
    workspace.file("manifest.csv", table);
    workspace
}

#[test]
fn tiles_that_columns_place_beside_each_other_are_suspected() {
    let bounds = |raster: usize, column: usize, row: usize| {
        let (x, y) = (
            400_000 + raster * 20_000 + column * 640,
            5_000_000 + row * 640,
        );
        format!("{x},{y},{},{}", x + 640, y + 640)
    };
    let degrees = |raster: usize, column: usize, row: usize| {
        let (east, north) = (11.5 + raster as f64 * 0.5, 48.0 + raster as f64 * 0.3);
        format!(
            "{},{}",
            north + row as f64 * 0.002,
            east + column as f64 * 0.001
        )
    };
    let headers = ["minx,miny,maxx,maxy", "lat,lon"];
    for (by_raster, wanted) in [(false, unknown()), (true, clear())] {
        assert_eq!(
            judged(&tiles(by_raster, headers[0], bounds)),
            wanted,
            "bounds"
        );
        assert_eq!(
            judged(&tiles(by_raster, headers[1], degrees)),
            wanted,
            "degrees"
        );
    }
    // Photos that people took anywhere.
    let anywhere = |raster: usize, column: usize, row: usize| {
        let at = raster * 12 + row * 4 + column;
        format!(
            "{},{}",
            (at * 7919 % 997) as f64 / 10.0,
            (at * 104_729 % 991) as f64 / 10.0
        )
    };
    assert_eq!(judged(&tiles(false, headers[1], anywhere)), clear());
}

#[test]
fn tiles_that_carry_their_place_are_suspected() {
    for (by_raster, wanted) in [(false, unknown()), (true, clear())] {
        let workspace = tiles(by_raster, "note", |_, _, _| "x".to_owned());
        for at in 0..48_usize {
            let (raster, column, row) = (at / 12, at % 4, at / 4 % 3);
            let name = format!("{:05}.pgw", at * 7919 % 99_991);
            let (x, y) = (
                400_000 + raster * 20_000 + column * 640,
                5_000_000 - row * 640,
            );
            workspace.file(&name, format!("10\n0\n0\n-10\n{x}\n{y}\n"));
        }
        assert_eq!(judged(&workspace), wanted, "{by_raster}");
    }
}
