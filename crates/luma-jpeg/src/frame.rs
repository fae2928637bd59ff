//! The frame header (how large, which components) and the scan headers (which of them come next).

use super::JpegError;

/// One component of a frame.
pub(super) struct Component {
    /// As the file names it.
    pub(super) id: u8,
    /// Blocks of this component in a minimum coded unit, across and down, 1 to 4.
    pub(super) sampling: (usize, usize),
    /// Which quantisation table it wants, 0 to 3.
    pub(super) quantisation: usize,
    /// Blocks that hold samples of the picture, across and down.
    pub(super) blocks: (usize, usize),
    /// Blocks with those that fill up the last minimum coded units.
    pub(super) padded_blocks: (usize, usize),
}

/// What a frame header says.
pub(super) struct Frame {
    /// Samples, 1 to 65,535.
    pub(super) width: u32,
    /// Rows, 1 to 65,535.
    pub(super) height: u32,
    pub(super) progressive: bool,
    /// 1 to 4.
    pub(super) components: Vec<Component>,
    /// The largest sampling factors.
    pub(super) sampling: (usize, usize),
    /// Minimum coded units of an interleaved scan, across and down.
    pub(super) units: (usize, usize),
}

impl Frame {
    /// Reads the payload of the frame marker `marker` (`C0` to `CF`), which stands at `offset`.
    pub(super) fn parse(marker: u8, payload: &[u8], offset: usize) -> Result<Self, JpegError> {
        let corrupt = |reason| JpegError::Corrupt { offset, reason };
        match marker {
            0xC0..=0xC2 => {}
            0xC3 | 0xC7 | 0xCB | 0xCF => return Err(JpegError::Unsupported("lossless coding")),
            0xC5 | 0xC6 | 0xCD | 0xCE => return Err(JpegError::Unsupported("hierarchical coding")),
            _ => return Err(JpegError::Unsupported("arithmetic coding")),
        }
        let (&[precision, high, low, wide, narrow, count], rest) = payload
            .split_first_chunk()
            .ok_or(corrupt("the frame header is too short"))?;
        let (height, width) = (
            u16::from_be_bytes([high, low]),
            u16::from_be_bytes([wide, narrow]),
        );
        if precision != 8 {
            return Err(JpegError::Unsupported("samples of other than 8 bits"));
        }
        if width == 0 {
            return Err(corrupt("the picture has no width"));
        }
        if height == 0 {
            return Err(JpegError::Unsupported(
                "a height given after the first scan",
            ));
        }
        if !(1..=4).contains(&count) || rest.len() != 3 * usize::from(count) {
            return Err(corrupt(
                "the frame header disagrees with its number of components",
            ));
        }
        let mut components: Vec<Component> = rest
            .as_chunks::<3>()
            .0
            .iter()
            .map(|&[id, sampling, quantisation]| Component {
                id,
                sampling: (usize::from(sampling >> 4), usize::from(sampling & 15)),
                quantisation: usize::from(quantisation),
                blocks: (0, 0),
                padded_blocks: (0, 0),
            })
            .collect();
        let valid = |c: &Component| {
            (1..=4).contains(&c.sampling.0) && (1..=4).contains(&c.sampling.1) && c.quantisation < 4
        };
        if !components.iter().all(valid) {
            return Err(corrupt(
                "the frame header has impossible sampling factors or table numbers",
            ));
        }
        let sampling = components.iter().fold((1, 1), |largest, c| {
            (largest.0.max(c.sampling.0), largest.1.max(c.sampling.1))
        });
        let (samples, rows) = (usize::from(width), usize::from(height));
        let units = (
            samples.div_ceil(8 * sampling.0),
            rows.div_ceil(8 * sampling.1),
        );
        for component in &mut components {
            let (across, down) = component.sampling;
            component.blocks = (
                (samples * across).div_ceil(8 * sampling.0),
                (rows * down).div_ceil(8 * sampling.1),
            );
            component.padded_blocks = (units.0 * across, units.1 * down);
        }
        let progressive = marker == 0xC2;
        Ok(Self {
            width: width.into(),
            height: height.into(),
            progressive,
            components,
            sampling,
            units,
        })
    }
}

/// A component of a scan.
pub(super) struct ScanComponent {
    /// In the frame.
    pub(super) index: usize,
    /// Which DC table it wants, 0 to 3.
    pub(super) dc: usize,
    /// Which AC table it wants, 0 to 3.
    pub(super) ac: usize,
}

/// What a scan header says.
pub(super) struct Scan {
    /// 1 to 4; only one where the band has AC coefficients alone.
    pub(super) components: Vec<ScanComponent>,
    /// First and last zigzag index, 0 to 63.
    pub(super) band: (u32, u32),
    /// Bit position of the lowest bit that the scan tells.
    pub(super) position: u32,
    /// Bit position that an earlier scan of the band left off at; 0 for none.
    earlier_position: u32,
}

impl Scan {
    /// Reads the payload of a scan header, which stands at `offset`.
    pub(super) fn parse(payload: &[u8], frame: &Frame, offset: usize) -> Result<Self, JpegError> {
        let corrupt = |reason| JpegError::Corrupt { offset, reason };
        let (&count, rest) = payload
            .split_first()
            .ok_or(corrupt("a scan header is too short"))?;
        if !(1..=4).contains(&count) || rest.len() != 2 * usize::from(count) + 3 {
            return Err(corrupt(
                "a scan header disagrees with its number of components",
            ));
        }
        let (pairs, band) = rest.split_at(2 * usize::from(count));
        let mut components: Vec<ScanComponent> = Vec::with_capacity(4);
        for &[id, tables] in pairs.as_chunks::<2>().0 {
            let index = frame
                .components
                .iter()
                .position(|component| component.id == id);
            let index = index.ok_or(corrupt("a scan has a component that the frame has not"))?;
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            if dc > 3 || ac > 3 || components.iter().any(|other| other.index == index) {
                return Err(corrupt(
                    "a scan header has impossible table numbers or a component twice",
                ));
            }
            components.push(ScanComponent { index, dc, ac });
        }
        if !frame.progressive {
            // Sequential scans are decoded alike whatever is said here, and not all files say what
            // they should.
            return Ok(Self {
                components,
                band: (0, 63),
                position: 0,
                earlier_position: 0,
            });
        }
        let (first, last) = (u32::from(band[0]), u32::from(band[1]));
        let (earlier_position, position) = (u32::from(band[2] >> 4), u32::from(band[2] & 15));
        let valid_band = if first == 0 {
            last == 0
        } else {
            first <= last && last < 64 && count == 1
        };
        if !valid_band
            || position > 13
            || (earlier_position != 0 && earlier_position != position + 1)
        {
            return Err(corrupt(
                "a scan header has an impossible band or bit position",
            ));
        }
        Ok(Self {
            components,
            band: (first, last),
            position,
            earlier_position,
        })
    }

    /// Whether the scan adds bits to coefficients that an earlier scan began.
    pub(super) fn refines(&self) -> bool {
        self.earlier_position != 0
    }

    /// Minimum coded units of the scan, across and down.
    pub(super) fn units(&self, frame: &Frame) -> (usize, usize) {
        match &self.components[..] {
            [only] => frame.components[only.index].blocks,
            _ => frame.units,
        }
    }

    /// Blocks of the component `index` in a minimum coded unit of the scan, across and down.
    pub(super) fn sampling(&self, frame: &Frame, index: usize) -> (usize, usize) {
        if self.components.len() == 1 {
            (1, 1)
        } else {
            frame.components[index].sampling
        }
    }
}
