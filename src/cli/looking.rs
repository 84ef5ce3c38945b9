//! What the commands that look into a model share: the session that they look into, and threads to do it with.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use clap::Args;

use super::items::{Item, Items};
use super::{progress_bar, resume};
use crate::cancel::Cancel;
use crate::data::{Dataset, ItemShape, Part, Split};
use crate::evaluation::MeasurementContext;
use crate::explore::{attribute, encoding, traversal};
use crate::learning::{Training, default_threads};
use crate::model::Vae;
use crate::pictures::item::picture;
use crate::pictures::raster::Raster;
use crate::run::RunState;
use crate::session::Resumed;
use crate::words::plain;

/// The session that a command looks into.
#[derive(Args, Debug)]
pub(super) struct SessionArguments {
    /// The session
    session: PathBuf,
    /// Where the data that it was trained on is now, where that is not as it was saved
    #[arg(long, value_name = "PATH")]
    trained_on: Option<String>,
}

/// A saved model with what it was trained on.
pub(super) struct Looking {
    pub state: RunState,
    pub data: Arc<Dataset>,
    pool: rayon::ThreadPool,
}

impl SessionArguments {
    /// Reads the session and its data.
    ///
    /// # Errors
    /// If one of the two can't be read.
    pub(super) fn open(&self) -> anyhow::Result<Looking> {
        let Resumed { state, data, .. } = resume(&self.session, self.trained_on.as_deref())?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(default_threads())
            .build()?;
        Ok(Looking { state, data, pool })
    }
}

impl Looking {
    /// The model.
    pub(super) fn model(&self) -> &Vae {
        &self.state.training.model
    }

    /// The data of the session.
    pub(super) fn data(&self) -> &Dataset {
        &self.data
    }

    /// The run.
    pub(super) fn training(&self) -> &Training {
        &self.state.training
    }

    /// How its run reads items.
    pub(super) fn context(&self) -> MeasurementContext {
        self.state.training.noise()
    }

    /// The kind of its items.
    pub(super) fn shape(&self) -> ItemShape {
        self.data.shape
    }

    /// Latent dimensions.
    pub(super) fn latent(&self) -> usize {
        self.model().architecture().latent
    }

    /// Does `work` on all threads.
    pub(super) fn on_all_threads<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Finds items for it.
    pub(super) fn items(&self) -> Items {
        Items::new(self.data.clone())
    }

    /// Where an item lies: the mean of `q(z|x)`.
    pub(super) fn mean_of(&self, item: &Item) -> anyhow::Result<Vec<f32>> {
        traversal::posterior_mean(
            self.model(),
            item.split(),
            item.index,
            self.context(),
            &Cancel::default(),
        )
        .context(BROKEN_OFF)
    }

    /// Where each of many items lies, with a bar where that takes long.
    pub(super) fn means_of(&self, split: &Split, items: &[usize]) -> anyhow::Result<Vec<Vec<f32>>> {
        const ROUND: usize = 4_000;
        let bar = progress_bar(items.len() as u64, "items");
        let mut means = Vec::with_capacity(items.len());
        for round in items.chunks(ROUND) {
            let (model, context) = (self.model(), self.context());
            let of_round = self.on_all_threads(|| {
                encoding::posterior_means(model, split, round, context, &Cancel::default())
            });
            means.extend(of_round.context(BROKEN_OFF)?);
            bar.set_position(means.len() as u64);
        }
        bar.finish_and_clear();
        Ok(means)
    }

    /// The pictures of the mean items of some latent vectors.
    pub(super) fn pictures_at(&self, points: &[Vec<f32>]) -> anyhow::Result<Vec<Raster>> {
        let values = traversal::decode(self.model(), points, &Cancel::default()).context(BROKEN_OFF)?;
        Ok(self.pictures_of(&values))
    }

    /// The same by each of `count` decoders with drawn weights, those of the first latent vector first.
    ///
    /// # Errors
    /// If its weights are numbers.
    pub(super) fn pictures_by_decoders(
        &self,
        points: &[Vec<f32>],
        count: u32,
        seed: u64,
    ) -> anyhow::Result<Vec<Raster>> {
        ensure!(
            self.model().has_weight_posterior(),
            "the weights of this model are numbers, so that all its decoders agree: --method full-vb learns a distribution of them"
        );
        let mut by_decoder = Vec::new();
        for draw in 0..u64::from(count) {
            let decoder = self.model().drawn(seed, draw);
            by_decoder.push(traversal::decode(&decoder, points, &Cancel::default()).context(BROKEN_OFF)?);
        }
        let width = self.shape().numbers();
        let of_point = |point: usize| {
            let decoders = by_decoder.iter();
            decoders.flat_map(move |values| self.pictures_of(&values[point * width..][..width]))
        };
        Ok((0..points.len()).flat_map(of_point).collect())
    }

