//! A wish that long work be broken off, which the work itself looks at every few milliseconds.
//!
//! Arithmetic has no way to answer "not finished": a product returns nothing, a tape's operations their tensors. So work
//! that may be broken off runs inside [`Cancel::run`], and the loops far below call [`checkpoint`]. Where the wish is there,
//! a checkpoint unwinds back to `run`, past everything that would have used the unfinished result (as the incremental
//! compiler framework salsa does). That is no panic: nothing is printed, and memory is given back on the way.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by whoever may wish and whoever works; once wished, it stays.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Wish>);

#[derive(Debug, Default)]
struct Wish {
    is_cancelled: Arc<AtomicBool>,
    /// After how many looks the wish comes by itself, so that a test can count work instead of time.
    #[cfg(test)]
    looks_left: Option<std::sync::atomic::AtomicU64>,
}

/// What a checkpoint unwinds with.
struct Cancelled;

thread_local! {
    /// The wish that this thread's work looks at.
    static CURRENT: RefCell<Option<Cancel>> = const { RefCell::new(None) };
}

impl Cancel {
    /// A wish that is there as soon as somebody raises `flag`, such as a signal.
    pub fn raised_by(flag: Arc<AtomicBool>) -> Self {
        Self(Arc::new(Wish {
            is_cancelled: flag,
            #[cfg(test)]
            looks_left: None,
        }))
    }

    /// Wishes that the work end.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::SeqCst);
    }

    /// Begins other work, of which nobody wished so yet.
    pub fn reset(&self) {
        self.0.is_cancelled.store(false, Ordering::SeqCst);
    }

    /// Whether somebody wished so.
    pub fn is_cancelled(&self) -> bool {
        #[cfg(test)]
        self.count_look();
        self.0.is_cancelled.load(Ordering::Relaxed)
    }

    /// Does `work` on this thread, unless it is cancelled before or on the way: then the answer is `None`.
    ///
    /// What `work` changes outside itself may be left half done, so it should change nothing there. Its loops are looked at
    /// on this thread only: what it hands to other threads needs a `run` of its own there.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> Option<R> {
        if self.is_cancelled() {
            return None;
        }
        let _outer = Outer(CURRENT.replace(Some(self.clone())));
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => Some(result),
            Err(cause) if <dyn Any>::is::<Cancelled>(&*cause) => None,
            Err(panic) => resume_unwind(panic),
        }
    }

    /// A wish that comes by itself at the look after `looks` others.
    #[cfg(test)]
    pub fn after_looks(looks: u64) -> Self {
        Self(Arc::new(Wish {
            looks_left: Some(looks.into()),
            ..Wish::default()
        }))
    }

    #[cfg(test)]
    fn count_look(&self) {
        if let Some(left) = &self.0.looks_left {
            let spent = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            if spent.is_err() {
                self.cancel();
            }
        }
    }

    /// How many looks are left until the wish comes by itself.
    #[cfg(test)]
    pub fn looks_left(&self) -> u64 {
        let left = self.0.looks_left.as_ref();
        left.map_or(0, |left| left.load(Ordering::Relaxed))
    }
}

/// The wish that held outside a `run`, which holds again after it.
struct Outer(Option<Cancel>);

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Ends the [`Cancel::run`] around it, where that was cancelled; does nothing outside any.
pub fn checkpoint() {
    let is_cancelled = CURRENT.with_borrow(|current| current.as_ref().is_some_and(Cancel::is_cancelled));
    if is_cancelled {
        resume_unwind(Box::new(Cancelled));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_at_the_first_checkpoint_after_the_wish() {
        let cancel = Cancel::default();
        let mut rounds = 0;
        let broken_off = cancel.run(|| {
            for round in 0..10 {
                checkpoint();
                rounds += 1;
                if round == 3 {
                    cancel.cancel();
                }
            }
        });
        assert_eq!((broken_off, rounds), (None, 4));
        assert_eq!(cancel.run(|| 1), None, "what is cancelled does not begin");
        checkpoint();
    }

    #[test]
    fn an_inner_wish_ends_the_inner_work_alone_and_a_panic_stays_one() {
        let (outer, inner) = (Cancel::default(), Cancel::default());
        inner.cancel();
        let both = outer.run(|| {
            let within = inner.run(|| ());
            checkpoint();
            within
        });
        assert_eq!(both, Some(None));
        let panicked = catch_unwind(|| Cancel::default().run(|| panic!("a real one")));
        assert!(panicked.is_err());
        let third = Cancel::after_looks(3);
        assert!(
            !third.is_cancelled() && !third.is_cancelled() && !third.is_cancelled() && third.is_cancelled()
        );
    }
}
