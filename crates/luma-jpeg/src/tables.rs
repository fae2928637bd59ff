//! Quantisation and Huffman tables, and the memory of those built before.
//!
//! Building the tables of a file takes longer than decoding a small one, but nearly all files of a
//! dataset have the same: the ones that T.81 gives as examples in annex K.

use std::sync::Arc;

use super::JpegError;
use super::huffman::Huffman;
use super::steps::Steps;

/// Tables remembered from file to file; a bound, as files may bring tables of their own.
const REMEMBERED: usize = 16;
/// Bytes to decode from which fused step tables pay for themselves within one file.
const LONG_SCAN: usize = 32 << 10;

/// The most recently built tables, oldest first.
#[derive(Default)]
pub(super) struct Memory {
    /// By definition.
    huffman: Vec<(Box<[u8]>, Arc<Huffman>)>,
    steps: Vec<Arc<Steps>>,
}

impl Memory {
    /// The Huffman table of a definition: 16 counts and the symbols. `None` where it is no table.
    fn huffman(&mut self, definition: &[u8]) -> Option<Arc<Huffman>> {
        if let Some((_, known)) = self.huffman.iter().find(|(key, _)| **key == *definition) {
            return Some(Arc::clone(known));
        }
        let (counts, symbols) = definition.split_first_chunk::<16>()?;
        let built = Arc::new(Huffman::new(counts, symbols)?);
        push_bounded(&mut self.huffman, (definition.into(), Arc::clone(&built)));
        Some(built)
    }

    /// The step tables for blocks coded with `dc` and `ac`, to be used on about `length` bytes.
    pub(super) fn steps(
        &mut self,
        dc: &Arc<Huffman>,
        ac: &Arc<Huffman>,
        length: usize,
    ) -> Arc<Steps> {
        let same = |steps: &Arc<Steps>| Arc::ptr_eq(&steps.dc, dc) && Arc::ptr_eq(&steps.ac, ac);
        let known = self.steps.iter().position(same);
        if let Some(index) = known {
            if self.steps[index].fused {
                return Arc::clone(&self.steps[index]);
            }
            self.steps.remove(index);
        }
        // A pair that comes back will come again.
        let fused = known.is_some() || length >= LONG_SCAN;
        let built = Arc::new(Steps::new(Arc::clone(dc), Arc::clone(ac), fused));
        push_bounded(&mut self.steps, Arc::clone(&built));
        built
    }
}

/// Adds `new`, dropping the oldest where there are [`REMEMBERED`].
fn push_bounded<T>(remembered: &mut Vec<T>, new: T) {
    if remembered.len() == REMEMBERED {
        remembered.remove(0);
    }
    remembered.push(new);
}

/// The tables in force at a point of the file, by number.
#[derive(Default)]
pub(super) struct Tables {
    /// Quantisation steps in zigzag order.
    pub(super) quantisation: [Option<[u16; 64]>; 4],
    /// Huffman tables of DC differences.
    pub(super) dc: [Option<Arc<Huffman>>; 4],
    /// Huffman tables of AC coefficients.
    pub(super) ac: [Option<Arc<Huffman>>; 4],
}

impl Tables {
    /// Reads the payload of a quantisation segment (DQT), which stands at `offset`.
    pub(super) fn define_quantisation(
        &mut self,
        mut payload: &[u8],
        offset: usize,
    ) -> Result<(), JpegError> {
        let corrupt = || JpegError::Corrupt {
            offset,
            reason: "a quantisation table is malformed",
        };
        while let Some((&head, rest)) = payload.split_first() {
            let wide = head >> 4 != 0;
            let slot = self
                .quantisation
                .get_mut(usize::from(head & 15))
                .ok_or_else(corrupt)?;
            let (steps, rest) = rest
                .split_at_checked(if wide { 128 } else { 64 })
                .ok_or_else(corrupt)?;
            *slot = Some(std::array::from_fn(|k| {
                if wide {
                    u16::from_be_bytes([steps[2 * k], steps[2 * k + 1]])
                } else {
                    steps[k].into()
                }
            }));
            payload = rest;
        }
        Ok(())
    }

    /// Reads the payload of a Huffman segment (DHT), which stands at `offset`.
    pub(super) fn define_huffman(
        &mut self,
        mut payload: &[u8],
        offset: usize,
        memory: &mut Memory,
    ) -> Result<(), JpegError> {
        let corrupt = || JpegError::Corrupt {
            offset,
            reason: "a Huffman table is malformed",
        };
        while let Some((&head, rest)) = payload.split_first() {
            let counts = rest.first_chunk::<16>().ok_or_else(corrupt)?;
            let length = 16
                + counts
                    .iter()
                    .map(|&count| usize::from(count))
                    .sum::<usize>();
            let (definition, rest) = rest.split_at_checked(length).ok_or_else(corrupt)?;
            let slots = match head >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(corrupt()),
            };
            let slot = slots.get_mut(usize::from(head & 15)).ok_or_else(corrupt)?;
            // A DC symbol is a number of bits; more than 15 have no meaning.
            if head >> 4 == 0 && definition[16..].iter().any(|&size| size > 15) {
                return Err(corrupt());
            }
            *slot = Some(memory.huffman(definition).ok_or_else(corrupt)?);
            payload = rest;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn huffman() -> Arc<Huffman> {
        let mut counts = [0; 16];
        counts[0] = 2;
        Arc::new(Huffman::new(&counts, &[0, 1]).unwrap())
    }

    #[test]
    fn the_same_definition_is_built_once() {
        let mut memory = Memory::default();
        let mut definition = [0; 18];
        definition[0] = 2;
        let first = memory.huffman(&definition).unwrap();
        assert!(Arc::ptr_eq(&first, &memory.huffman(&definition).unwrap()));
        definition[17] = 1;
        assert!(!Arc::ptr_eq(&first, &memory.huffman(&definition).unwrap()));
    }

    #[test]
    fn step_tables_are_fused_for_long_scans_and_for_pairs_that_come_back() {
        let mut memory = Memory::default();
        let (dc, ac) = (huffman(), huffman());
        assert!(!memory.steps(&dc, &ac, LONG_SCAN - 1).fused);
        assert!(memory.steps(&dc, &ac, LONG_SCAN - 1).fused);
        assert!(memory.steps(&ac, &dc, LONG_SCAN).fused);
        assert_eq!(memory.steps.len(), 2);
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut memory = Memory::default();
        for _ in 0..2 * REMEMBERED {
            memory.steps(&huffman(), &huffman(), 0);
        }
        assert_eq!(memory.steps.len(), REMEMBERED);
    }
}
