//! Reading from the middle of a deflated stream.
//!
//! What a stretch of deflated bytes means depends on all before it. So the state of the decoder is
//! kept at some places, when the stream is read for the first time, and reading goes on from the
//! nearest one before; as in `zran.c` of zlib, but with whole states of the decoder. Beside these
//! stands where the last readers stopped, because places are mostly read one after the other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Mutex;

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::damaged;

/// What stands around the deflated bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// Nothing.
    Raw,
    /// Heads and checks of gzip, once or several times.
    Gzip,
}

/// States that are kept at most; each takes 43 KB.
const MOST_STATES: usize = 64;

/// Bytes between two states at first, inflated. Twice as many whenever there are too many states.
const FIRST_SPACING: u64 = 1 << 20;

/// Readers whose end is remembered: one for each thread of a usual machine would be many states.
const REMEMBERED: usize = 4;

/// Deflated bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// Where a stream may be entered.
pub(super) struct Index {
    framing: Framing,
    size: u64,
    states: Vec<State>,
    /// Where readers stopped.
    recent: Mutex<Vec<State>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Index({} bytes, {} states)",
            self.size,
            self.states.len()
        )
    }
}

/// A decoder between two bytes.
#[derive(Clone)]
struct State {
    /// Deflated bytes before it.
    input: u64,
    /// Inflated bytes before it.
    output: u64,
    /// `None` between two members of a gzip file, and at the end of what is not framed.
    decoder: Option<Box<InflateState>>,
}

impl State {
    fn start(framing: Framing) -> Self {
        Self {
            input: 0,
            output: 0,
            decoder: match framing {
                Framing::Raw => Some(InflateState::new_boxed(DataFormat::Raw)),
                Framing::Gzip => None,
            },
        }
    }
}

/// A decoder and the bytes it is about to read.
struct Decoder<R> {
    state: State,
    framing: Framing,
    file: R,
    /// Bytes that were read and not decoded.
    chunk: Vec<u8>,
    used: usize,
    /// CRC-32 and length of the member so far; `None` where its beginning was not seen.
    check: Option<crc32fast::Hasher>,
}

impl<R: Read> Decoder<R> {
    fn new(state: State, framing: Framing, file: R) -> Self {
        Self {
            check: (state.output == 0).then(crc32fast::Hasher::new),
            state,
            framing,
            file,
            chunk: Vec::new(),
            used: 0,
        }
    }

