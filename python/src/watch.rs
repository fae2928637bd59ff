//! Work without the interpreter's lock, that Ctrl-C stops and whose progress Python may show.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use splitleak::error::Error;
use splitleak::progress::{Progress, Stage};

use crate::errors::raised;

/// How often Python is asked for signals and told of progress.
const TURN: Duration = Duration::from_millis(50);

/// How long interrupted work may take to end by itself, for the cache to be written. After that it
/// is left behind, and ends on its own.
const PATIENCE: Duration = Duration::from_millis(250);

/// Where work stands, in numbers that any thread may read.
#[derive(Debug, Default)]
struct Watch {
    stop: AtomicBool,
    /// 0 before the first stage, then 1 and on in the order of [`NAMES`].
    stage: AtomicU8,
    done: AtomicU64,
    /// 0 where it is not known.
    total: AtomicU64,
}

/// Stages for people.
const NAMES: [&str; 4] = ["listing", "reading", "reading masks", "comparing"];

impl Progress for Watch {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        let number = match stage {
            Stage::Walking => 1,
            Stage::Hashing => 2,
            Stage::Masks => 3,
            Stage::Matching => 4,
        };
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total.unwrap_or(0), Ordering::Relaxed);
        self.stage.store(number, Ordering::Release);
    }

    fn advance(&self, steps: u64) {
        self.done.fetch_add(steps, Ordering::Relaxed);
    }

    fn end(&self) {}

    fn is_interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Watch {
    /// Tells `show` the stage, the steps that are done and how many there are (0: not known).
    fn tell(&self, py: Python<'_>, show: &Py<PyAny>) -> PyResult<()> {
        let stage = usize::from(self.stage.load(Ordering::Acquire));
        let Some(name) = stage.checked_sub(1).and_then(|at| NAMES.get(at)) else {
            return Ok(());
        };
        let numbers = [&self.done, &self.total].map(|number| number.load(Ordering::Relaxed));
        show.call1(py, (*name, numbers[0], numbers[1])).map(drop)
    }
}

/// Does `work` in a pool of as many threads (`None`: one per core) that is gone when it ends, so
/// that a process may be forked between two checks. `show` is called a few times a second, from
/// this thread.
///
/// # Errors
/// Those of the work, what `show` raises, and `KeyboardInterrupt`.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    show: Option<&Py<PyAny>>,
    work: impl FnOnce(&dyn Progress) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0));
    let pool = pool
        .build()
        .map_err(|error| PyRuntimeError::new_err(format!("cannot start threads: {error}")))?;
    let watch = Arc::new(Watch::default());
    let (send, receive) = channel();
    let watched = Arc::clone(&watch);
    std::thread::spawn(move || {
        let work = AssertUnwindSafe(|| pool.install(|| work(&*watched)));
        // Nobody listens any more where the work was left behind.
        let _ = send.send(catch_unwind(work));
    });
    // A receiver is waited on by one thread: the lock says so to the compiler.
    let receive = std::sync::Mutex::new(receive);
    let wait = |time| {
        py.detach(|| {
            let receive = receive
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            receive.recv_timeout(time)
        })
    };
    loop {
        match wait(TURN) {
            Ok(Ok(ended)) => return ended.map_err(|error| raised(py, &error)),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => {
                let text = "internal error of splitleak, please report it";
                return Err(PyRuntimeError::new_err(text));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let told = show.map_or(Ok(()), |show| watch.tell(py, show));
        if let Err(error) = py.check_signals().and(told) {
            watch.stop.store(true, Ordering::Relaxed);
            let _ = wait(PATIENCE);
            return Err(error);
        }
    }
}
