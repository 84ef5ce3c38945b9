//! The numbers behind a ranking, which come in some items at a time, and what follows from them.

use crate::data::Part;
use crate::evaluation::detection::{auroc, quantile};
use crate::evaluation::{MOST_RANKED, MOST_RANKED_BY_CHAINS};
use crate::language::tr;
use crate::learning::Method;
use crate::run::Question;
use crate::run::protocol::ScoredItem;
use crate::tui::workspace::Workspace;

/// By which number items are ranked: the higher, the more unusual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Score {
    /// The lower bound, negative: `-L(x)`.
    #[default]
    Bound,
    /// The importance-weighted bound, negative, which is tighter (Burda, Grosse and Salakhutdinov 2016).
    ImportanceWeighted,
    /// The reconstruction term, negative: `-E_q[log p(x|z)]`.
    Reconstruction,
    /// The KL term: `KL(q(z|x) || p(z))`.
    Kl,
}

impl Score {
    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Bound => tr!("-ELBO"),
            Self::ImportanceWeighted => tr!("-importance-weighted bound"),
            Self::Reconstruction => tr!("-reconstruction term"),
            Self::Kl => tr!("KL term"),
        }
    }

    /// The score after this one, and after the last the first.
    pub fn next(self) -> Self {
        match self {
            Self::Bound => Self::ImportanceWeighted,
            Self::ImportanceWeighted => Self::Reconstruction,
            Self::Reconstruction => Self::Kl,
            Self::Kl => Self::Bound,
        }
    }

    /// Whether it takes importance samples, which the others have no use for.
    pub fn needs_importance(self) -> bool {
        self == Self::ImportanceWeighted
    }

    /// The score of an item in nats.
    pub fn of(self, item: &ScoredItem) -> f64 {
        let terms = item.score.terms;
        match self {
            Self::Bound => -terms.lower_bound(),
            Self::ImportanceWeighted => -item.score.bound(),
            Self::Reconstruction => -terms.reconstruction,
            Self::Kl => terms.kl,
        }
    }
}

/// Importance samples per item.
const IMPORTANCE_SAMPLES: usize = 50;
/// Items that are scored at most where each takes importance samples.
const MOST_BY_IMPORTANCE: usize = 1_000;
/// Items that one answer is about: it takes about a tenth of a second.
const AT_ONCE: usize = 400;
const AT_ONCE_BY_IMPORTANCE: usize = 40;
const AT_ONCE_BY_CHAINS: usize = 10;

/// How many items there are, and how they are encoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    train: usize,
    test: usize,
    by_chains: bool,
}

impl Extent {
    /// Of a run.
    pub fn of(workspace: &Workspace) -> Self {
        Self {
            train: workspace.data.train_items,
            test: workspace.data.test_items,
            by_chains: workspace.progress.configuration.method == Method::Mcem,
        }
    }
}

/// The numbers of the first items of a part, and of training items that are spread evenly, as far as they came in. They stay while
/// training goes on, so that no item moves away from under the eye.
pub struct Scoring {
    part: Part,
    has_importance: bool,
    /// The items of the part.
    items: Vec<ScoredItem>,
    /// The training items.
    training: Vec<ScoredItem>,
    extent: Extent,
    /// Training points that the parameters had seen when the first came in.
    pub samples: Option<u64>,
    /// Whether a person broke it off.
    pub is_stopped: bool,
}

/// An item and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Its place in the part.
    pub item: usize,
    /// Its score in nats.
    pub score: f64,
}

/// What follows from the numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The items, the highest score first.
    pub ranked: Vec<Ranked>,
    /// The score that a share of the training items does not reach; none before all of them have come in.
    pub threshold: Option<f64>,
    /// How many items are above.
    pub above: usize,
    /// The chance that an item of the odd class scores higher than one of another class.
    pub auroc: Option<f64>,
}

impl Scoring {
    /// No numbers yet.
    pub fn new(part: Part, has_importance: bool, extent: Extent) -> Self {
        Self {
            part,
            has_importance,
            extent,
            items: Vec::new(),
            training: Vec::new(),
            samples: None,
            is_stopped: false,
        }
    }

    /// Whether these are numbers of that.
    pub fn is_of(&self, part: Part, has_importance: bool) -> bool {
        (self.part, self.has_importance) == (part, has_importance)
    }

    /// How many items of the part are ranked, and how many training items are behind the threshold.
    fn wanted(&self) -> (usize, usize) {
        let Extent {
            train,
            test,
            by_chains,
        } = self.extent;
        let most = match (by_chains, self.has_importance) {
            (true, _) => MOST_RANKED_BY_CHAINS,
            (false, true) => MOST_BY_IMPORTANCE,
            (false, false) => MOST_RANKED,
        };
        let all = match self.part {
            Part::Train => train,
            Part::Test => test,
        };
        (all.min(most), train.min(most))
    }

    /// What is asked next; none once everything has come in.
    pub fn next(&self) -> Option<Question> {
        let at_once = match (self.extent.by_chains, self.has_importance) {
            (true, _) => AT_ONCE_BY_CHAINS,
            (false, true) => AT_ONCE_BY_IMPORTANCE,
            (false, false) => AT_ONCE,
        };
        let (count, training) = self.wanted();
        let rest = |known: &[ScoredItem], all: usize| known.len()..all.min(known.len() + at_once);
        let items: Vec<usize> = rest(&self.items, count).collect();
        let (part, items) = if items.is_empty() {
            let spread = |place: usize| place * self.extent.train / training;
            (Part::Train, rest(&self.training, training).map(spread).collect())
        } else {
            (self.part, items)
        };
        (!items.is_empty()).then_some(Question::Score {
            part,
            items,
            importance_samples: self.has_importance.then_some(IMPORTANCE_SAMPLES),
        })
    }

