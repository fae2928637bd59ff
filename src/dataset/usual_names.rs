//! Names by which a description of a dataset is looked for, whatever it says.

use super::side_tables::{is_table, unpacked};

/// Names of the descriptions of YOLO programs.
const YAML: [&str; 4] = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"];

/// Whether a table at the root is taken for the manifest, before any other.
pub(super) fn is_manifest(path: &str) -> bool {
    let stem = unpacked(path).rsplit_once('.').map_or("", |one| one.0);
    is_table(path) && stem.eq_ignore_ascii_case("manifest")
}

/// Whether a file is called as the descriptions of YOLO programs are.
pub(super) fn is_yaml(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    YAML.contains(&name)
}

/// Whether something of this name at the root is expected to say what the dataset is.
pub(super) fn is_description(path: &str) -> bool {
    is_manifest(path) || !path.contains('/') && is_yaml(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_told_by_name_at_the_root_only() {
        for name in [
            "manifest.csv",
            "Manifest.TSV",
            "manifest.csv.gz",
            "data.yaml",
        ] {
            assert!(is_description(name), "{name}");
        }
        for name in [
            "x/manifest.csv",
            "x/data.yaml",
            "manifest",
            "manifests.csv",
            "a.yaml",
        ] {
            assert!(!is_description(name), "{name}");
        }
    }
}
