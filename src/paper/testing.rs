//! A laboratory for tests, which nobody listens to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::{Audience, Laboratory};

struct Nobody;

impl Audience for Nobody {
    fn begin(&self, _: &str, _: u64) -> Box<dyn Fn(u64) + Send + Sync> {
        Box::new(|_| {})
    }

    fn say(&self, _: &str) {}
}

/// One that trains two runs of two seeds at a time, and measures three points.
pub(super) fn laboratory(folder: &Path, samples: Option<u64>, budget: Option<Duration>) -> Laboratory {
    Laboratory {
        folder: folder.to_owned(),
        data: None,
        samples,
        learning_rate: None,
        warm_up: None,
        points: 3,
        jobs: 2,
        threads: 1,
        budget,
        seeds: 2,
        stop: Arc::new(AtomicBool::new(false)),
        audience: Box::new(Nobody),
    }
}
