//! Memory that decoding may take, over all threads together.
//!
//! Headers announce how much a picture takes. Who decodes it takes its share of the budget first,
//! and waits while others hold it, so that big pictures take turns and small ones hardly notice.
//! What does not fit into the whole budget is refused, at any number of threads.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of a budget where nobody says more.
const DEFAULT: u64 = 2 << 30;

/// A budget of bytes; copies of it are the same budget.
#[derive(Clone)]
pub struct Budget(Arc<Shared>);

struct Shared {
    total: u64,
    used: Mutex<u64>,
    freed: Condvar,
    /// Held by the one who waits, so that small pictures do not keep a big one out for ever.
    entrance: Mutex<()>,
    /// Held by the one who has a large file in memory before its picture is known.
    large_file: Mutex<()>,
}

/// More than the whole budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch {
    /// Bytes that were asked for.
    pub(crate) needed: u64,
    /// Bytes of the budget.
    pub(crate) allowed: u64,
}

/// What one thread holds of a budget; given back when dropped.
pub(crate) struct Share<'a> {
    budget: &'a Shared,
    bytes: u64,
    turn: Option<MutexGuard<'a, ()>>,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(DEFAULT)
    }
}

/// Shows how much there is, not how much is in use: whoever compares settings compares this.
impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Budget({})", self.0.total)
    }
}

impl Budget {
    /// A budget of so many bytes.
    #[must_use]
    pub fn of(bytes: u64) -> Self {
        Self(Arc::new(Shared {
            total: bytes,
            used: Mutex::new(0),
            freed: Condvar::new(),
            entrance: Mutex::new(()),
            large_file: Mutex::new(()),
        }))
    }

    /// Nothing yet.
    pub(crate) fn share(&self) -> Share<'_> {
        Share {
            budget: &self.0,
            bytes: 0,
            turn: None,
        }
    }
}

impl Share<'_> {
    /// Whether so many bytes can ever be had.
    ///
    /// # Errors
    /// They cannot.
    pub(crate) fn admits(&self, needed: u64) -> Result<(), TooMuch> {
        let allowed = self.budget.total;
        if needed > allowed {
            return Err(TooMuch { needed, allowed });
        }
        Ok(())
    }

    /// Holds at least so many bytes, and waits for them where it must. What was held is given back
    /// before more is waited for: two who keep what they have would wait for each other.
    ///
    /// # Errors
    /// The whole budget is less.
    pub(crate) fn take(&mut self, bytes: u64) -> Result<(), TooMuch> {
        self.admits(bytes)?;
        if bytes <= self.bytes {
            return Ok(());
        }
        // The one who holds a large file keeps it: it is the only one that waits with something in
        // its hands, and all others finish without it.
        let _first = match self.turn {
            Some(_) => None,
            None => {
                self.give_back();
                Some(locked(&self.budget.entrance))
            }
        };
        let mut used = locked(&self.budget.used);
        while *used - self.bytes + bytes > self.budget.total {
            let woken = self.budget.freed.wait(used);
            used = woken.unwrap_or_else(PoisonError::into_inner);
        }
        *used = *used - self.bytes + bytes;
        self.bytes = bytes;
        Ok(())
    }

    /// The same for a file that is read before it is known what its picture takes: one at a time.
    ///
    /// # Errors
    /// As for [`Share::take`].
    pub(crate) fn take_for_large_file(&mut self, bytes: u64) -> Result<(), TooMuch> {
        self.admits(bytes)?;
        if self.turn.is_none() {
            self.give_back();
            self.turn = Some(locked(&self.budget.large_file));
        }
        self.take(bytes)
    }

    fn give_back(&mut self) {
        if self.bytes > 0 {
            *locked(&self.budget.used) -= self.bytes;
            self.bytes = 0;
            self.budget.freed.notify_all();
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Whoever panicked held nothing but a number that is right at any time.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn what_does_not_fit_is_refused_and_the_limit_is_named() {
        let budget = Budget::of(100);
        let (needed, allowed) = (101, 100);
        assert_eq!(budget.share().take(101), Err(TooMuch { needed, allowed }));
        assert_eq!(budget.share().take(100), Ok(()));
        assert_eq!(budget.share().admits(100), Ok(()));
    }

    #[test]
    fn threads_never_hold_more_than_there_is_and_all_of_them_come_through() {
        let (budget, held, most) = (Budget::of(100), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..8u64 {
                let (budget, held, most) = (&budget, &held, &most);
                scope.spawn(move || {
                    for round in 0..200u64 {
                        let bytes = 1 + (thread * 37 + round * 11) % 100;
                        let mut share = budget.share();
                        if round % 3 == 0 {
                            share.take_for_large_file(bytes.div_ceil(4)).unwrap();
                        }
                        share.take(bytes).unwrap();
                        most.fetch_max(
                            held.fetch_add(bytes, Ordering::SeqCst) + bytes,
                            Ordering::SeqCst,
                        );
                        std::thread::yield_now();
                        held.fetch_sub(bytes, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 100);
        assert_eq!(*locked(&budget.0.used), 0);
    }

    #[test]
    fn who_holds_enough_waits_for_nobody() {
        let budget = Budget::of(100);
        let mut share = budget.share();
        share.take(80).unwrap();
        share.take(30).unwrap();
        assert_eq!(*locked(&budget.0.used), 80);
        drop(share);
        assert_eq!(*locked(&budget.0.used), 0);
    }
}
