//! The posterior of every item of a part of the data, as a table.

use std::io::Write;
use std::path::Path;

use super::whole::broken_off;
use super::{OutputError, Watch, write_file};
use crate::data::{Dataset, Part};
use crate::evaluation::MeasurementContext;
use crate::exchange::embedding::{Form, Table, posteriors};
use crate::files::shown;
use crate::language::tr;
use crate::learning::Training;
use crate::model::Vae;

/// What is written, and how.
pub struct Embedding<'a> {
    model: &'a Vae,
    data: &'a Dataset,
    part: Part,
    context: MeasurementContext,
    form: Form,
}

/// The form of a table, by the end of its name.
///
/// # Errors
/// If that says none.
pub fn form(path: &Path) -> Result<Form, OutputError> {
    match path.extension().and_then(|end| end.to_str()) {
        Some("csv") => Ok(Form::Csv),
        Some("npy") => Ok(Form::Npy),
        _ => Err(OutputError::Ending {
            path: shown(path),
            found: "neither .npy nor .csv",
        }),
    }
}

impl<'a> Embedding<'a> {
    /// Of the items of a part of `data`, as the run reads them.
    pub fn of(training: &'a Training, data: &'a Dataset, part: Part, form: Form) -> Self {
        Self {
            model: &training.model,
            data,
            part,
            context: training.noise(),
            form,
        }
    }

    /// Writes the whole table to a file, on the threads of the pool it is called in, and says what that is.
    ///
    /// # Errors
    /// If the file can't be written, or it was broken off.
    pub fn write_file(&self, path: &Path, watch: Watch<'_>) -> Result<String, OutputError> {
        write_file(path, watch.cancel, |output| self.write(path, output, watch))?;
        Ok(match self.data.split(self.part).points() {
            1 => tr!("the posterior of 1 item").into(),
            count => tr!("posteriors of {count} items", count = count),
        })
    }

    /// Writes the whole table to `output`, which is called `path`, item by item.
    ///
    /// # Errors
    /// If the output can't be written, or it was broken off.
    pub fn write(&self, path: &Path, output: impl Write + Send, watch: Watch<'_>) -> Result<(), OutputError> {
        let split = self.data.split(self.part);
        let sizes = (split.points(), self.model.architecture().latent);
        let mut table = Table::begin(output, self.form, sizes, &self.data.classes)?;
        let all = split.points() as u64;
        let written = posteriors(self.model, split, self.context, watch.cancel, |item, moments| {
            (watch.progress)(item as u64 + 1, all);
            table.item(item, self.data.class(self.part, item), moments)
        })?;
        written.ok_or_else(|| broken_off(path))?;
        Ok(table.finish()?)
    }
}
