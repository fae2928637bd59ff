//! Videos: two frames a second, decoded by the `ffmpeg` of the user where there is one.
//!
//! Codecs are a library of their own, so that none is linked: `ffprobe` says how long a video is,
//! `ffmpeg` decodes it once, scaled down, and the frames of the videos that were read last are kept
//! for their neighbours. Both are told to open that file and nothing else.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::listing::{Listing, Part};
use super::names::RowNames;
use super::{Container, Reader, damaged};

/// Least milliseconds between frames: of two clips of one film that begin at other fractions of a
/// second, a frame of one is within a quarter of a second of a frame of the other.
const LEAST_APART: u64 = 500;

/// Most frames of one video; of a longer one they lie further apart.
const MOST_FRAMES: u64 = 300;

/// Longest side of a frame in pixels: what a signature and a second look need.
const LONGEST_SIDE: u32 = 480;

/// How long one video may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// How often it is asked whether a program has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Most bytes of frames of one video.
const MOST_BYTES: u64 = 256 << 20;

/// Forms that are opened: no lists of other files (HLS, concat), whatever a file is called.
const FORMATS: &str =
    "mov,mp4,matroska,webm,avi,flv,mpeg,mpegts,mpegvideo,ogg,asf,h264,hevc,mjpeg,yuv4mpegpipe";

/// Longest answer of `ffprobe`.
const LONGEST_ANSWER: u64 = 1 << 16;

/// Frames as JPEG files, in order.
type Frames = Vec<Vec<u8>>;

/// The frames of the videos that were read last, so that they outlive the moment.
static LAST_READ: Mutex<VecDeque<Arc<Frames>>> = Mutex::new(VecDeque::new());

/// A video, decoded when a frame is asked for.
pub(super) struct Video {
    file: PathBuf,
    /// Milliseconds between frames.
    every: u64,
    frames: Mutex<Weak<Frames>>,
}

impl Video {
    /// The frame at a millisecond.
    ///
    /// # Errors
    /// The video cannot be decoded, or ends before it.
    pub(super) fn frame(&self, millisecond: u64) -> io::Result<Vec<u8>> {
        let frames = self.frames()?;
        let at = usize::try_from(millisecond / self.every).unwrap_or(usize::MAX);
        // A video may end a little before its headers say.
        let frame = frames
            .get(at)
            .or_else(|| frames.last().filter(|_| at == frames.len()));
        frame
            .cloned()
            .ok_or_else(|| damaged("ends before this frame"))
    }

    fn frames(&self) -> io::Result<Arc<Frames>> {
        let mut own = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frames) = own.upgrade() {
            return Ok(frames);
        }
        let frames = Arc::new(decode(&self.file, self.every)?);
        *own = Arc::downgrade(&frames);
        let mut last = LAST_READ.lock().unwrap_or_else(PoisonError::into_inner);
        last.push_back(Arc::clone(&frames));
        // Each thread reads in another video; one that is forgotten early is decoded once a frame.
        let kept = 2 * rayon::current_num_threads();
        while last.len() > kept {
            last.pop_front();
        }
        Ok(frames)
    }
}

/// What a video holds: frames, called by their millisecond.
///
/// # Errors
/// No `ffprobe`, or it finds no video in the file.
pub(super) fn list(file: &Path, name: &str) -> io::Result<Option<Listing>> {
    let (seconds, rate) = length(file)?;
    let milliseconds = 1000.0 * seconds;
    let least = match rate {
        // No frame is taken twice.
        Some(rate) if rate > 0.0 => LEAST_APART.max((1000.0 / rate) as u64),
        _ => LEAST_APART,
    };
    let every = ((milliseconds / MOST_FRAMES as f64).ceil() as u64).max(least);
    let count = ((milliseconds / every as f64).ceil() as u64).clamp(1, MOST_FRAMES);
    let container = Container::new(
        file,
        Reader::Video(Video {
            file: file.to_owned(),
            every,
            frames: Mutex::new(Weak::new()),
        }),
    );
    let names = RowNames::new(name, (count - 1) * every + 1);
    let mut listing = Listing::default();
    for at in (0..count).map(|frame| frame * every) {
        listing.add(&container, names.of(at), Part::Row(at), None);
    }
    Ok(Some(listing))
}

/// Seconds of a video, and frames a second where they are told.
fn length(file: &Path) -> io::Result<(f64, Option<f64>)> {
    let mut probe = quiet("ffprobe", file);
    probe.args(["-select_streams", "v:0", "-show_entries"]);
    probe.args([
        "stream=avg_frame_rate,duration:format=duration",
        "-of",
        "csv=p=0",
    ]);
    let answer = run(probe, LONGEST_ANSWER)?;
    let length = length_of(&String::from_utf8_lossy(&answer));
    length.ok_or_else(|| damaged("`ffprobe` finds no video in"))
}