    /// Reads on; whether there was anything.
    fn fill(&mut self) -> io::Result<bool> {
        if self.used == self.chunk.len() {
            self.chunk.resize(CHUNK, 0);
            self.used = 0;
            let mut read = 0;
            while read == 0 {
                match self.file.read(&mut self.chunk) {
                    Ok(0) => break,
                    Ok(bytes) => read = bytes,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            self.chunk.truncate(read);
        }
        Ok(self.used < self.chunk.len())
    }

    /// The next byte of the file.
    fn byte(&mut self) -> io::Result<u8> {
        if !self.fill()? {
            return Err(damaged("is cut short"));
        }
        let byte = self.chunk[self.used];
        self.used += 1;
        self.state.input += 1;
        Ok(byte)
    }

    /// Skips the head of a gzip member (RFC 1952, section 2.3).
    fn head(&mut self) -> io::Result<()> {
        let mut fixed = [0; 10];
        for byte in &mut fixed {
            *byte = self.byte()?;
        }
        if fixed[..3] != [0x1F, 0x8B, 8] {
            return Err(damaged(
                "has something else than gzip behind its first part",
            ));
        }
        let flags = fixed[3];
        if flags & 4 != 0 {
            let extra = u16::from_le_bytes([self.byte()?, self.byte()?]);
            for _ in 0..extra {
                self.byte()?;
            }
        }
        // A name and a comment end in a zero byte.
        for flag in [8, 16] {
            while flags & flag != 0 && self.byte()? != 0 {}
        }
        for _ in 0..(flags & 2) {
            self.byte()?;
        }
        Ok(())
    }

    /// Holds what was inflated against the check behind a gzip member.
    fn tail(&mut self) -> io::Result<()> {
        let mut said = [0; 8];
        for byte in &mut said {
            *byte = self.byte()?;
        }
        let said = u32::from_le_bytes([said[0], said[1], said[2], said[3]]);
        let found = self.check.take().map(crc32fast::Hasher::finalize);
        match found.is_some_and(|found| found != said) {
            true => Err(damaged("is damaged: a checksum differs")),
            false => Ok(()),
        }
    }

    /// Inflates up to the length of `out`; fewer only at the end.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < out.len() {
            if self.state.decoder.is_none() {
                if self.framing == Framing::Raw {
                    break;
                }
                // Zeros behind the last member pad a tape.
                if !self.fill()? || self.chunk[self.used] == 0 {
                    break;
                }
                self.head()?;
                self.state.decoder = Some(InflateState::new_boxed(DataFormat::Raw));
                self.check = Some(crc32fast::Hasher::new());
            }
            let more = self.fill()?;
            let Some(decoder) = &mut self.state.decoder else {
                continue;
            };
            let input = &self.chunk[self.used..];
            let step = inflate(decoder, input, &mut out[filled..], MZFlush::None);
            self.used += step.bytes_consumed;
            self.state.input += step.bytes_consumed as u64;
            self.state.output += step.bytes_written as u64;
            if let Some(check) = &mut self.check {
                check.update(&out[filled..filled + step.bytes_written]);
            }
            filled += step.bytes_written;
            match step.status {
                Ok(MZStatus::StreamEnd) => {
                    if self.framing == Framing::Gzip {
                        self.tail()?;
                    }
                    self.state.decoder = None;
                }
                Ok(_) | Err(MZError::Buf) if more || step.bytes_written > 0 => {}
                Ok(_) | Err(MZError::Buf) => return Err(damaged("is cut short")),
                Err(_) => return Err(damaged("is damaged: it cannot be decompressed")),
            }
        }
        Ok(filled)
    }
}

impl Index {
    /// Reads a stream from its beginning to its end, handing on what it is inflated.
    pub(super) fn of(
        file: impl Read,
        framing: Framing,
        take: &mut dyn FnMut(&[u8]),
    ) -> io::Result<Self> {
        let mut decoder = Decoder::new(State::start(framing), framing, file);
        let mut states = vec![decoder.state.clone()];
        let mut spacing = FIRST_SPACING;
        let mut out = vec![0; CHUNK];
        loop {
            let read = decoder.read(&mut out)?;
            if read == 0 {
                break;
            }
            take(&out[..read]);
            let last = states.last().map_or(0, |state| state.output);
            if decoder.state.output - last >= spacing {
                states.push(decoder.state.clone());
            }
            if states.len() > MOST_STATES {
                let mut at = 0;
                states.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                spacing *= 2;
            }
        }
        Ok(Self {
            framing,
            size: decoder.state.output,
            states,
            recent: Mutex::default(),
        })
    }

    /// How many bytes it is inflated.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// `size` inflated bytes from `at` on, of a stream that begins at `start` in `file`.
    pub(super) fn read(
        &self,
        file: &mut File,
        start: u64,
        at: u64,
        size: u64,
    ) -> io::Result<Vec<u8>> {
        let state = self.before(at);
        file.seek(SeekFrom::Start(start + state.input))?;
        let mut decoder = Decoder::new(state, self.framing, file);
        // Its beginning was seen when the index was made.
        decoder.check = None;
        let mut skipped = [0; 4096];
        while decoder.state.output < at {
            let left = usize::try_from(at - decoder.state.output).unwrap_or(usize::MAX);
            let part = left.min(skipped.len());
            if decoder.read(&mut skipped[..part])? == 0 {
                return Err(damaged("its container has become shorter"));
            }
        }
        let mut bytes = vec![0; usize::try_from(size).map_err(|_| damaged("is too large"))?];
        if decoder.read(&mut bytes)? != bytes.len() {
            return Err(damaged("its container has become shorter"));
        }
        if let Ok(mut recent) = self.recent.lock() {
            if recent.len() == REMEMBERED {
                recent.remove(0);
            }
            recent.push(decoder.state);
        }
        Ok(bytes)
    }

