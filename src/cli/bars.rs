//! Several runs that are trained side by side: a bar for each, on standard error.

use indicatif::{MultiProgress, ProgressBar};

use super::progress_bar;
use crate::paper::Audience;
use crate::process::say;

/// A bar for each run that is trained, on standard error.
#[derive(Default)]
pub(super) struct Bars(MultiProgress);

impl Audience for Bars {
    fn begin(&self, name: &str, goal: u64) -> Box<dyn Fn(u64) + Send + Sync> {
        let bar = Bar(self.0.add(progress_bar(goal, "samples")));
        bar.0.set_message(name.to_owned());
        Box::new(move |samples| bar.0.set_position(samples))
    }

    fn say(&self, words: &str) {
        self.0.suspend(|| say(words));
    }
}

/// A bar that disappears with its run.
struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
