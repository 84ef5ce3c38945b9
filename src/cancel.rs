//! A wish that work be broken off, which whoever does the work looks at every few milliseconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shared by whoever may wish and whoever works.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Wishes that the work end.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody wished so.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Begins other work, of which nobody wished so yet.
    pub fn reset(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}