    /// The pictures of items, one after the other.
    pub(super) fn pictures_of(&self, values: &[f32]) -> Vec<Raster> {
        let items = values.chunks_exact(self.shape().numbers());
        items.map(|item| picture(item, self.shape())).collect()
    }

    /// The width of an item's picture.
    pub(super) fn picture_width(&self) -> usize {
        picture(&vec![0.0; self.shape().numbers()], self.shape()).width
    }

    /// A latent dimension that a person named.
    ///
    /// # Errors
    /// If there is none of that number.
    pub(super) fn check_dimension(&self, dimension: usize) -> anyhow::Result<()> {
        let latent = self.latent();
        ensure!(
            dimension < latent,
            "dimension is {dimension}, but must be from 0 to {}, as the session has {latent} latent dimensions",
            latent - 1
        );
        Ok(())
    }
}

/// Nobody wishes that a command without a screen be broken off, except by ending it.
pub(super) const BROKEN_OFF: &str = "it was broken off";

/// A set of items as it is typed: `label:4`, or the name of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// The training items of a class.
    Label(String),
    /// All items of a file.
    File(String),
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("label:") {
            Some("") | None if text.is_empty() || text == "label:" => {
                Err("a set of items is label:CLASS or a file".into())
            }
            Some(label) => Ok(Self::Label(label.into())),
            None => Ok(Self::File(text.into())),
        }
    }
}

impl Group {
    /// The mean of where its items lie.
    ///
    /// # Errors
    /// If there is no such class or file.
    pub(super) fn mean(&self, looking: &Looking, items: &mut Items) -> anyhow::Result<Vec<f32>> {
        let means = match self {
            Self::Label(label) => {
                let of_class = items_of_class(&looking.data, Part::Train, label)?;
                looking.means_of(&looking.data.train, &of_class)?
            }
            Self::File(name) => {
                let data = items.file(name)?;
                let all: Vec<usize> = (0..data.test.points()).collect();
                looking.means_of(&data.test, &all)?
            }
        };
        attribute::mean(&means).context("a set of items has at least one")
    }
}

/// The items of a part of the data that have a class.
///
/// # Errors
/// If there is no such class, or no such item.
pub(super) fn items_of_class(data: &Dataset, part: Part, label: &str) -> anyhow::Result<Vec<usize>> {
    check_class(data, label)?;
    let has_class = |&item: &usize| data.class(part, item) == Some(label);
    let items: Vec<usize> = (0..data.split(part).points()).filter(has_class).collect();
    ensure!(
        !items.is_empty(),
        "no {} item has the label {}",
        part.name(),
        plain(label)
    );
    Ok(items)
}

/// Makes sure that the data has a class.
///
/// # Errors
/// If it has no labels, or not this one.
pub(super) fn check_class(data: &Dataset, label: &str) -> anyhow::Result<()> {
    ensure!(
        !data.classes.is_empty(),
        "the data has no labels, so there is no label {}",
        plain(label)
    );
    ensure!(
        data.classes.iter().any(|class| class == label),
        "the data has no label {}: its labels are {}",
        plain(label),
        plain(&data.classes.join(", "))
    );
    Ok(())
}

/// Reads a finite number.
pub(super) fn finite(text: &str) -> Result<f32, String> {
    let number: f32 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err("it must be finite".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_a_label_or_a_file() {
        assert_eq!(Group::from_str("label:4"), Ok(Group::Label("4".into())));
        assert_eq!(
            Group::from_str("smiling.idx"),
            Ok(Group::File("smiling.idx".into()))
        );
        assert!(Group::from_str("label:").is_err() && Group::from_str("").is_err());
        assert_eq!(finite("-1.5"), Ok(-1.5));
        assert!(finite("inf").is_err() && finite("NaN").is_err() && finite("x").is_err());
    }
}