/// What `ffprobe` says: `30000/1001,3.2`, then the duration of the whole file, which a stream
/// without its own has.
fn length_of(answer: &str) -> Option<(f64, Option<f64>)> {
    let mut parts = answer.split(['\n', ',']).map(str::trim);
    let rate = parts.clone().find_map(|part| {
        let (frames, seconds) = part.split_once('/')?;
        let rate = frames.parse::<f64>().ok()? / seconds.parse::<f64>().ok()?;
        rate.is_finite().then_some(rate)
    });
    let seconds = parts.find_map(|part| {
        let seconds = part.parse::<f64>().ok()?;
        (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
    })?;
    Some((seconds, rate))
}

/// The frames of a video, one in so many milliseconds.
fn decode(file: &Path, every: u64) -> io::Result<Frames> {
    let mut ffmpeg = quiet("ffmpeg", file);
    // At each step the frame that is shown then; written as one a second, so that none is made up.
    let filters = format!(
        "setpts=PTS-STARTPTS,fps=1000/{every}:round=up:start_time=0,settb=1,setpts=N,\
         scale='min({LONGEST_SIDE},iw)':'min({LONGEST_SIDE},ih)':force_original_aspect_ratio=decrease"
    );
    ffmpeg.args(["-an", "-sn", "-dn", "-vf", &filters, "-r", "1", "-frames:v"]);
    ffmpeg.arg((MOST_FRAMES + 1).to_string());
    ffmpeg.args(["-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "3", "pipe:1"]);
    let bytes = run(ffmpeg, MOST_BYTES)?;
    let frames = split(&bytes);
    match frames.is_empty() {
        true => Err(damaged("`ffmpeg` decodes no frame of it")),
        false => Ok(frames),
    }
}

/// JPEG files that lie one behind the other. Within one, `FF D9` stands only at its end.
fn split(bytes: &[u8]) -> Frames {
    let ends = bytes
        .windows(2)
        .enumerate()
        .filter(|(_, two)| *two == b"\xFF\xD9");
    let mut from = 0;
    ends.map(|(at, _)| {
        let frame = bytes[from..at + 2].to_vec();
        from = at + 2;
        frame
    })
    .collect()
}

/// A program that reads one local file and asks nobody.
fn quiet(program: &str, file: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["-v", "error", "-protocol_whitelist", "file,pipe"]);
    command.args(["-format_whitelist", FORMATS]);
    if program == "ffmpeg" {
        command.args(["-nostdin", "-threads", "1"]);
    }
    // With the protocol before it no name is taken for an option or an address.
    let mut input = std::ffi::OsString::from("file:");
    input.push(file);
    command.arg("-i").arg(input);
    command
}

/// What a program prints, at most so many bytes.
fn run(mut command: Command, most: u64) -> io::Result<Vec<u8>> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => damaged("is read where `ffmpeg` and `ffprobe` are installed"),
        _ => error,
    })?;
    let Some(output) = child.stdout.take() else {
        return Err(damaged("gives no output"));
    };
    let (child, begun) = (Mutex::new(child), Instant::now());
    let is_read = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Whoever hangs is ended, and with it what is read of it.
        scope.spawn(|| {
            while !is_read.load(Ordering::Relaxed) {
                end_if(&child, begun.elapsed() > PATIENCE);
                std::thread::sleep(PAUSE);
            }
        });
        let mut bytes = Vec::new();
        let read = output.take(most + 1).read_to_end(&mut bytes);
        let is_too_much = bytes.len() as u64 > most;
        end_if(&child, is_too_much);
        is_read.store(true, Ordering::Relaxed);
        let status = loop {
            // A program may close its output and go on.
            end_if(&child, begun.elapsed() > PATIENCE);
            let ended = child
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .try_wait()?;
            match ended {
                Some(status) => break status,
                None => std::thread::sleep(PAUSE),
            }
        };
        read?;
        match status.success() && !is_too_much {
            true => Ok(bytes),
            false => Err(damaged("`ffmpeg` cannot read")),
        }
    })
}

fn end_if(child: &Mutex<Child>, is_due: bool) {
    if is_due {
        // It may have ended by itself.
        let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_the_stream_or_else_of_the_file() {
        assert_eq!(length_of("5/1,3.2\n3.5\n"), Some((3.2, Some(5.0))));
        assert_eq!(length_of("25/1,N/A\n3.000000\n"), Some((3.0, Some(25.0))));
        assert_eq!(length_of("0/0,2\n"), Some((2.0, None)));
        assert_eq!(length_of("\n"), None);
    }

    #[test]
    fn files_one_behind_the_other_are_told_apart_by_their_ends() {
        let frames = split(b"\xFF\xD8ab\xFF\xD9\xFF\xD8c\xFF\xD9\xFF\xD8cut");
        assert_eq!(
            frames,
            [
                b"\xFF\xD8ab\xFF\xD9".to_vec(),
                b"\xFF\xD8c\xFF\xD9".to_vec()
            ]
        );
        assert!(split(b"").is_empty());
    }

    #[test]
    fn a_program_that_prints_too_much_or_fails_or_is_not_there_is_an_error() {
        let mut much = Command::new("yes");
        much.arg("x");
        assert!(run(much, 100).is_err());
        assert!(run(Command::new("false"), 100).is_err());
        let missing = run(Command::new("splitleak-has-no-such-program"), 100);
        assert!(missing.unwrap_err().to_string().contains("installed"));
        let mut plain = Command::new("echo");
        plain.arg("x");
        assert_eq!(run(plain, 100).unwrap(), b"x\n");
    }
}
