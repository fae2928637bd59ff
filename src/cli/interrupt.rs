//! Ctrl-C: the cache keeps what has been read, no file is left half written, exit status 130.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::progress::{Progress, Stage};

/// What a shell expects of a program that was interrupted: 128 and the number of the signal.
pub(super) const STATUS: u8 = 130;

/// How long images that are being read may take to end.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the user wants to stop, and whether that has to wait.
#[derive(Debug, Default)]
struct State {
    wanted: AtomicBool,
    /// Images are being read, and what is known of them is to be kept.
    reading: AtomicBool,
}

/// Progress that also tells the audit to stop reading images.
pub(super) struct Interrupt<'a> {
    state: Arc<State>,
    inner: &'a dyn Progress,
}

impl<'a> Interrupt<'a> {
    /// Listens for Ctrl-C from now on. Without a handler the signal ends the process as it always
    /// did.
    pub(super) fn new(inner: &'a dyn Progress) -> Self {
        let state = Arc::new(State::default());
        let told = Arc::clone(&state);
        // A second handler in one process is refused, and there is none.
        let _ = ctrlc::set_handler(move || stop(&told));
        Self { state, inner }
    }
}

/// Runs in a thread of its own.
#[expect(clippy::exit, reason = "the main thread may be deep in a computation")]
fn stop(state: &State) {
    let again = state.wanted.swap(true, Ordering::SeqCst);
    if !again && state.reading.load(Ordering::SeqCst) {
        // The main thread stops reading, writes the cache and ends the process.
        std::thread::sleep(PATIENCE);
    }
    super::output::wait_until_written();
    super::say("interrupted");
    std::process::exit(i32::from(STATUS));
}

impl Progress for Interrupt<'_> {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let is_reading = matches!(stage, Stage::Hashing | Stage::Masks);
        self.state.reading.store(is_reading, Ordering::SeqCst);
        self.inner.begin(stage, total);
    }

    fn advance(&self, steps: u64) {
        self.inner.advance(steps);
    }

    fn end(&self) {
        self.inner.end();
        self.state.reading.store(false, Ordering::SeqCst);
    }

    fn is_interrupted(&self) -> bool {
        self.state.wanted.load(Ordering::SeqCst)
    }
}