    /// The last state that is known before a place.
    fn before(&self, at: u64) -> State {
        let after = self.states.partition_point(|state| state.output <= at);
        let kept = &self.states[after.saturating_sub(1)];
        let Ok(mut recent) = self.recent.lock() else {
            return kept.clone();
        };
        let nearest = (0..recent.len())
            .filter(|&one| (kept.output..=at).contains(&recent[one].output))
            .max_by_key(|&one| recent[one].output);
        match nearest {
            Some(one) => recent.remove(one),
            None => kept.clone(),
        }
    }
}

/// All of a deflated run of bytes, which says how long it is inflated and its CRC-32.
pub(super) fn whole(packed: &[u8], size: u64, check: u32) -> io::Result<Vec<u8>> {
    let mut decoder = Decoder::new(State::start(Framing::Raw), Framing::Raw, packed);
    decoder.check = None;
    // One byte more than there should be, to notice when there is.
    let room = usize::try_from(size.saturating_add(1)).map_err(|_| damaged("is too large"))?;
    let mut bytes = vec![0; room];
    let read = decoder.read(&mut bytes)?;
    bytes.truncate(read);
    match read as u64 == size && crc32fast::hash(&bytes) == check {
        true => Ok(bytes),
        false => Err(damaged("is damaged: its checksum or size differs")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use miniz_oxide::deflate::compress_to_vec;
    use proptest::prelude::*;

    use super::*;

    fn gzip(parts: &[&[u8]]) -> Vec<u8> {
        let mut all = Vec::new();
        for part in parts {
            all.extend([0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 255]);
            all.extend(b"name\0");
            all.extend(compress_to_vec(part, 6));
            all.extend(crc32fast::hash(part).to_le_bytes());
            all.extend((part.len() as u32).to_le_bytes());
        }
        all
    }

    /// Bytes that compress somewhat.
    fn text(length: usize, seed: u32) -> Vec<u8> {
        let mut state = seed | 1;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b"abcdefgh"[(state >> 29) as usize]
        };
        (0..length).map(next).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn any_stretch_is_that_of_the_whole(
            seed in any::<u32>(),
            lengths in prop::collection::vec(0_usize..3_000_000, 1..4),
            reads in prop::collection::vec((0.0..1.0, 0_u64..5000), 1..12),
        ) {
            let parts: Vec<Vec<u8>> = lengths.iter().map(|&one| text(one, seed)).collect();
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            let (plain, packed) = (parts.concat(), gzip(&parts));
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(b"before").unwrap();
            file.write_all(&packed).unwrap();
            let mut all: Vec<u8> = Vec::new();
            let index = Index::of(packed.as_slice(), Framing::Gzip, &mut |part| all.extend(part)).unwrap();
            prop_assert!(all == plain);
            for (share, size) in reads {
                let size = size.min(plain.len() as u64);
                let at = ((plain.len() as u64 - size) as f64 * share) as u64;
                let read = index.read(&mut file, 6, at, size).unwrap();
                prop_assert!(read == plain[at as usize..(at + size) as usize]);
            }
        }
    }

    #[test]
    fn a_stream_that_is_cut_or_changed_is_an_error() {
        let packed = gzip(&[&text(100_000, 7)]);
        let read = |bytes: &[u8]| Index::of(bytes, Framing::Gzip, &mut |_| {});
        assert!(read(&packed).is_ok());
        for cut in [5, 40, packed.len() / 2, packed.len() - 1] {
            assert!(read(&packed[..cut]).is_err(), "cut at {cut}");
        }
        let mut changed = packed.clone();
        let last = changed.len() - 6;
        changed[last] ^= 1;
        assert!(read(&changed).unwrap_err().to_string().contains("checksum"));
    }

    #[test]
    fn a_run_that_is_not_what_it_says_is_an_error() {
        let plain = text(1000, 3);
        let packed = compress_to_vec(&plain, 6);
        let check = crc32fast::hash(&plain);
        assert_eq!(whole(&packed, 1000, check).unwrap(), plain);
        for (size, check) in [(999, check), (1001, check), (1000, check ^ 1)] {
            assert!(whole(&packed, size, check).is_err());
        }
        // A bomb: no more is inflated than was announced.
        let zeros = compress_to_vec(&vec![0; 10 << 20], 9);
        assert!(whole(&zeros, 10, 0).is_err());
    }
}
