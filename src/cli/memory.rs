//! How much memory decoding may take: as it is told, else half of what this process can have.

use std::path::Path;

use crate::budget::Budget;

/// Units as people write them, each 1,024 times the one before.
const UNITS: [char; 4] = ['K', 'M', 'G', 'T'];

/// Reads `512M`, `2G`, `1.5 GiB` or a number of bytes.
///
/// # Errors
/// What is to be written instead.
pub(super) fn read(text: &str) -> Result<Budget, String> {
    let upper = text.trim().to_ascii_uppercase();
    let short = ["IB", "B"].iter().find_map(|end| upper.strip_suffix(end));
    let short = short.unwrap_or(&upper);
    let unit = UNITS.iter().position(|unit| short.ends_with(*unit));
    let (number, power) = match unit {
        Some(at) => (&short[..short.len() - 1], at + 1),
        None => (short, 0),
    };
    let number: Option<f64> = number.trim().parse().ok();
    let bytes = number.map(|number| number * 1024_f64.powi(power as i32));
    match bytes.filter(|bytes| (1.0..1e18).contains(bytes)) {
        Some(bytes) => Ok(Budget::of(bytes as u64)),
        None => Err(format!("memory `{text}` means nothing: write 512M or 2G")),
    }
}

/// Half of the least of: the memory of the machine, the limits of the control groups that this
/// process is in, and that of its address space. A fixed amount where nothing is told.
pub(super) fn default() -> Budget {
    share(Path::new("/")).map_or_else(Budget::default, Budget::of)
}

fn share(root: &Path) -> Option<u64> {
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_default();
    let machine = total(&text("proc/meminfo"));
    let space = address_space(&text("proc/self/limits"));
    let groups = text("proc/self/cgroup");
    let groups = groups.lines().flat_map(limit_files);
    let groups = groups.filter_map(|file| text(&file).trim().parse().ok());
    let least = machine.into_iter().chain(space).chain(groups).min()?;
    Some(least / 2)
}

/// Of `/proc/meminfo`.
fn total(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes << 10)
}

/// Of `/proc/self/limits`: the soft limit stands first, and may be `unlimited`.
fn address_space(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Where the limits of a group stand, and those of the groups that it is in. A line of
/// `/proc/self/cgroup` is `0::/a/b`, or `5:memory:/a/b` of old. In a container the group's path may
/// be one of the host, so the top is asked, too.
fn limit_files(line: &str) -> Vec<String> {
    let mut fields = line.splitn(3, ':');
    let (Some(_), Some(controllers), Some(path)) = (fields.next(), fields.next(), fields.next())
    else {
        return Vec::new();
    };
    let (top, name) = match controllers {
        "" => ("sys/fs/cgroup", "memory.max"),
        list if list.split(',').any(|one| one == "memory") => {
            ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
        }
        _ => return Vec::new(),
    };
    Path::new(path.trim_start_matches('/'))
        .ancestors()
        .map(|group| match group.to_str() {
            Some("") | None => format!("{top}/{name}"),
            Some(group) => format!("{top}/{group}/{name}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Option<String> {
        read(text).ok().map(|budget| format!("{budget:?}"))
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let expected = Some("Budget(1610612736)".to_owned());
        for text in ["1.5G", "1.5 GiB", "1536M", "1536mb", "1610612736"] {
            assert_eq!(bytes(text), expected, "{text}");
        }
        for text in ["", "G", "-1G", "0", "lots", "1e99", "NaN", "2X"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn the_least_limit_counts_and_without_any_there_is_none() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        assert_eq!(share(root.path()), None);
        write("proc/meminfo", "MemTotal:       1024 kB\nMemFree: 1 kB\n");
        write(
            "proc/self/limits",
            "Max address space  unlimited  unlimited bytes\n",
        );
        write("proc/self/cgroup", "1:cpu:/x\n0::/a/b\n");
        assert_eq!(share(root.path()), Some(1 << 19));
        write("sys/fs/cgroup/a/b/memory.max", "max\n");
        write("sys/fs/cgroup/a/memory.max", "65536\n");
        assert_eq!(share(root.path()), Some(1 << 15));
        write(
            "proc/self/limits",
            "Max address space  4096  unlimited bytes\n",
        );
        assert_eq!(share(root.path()), Some(1 << 11));
        write("proc/self/cgroup", "4:cpu,memory:/old\n");
        write("sys/fs/cgroup/memory/old/memory.limit_in_bytes", "2048\n");
        assert_eq!(share(root.path()), Some(1 << 10));
    }
}
