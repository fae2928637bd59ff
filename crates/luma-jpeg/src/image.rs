//! The frame and what its scans say, as samples at the chosen scale.

use super::entropy::{Data, End};
use super::frame::{Frame, Scan};
use super::luma::Luma;
use super::plane::{Plane, luma};
use super::scale::Scale;
use super::tables::Tables;
use super::transform::Transform;
use super::{JpegError, Scratch, progressive, sequential};

/// A picture in the making.
pub(super) struct Image {
    pub(super) frame: Frame,
    scale: Scale,
    /// The components that luma is made of: the first one, or all three where they are red, green
    /// and blue.
    planes: Vec<Plane>,
    /// By component: whether a scan has told of it.
    seen: [bool; 4],
}

const NO_HUFFMAN_TABLE: JpegError =
    JpegError::Unsupported("a scan with a Huffman table that the file does not define");

impl Image {
    /// Chooses the scale and makes room. `file_length` is in bytes; for the rest see
    /// [`super::read`].
    pub(super) fn new(
        frame: Frame,
        rgb: bool,
        file_length: usize,
        at_least: (u32, u32),
        max_pixels: u64,
    ) -> Result<Self, JpegError> {
        let (width, height) = (frame.width, frame.height);
        if u64::from(width) * u64::from(height) > max_pixels {
            return Err(JpegError::TooLarge {
                width,
                height,
                max_pixels,
            });
        }
        let blocks: usize = frame
            .components
            .iter()
            .map(|c| c.blocks.0 * c.blocks.1)
            .sum();
        // Every block takes a bit at least, so what is allocated below is bounded by the length of
        // the file.
        if blocks > file_length.saturating_mul(8) {
            return Err(JpegError::Truncated {
                offset: file_length,
                reason: "the file has fewer bits than blocks",
            });
        }
        let planes = match frame.components.len() {
            1 => 0..1,
            3 if rgb => 0..3,
            3 => 0..1,
            4 => return Err(JpegError::Unsupported("four colour components")),
            _ => return Err(JpegError::Unsupported("two colour components")),
        };
        let scale = Scale::fitting((width, height), at_least);
        let planes = planes
            .map(|component| Plane::new(&frame, component, scale))
            .collect();
        Ok(Self {
            frame,
            scale,
            planes,
            seen: [false; 4],
        })
    }

    /// 8, 4, 2 or 1, across and down.
    pub(super) fn scale_denominators(&self) -> (u8, u8) {
        self.scale.denominators()
    }

    /// Decodes a scan, or passes it where nothing of it is needed and it can be passed.
    pub(super) fn scan(
        &mut self,
        data: Data<'_>,
        scan: &Scan,
        tables: &Tables,
        scratch: &mut Scratch,
    ) -> Result<End, JpegError> {
        for component in &scan.components {
            self.seen[component.index] |= scan.band.0 == 0;
            let Some(plane) = self.planes.get_mut(component.index) else {
                continue;
            };
            if plane.quantisation.is_none() {
                let number = self.frame.components[component.index].quantisation;
                let reason = "a scan needs a quantisation table that the file does not define";
                let missing = JpegError::Corrupt {
                    offset: data.start,
                    reason,
                };
                plane.quantisation = Some(tables.quantisation[number].ok_or(missing)?);
            }
        }
        let needed = scan
            .components
            .iter()
            .any(|component| component.index < self.planes.len());
        let only_means = self.scale == Scale::EIGHTH;
        match (self.frame.progressive, scan.band.0 > 0) {
            (true, true) if only_means => Ok(data.pass()),
            (true, _) if !needed => Ok(data.pass()),
            (true, true) => self.progressive_ac_scan(data, scan, tables, scratch),
            (true, false) => self.progressive_dc_scan(data, scan, tables, scratch),
            (false, _) => self.sequential_scan(data, scan, tables, scratch),
        }
    }

    fn sequential_scan(
        &mut self,
        data: Data<'_>,
        scan: &Scan,
        tables: &Tables,
        scratch: &mut Scratch,
    ) -> Result<End, JpegError> {
        let (across, down) = scan.units(&self.frame);
        let transform = Transform::of(self.scale);
        let mut planes: Vec<Option<&mut Plane>> = self.planes.iter_mut().map(Some).collect();
        let mut channels = Vec::with_capacity(4);
        for component in &scan.components {
            let dc = tables.dc[component.dc].as_ref().ok_or(NO_HUFFMAN_TABLE)?;
            let ac = tables.ac[component.ac].as_ref().ok_or(NO_HUFFMAN_TABLE)?;
            let plane = planes.get_mut(component.index).and_then(Option::take);
            channels.push(sequential::Channel {
                sampling: scan.sampling(&self.frame, component.index),
                steps: scratch.memory.steps(dc, ac, data.bytes.len() - data.start),
                target: plane.and_then(|plane| {
                    let factors = transform.factors(&plane.quantisation?);
                    Some((plane, factors))
                }),
            });
        }
        let only_means = self.scale == Scale::EIGHTH;
        data.decode(across * down, &mut scratch.plain, |bits, units| {
            if only_means {
                sequential::decode_means(bits, units, across, &mut channels)
            } else {
                sequential::decode(bits, units, across, &mut channels, transform)
            }
        })
    }

    fn progressive_dc_scan(
        &mut self,
        data: Data<'_>,
        scan: &Scan,
        tables: &Tables,
        scratch: &mut Scratch,
    ) -> Result<End, JpegError> {
        let (across, down) = scan.units(&self.frame);
        let mut planes: Vec<Option<&mut Plane>> = self.planes.iter_mut().map(Some).collect();
        let mut channels = Vec::with_capacity(4);
        for component in &scan.components {
            let table = tables.dc[component.dc].as_deref();
            channels.push(progressive::DcChannel {
                sampling: scan.sampling(&self.frame, component.index),
                table: if scan.refines() {
                    None
                } else {
                    Some(table.ok_or(NO_HUFFMAN_TABLE)?)
                },
                target: planes.get_mut(component.index).and_then(Option::take),
            });
        }
        data.decode(across * down, &mut scratch.plain, |bits, units| {
            progressive::decode_dc(bits, units, across, &mut channels, scan.position)
        })
    }

    fn progressive_ac_scan(
        &mut self,
        data: Data<'_>,
        scan: &Scan,
        tables: &Tables,
        scratch: &mut Scratch,
    ) -> Result<End, JpegError> {
        let (across, down) = scan.units(&self.frame);
        // A scan header with an AC band has exactly one component, and a needed one has a plane.
        let component = &scan.components[0];
        let plane = &mut self.planes[component.index];
        let table = tables.ac[component.ac].as_deref().ok_or(NO_HUFFMAN_TABLE)?;
        let band = progressive::Band { table, scan };
        data.decode(across * down, &mut scratch.plain, |bits, blocks| {
            band.decode(bits, blocks, across, plane)
        })
    }

    /// Luma, once the end marker is met at `offset`.
    pub(super) fn finish(mut self, offset: usize) -> Result<Luma, JpegError> {
        if self.seen[..self.frame.components.len()].contains(&false) {
            let reason = "the file ends before every component has had a scan";
            return Err(JpegError::Truncated { offset, reason });
        }
        if self.frame.progressive {
            for plane in &mut self.planes {
                plane.transform();
            }
        }
        Ok(luma(&self.frame, self.planes, self.scale))
    }
}