    /// How far the numbers have come in, from 0 to 1.
    pub fn share(&self) -> f32 {
        let (items, training) = self.wanted();
        let known = self.items.len() + self.training.len();
        known as f32 / (items + training).max(1) as f32
    }

    /// Whether numbers are still to come.
    pub fn is_under_way(&self) -> bool {
        !self.is_stopped && self.next().is_some()
    }

    /// The score of an item of the part, in nats, if it has come in.
    pub fn score_of(&self, item: usize, score: Score) -> Option<f64> {
        // They come in by their places.
        self.items.get(item).map(|scored| score.of(scored))
    }

    /// Takes in the numbers of some items, if they are what was asked next.
    pub fn take_in(&mut self, question: &Question, scored: Vec<ScoredItem>, samples: u64) {
        if self.next().as_ref() != Some(question) {
            return;
        }
        self.samples.get_or_insert(samples);
        if self.items.len() < self.wanted().0 {
            self.items.extend(scored);
        } else {
            self.training.extend(scored);
        }
    }

    /// What follows: ranks, the threshold below which a share of the training items lies, and how well the class stands out.
    pub fn judge(&self, score: Score, share: f64, odd_class: Option<u16>) -> Verdict {
        let scores: Vec<f64> = self.items.iter().map(|item| score.of(item)).collect();
        let mut ranked: Vec<Ranked> = self
            .items
            .iter()
            .zip(&scores)
            .map(|(scored, &score)| Ranked {
                item: scored.item,
                score,
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        let training: Vec<f64> = self.training.iter().map(|item| score.of(item)).collect();
        let is_whole = self.training.len() == self.wanted().1;
        let threshold = quantile(&training, share).filter(|_| is_whole);
        let is_odd =
            |class: u16| -> Vec<bool> { self.items.iter().map(|item| item.class == Some(class)).collect() };
        Verdict {
            above: threshold.map_or(0, |threshold| {
                ranked.iter().filter(|ranked| ranked.score > threshold).count()
            }),
            ranked,
            threshold,
            auroc: odd_class.and_then(|class| auroc(&scores, &is_odd(class))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::ItemScore;
    use crate::objective::BoundTerms;

    /// Items whose bound is less the later they come, each of one of two classes in turn.
    fn scored(question: &Question) -> Vec<ScoredItem> {
        let Question::Score { items, .. } = question else {
            return Vec::new();
        };
        let of_item = |&item: &usize| ScoredItem {
            item,
            class: Some((item % 2) as u16),
            score: ItemScore {
                terms: BoundTerms {
                    reconstruction: -(item as f64),
                    kl: 1.0,
                },
                importance_weighted: None,
            },
        };
        items.iter().map(of_item).collect()
    }

    fn whole(part: Part, train: usize, test: usize) -> Scoring {
        let extent = Extent {
            train,
            test,
            by_chains: false,
        };
        let mut scoring = Scoring::new(part, false, extent);
        while let Some(question) = scoring.next() {
            let before = scoring.share();
            scoring.take_in(&question, scored(&question), 7);
            assert!(scoring.share() > before, "it comes to an end");
            let known = scoring.share();
            scoring.take_in(&question, scored(&question), 8);
            assert_eq!(scoring.share(), known, "the same again changes nothing");
        }
        scoring
    }

    #[test]
    fn numbers_come_in_until_all_are_there_once() {
        for (part, train, test) in [
            (Part::Test, 1_000, 900),
            (Part::Train, 1_000, 3),
            (Part::Test, 25_000, 3),
        ] {
            let scoring = whole(part, train, test);
            assert_eq!((scoring.share(), scoring.samples), (1.0, Some(7)));
            let (items, training) = scoring.wanted();
            assert_eq!((scoring.items.len(), scoring.training.len()), (items, training));
            assert!(scoring.items.iter().map(|item| item.item).eq(0..items));
            let last = scoring.training.last().map(|item| item.item);
            assert!(
                last.is_some_and(|last| last >= train - train.div_ceil(training)),
                "{last:?}"
            );
        }
        assert!(Scoring::new(Part::Test, true, Extent::default()).next().is_none());
    }

    #[test]
    fn items_above_the_training_items_are_counted_and_a_class_is_told_apart() {
        let scoring = whole(Part::Test, 101, 200);
        // Training scores run from 1 to 101, so that 95 % of them lie below 96.
        let verdict = scoring.judge(Score::Bound, 0.95, Some(1));
        assert_eq!(
            verdict.ranked[0],
            Ranked {
                item: 199,
                score: 200.0
            }
        );
        assert!(
            verdict
                .ranked
                .windows(2)
                .all(|pair| pair[0].score >= pair[1].score)
        );
        let threshold = verdict.threshold.expect("all have come in");
        assert!((threshold - 96.0).abs() < 1e-9);
        assert_eq!(
            verdict.above,
            (0..200).filter(|&item| f64::from(item) + 1.0 > threshold).count()
        );
        // Of pairs of an odd and an even item, the odd one is higher in 100 + 99 + ... of 100 x 100.
        assert!(verdict.auroc.is_some_and(|area| (area - 0.505).abs() < 1e-9));
        assert_eq!(scoring.judge(Score::Kl, 0.95, None).auroc, None);
        assert_eq!(scoring.judge(Score::Kl, 0.95, Some(1)).auroc, Some(0.5));
    }
}
