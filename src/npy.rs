//! Heads of `NumPy`'s `.npy` files.
//!
//! The format is that of `numpy.lib.format`, versions 1 to 3: a magic number, the length of the
//! head, and the head as a Python dictionary of three keys.

/// What the head of an array says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// Type of the numbers: `<f4`, `|u1`.
    pub(crate) kind: String,
    /// Whether columns lie one behind the other, not rows.
    pub(crate) is_column_major: bool,
    /// Length in each direction.
    pub(crate) shape: Vec<u64>,
    /// First byte behind the head.
    pub(crate) end: usize,
}

/// Reads the head of an array.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn head(bytes: &[u8]) -> Result<Head, &'static str> {
    let cut = "the header is cut short";
    let number = |range: std::ops::Range<usize>| {
        let bytes = bytes.get(range)?.iter().rev();
        Some(bytes.fold(0, |number, &byte| number << 8 | usize::from(byte)))
    };
    let (length, start) = match bytes.get(6) {
        Some(1) => (number(8..10), 10),
        Some(2 | 3) => (number(8..12), 12),
        _ => return Err("unknown version"),
    };
    let end = length.ok_or(cut)?.checked_add(start).ok_or(cut)?;
    let head = String::from_utf8_lossy(bytes.get(start..end).ok_or(cut)?);
    let field = |name: &str| {
        let (_, rest) = head.split_once(&format!("'{name}':"))?;
        Some(rest.trim_start())
    };
    let kind = field("descr").and_then(|rest| rest.strip_prefix('\'')?.split('\'').next());
    let order = field("fortran_order");
    let shape = field("shape").and_then(|rest| rest.strip_prefix('(')?.split(')').next());
    let shape: Option<Vec<u64>> = shape.and_then(|shape| {
        let parts = shape
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.map(|part| part.parse().ok()).collect()
    });
    Ok(Head {
        kind: kind.ok_or("no simple `descr`")?.to_owned(),
        is_column_major: order.is_some_and(|rest| rest.starts_with("True")),
        shape: shape.ok_or("no shape")?,
        end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, text: &str) -> Vec<u8> {
        let mut bytes = b"\x93NUMPY".to_vec();
        bytes.extend([version, 0]);
        match version {
            1 => bytes.extend((text.len() as u16).to_le_bytes()),
            _ => bytes.extend((text.len() as u32).to_le_bytes()),
        }
        bytes.extend(text.as_bytes());
        bytes
    }

    #[test]
    fn all_versions_are_read() {
        for version in 1..=3 {
            let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 28, 28), }\n";
            let bytes = file(version, text);
            let expected = Head {
                kind: "|u1".to_owned(),
                is_column_major: false,
                shape: vec![2, 28, 28],
                end: bytes.len(),
            };
            assert_eq!(head(&bytes), Ok(expected));
        }
        let text = "{'descr': '<f4', 'fortran_order': True, 'shape': (5,), }";
        let one = head(&file(1, text)).unwrap();
        assert_eq!((one.shape, one.is_column_major), (vec![5], true));
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (), }";
        assert!(head(&file(1, text)).unwrap().shape.is_empty());
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(
            head(b"\x93NUMPY\x01\0\xFF\xFF{"),
            Err("the header is cut short")
        );
        assert_eq!(head(b"\x93NUMPY\x09"), Err("unknown version"));
        let text = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (5,), }";
        assert_eq!(head(&file(1, text)), Err("no simple `descr`"));
    }
}
