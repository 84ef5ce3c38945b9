//! What comes over a socket: questions and commands for a run, and what a run says to a screen.
#![cfg(unix)]

use std::sync::Arc;

use rand::Rng;
use rand::seq::SliceRandom;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemPlace, Part};
use vae_tui::explore::attribute::{Attribute, Group};
use vae_tui::explore::browse::Page;
use vae_tui::explore::directions::Search;
use vae_tui::explore::interpolate::Way;
use vae_tui::explore::manifold::Window;
use vae_tui::explore::neighbour_map;
use vae_tui::explore::projection::Projection;
use vae_tui::explore::samples::{Draws, Source};
use vae_tui::explore::sheet::Sheet;
use vae_tui::remote::Facts;
use vae_tui::remote::frame::{LONGEST_REPLY, LONGEST_REQUEST, frame, read};
use vae_tui::remote::message::{Reply, Request, Steering};
use vae_tui::remote::standing::Standing;
use vae_tui::run::probe::{Parameters, answer};
use vae_tui::run::protocol::Origin;
use vae_tui::run::{Command, Event, Question, RunId, State, Summary, Told};
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Message, Opened};

use crate::common::{self, configuration, screen, shapes};
use crate::harness::{Random, Target, fuzz, within};
use crate::mutation::{change, rounds};

/// Memory that a frame may take beyond its own bytes: what it is told becomes lists of small values.
const PLENTY: usize = 32 << 20;

struct Requests {
    valid: Vec<Vec<u8>>,
    facts: Facts,
    parameters: Parameters,
    data: Arc<Dataset>,
}

#[test]
fn requests() {
    fuzz(|| {
        let data = shapes();
        let state = common::state(&data);
        let summary = Summary::of(RunId(1), &state, &data);
        Requests {
            valid: every_request()
                .iter()
                .map(|request| bytes(request, LONGEST_REQUEST))
                .collect(),
            facts: Facts::of(&summary).expect("a run"),
            parameters: Parameters::of(&state.training),
            data,
        }
    });
}

impl Target for Requests {
    const NAME: &'static str = "requests";
    const USUAL: u64 = 3_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        mutated(&self.valid, random)
    }

    /// What is taken for a question can be answered.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let read = within(16 * input.len() + PLENTY, || {
            read::<Request>(&mut &*input, LONGEST_REQUEST)
        })?;
        let Ok(Some(Request::Ask { question, .. })) = read else {
            return Ok(());
        };
        if self.facts.question(&question).is_ok() {
            answer(&question, &self.parameters, &self.data, &Cancel::default());
        }
        Ok(())
    }
}

/// The inverse Gaussian CDF has no value beyond the unit interval.
#[test]
fn a_window_beyond_the_unit_square_is_refused() {
    let data = shapes();
    let summary = Summary::of(RunId(1), &common::state(&data), &data);
    let facts = Facts::of(&summary).expect("a run");
    let through = |left: f64, side: f64| {
        facts.question(&Question::Traverse {
            from: Origin::default(),
            sheet: Sheet::Plane {
                right: 0,
                down: 1,
                columns: 2,
                rows: 2,
                window: Window { left, top: 0.0, side },
            },
        })
    };
    assert!(through(0.0, 1.0).is_ok() && through(0.5, 0.5).is_ok());
    for (left, side) in [
        (0.0, 2.0),
        (0.6, 0.5),
        (-0.1, 0.5),
        (0.0, 4.6e18),
        (0.0, 0.0),
        (f64::NAN, 0.5),
    ] {
        let fault = through(left, side).expect_err("beyond it");
        assert!(fault.to_string().contains("unit square"), "{fault}");
    }
}

/// How long an answer took says when the next one is asked for.
#[test]
fn an_answer_that_took_less_than_no_time_is_refused() {
    let data = shapes();
    let state = common::state(&data);
    let summary = Summary::of(RunId(1), &state, &data);
    let facts = Facts::of(&summary).expect("a run");
    let replies = every_reply(&summary, &Parameters::of(&state.training), &data);
    let mut answers = replies.into_iter().filter_map(|reply| match reply {
        Reply::Told(event) => Some(*event),
        _ => None,
    });
    let Some(Event::Answered(mut answered)) = answers.find(|event| matches!(event, Event::Answered(_)))
    else {
        panic!("there are answers")
    };
    for (took, is_one) in [
        (0.0, true),
        (0.1, true),
        (-1.0, false),
        (f64::NAN, false),
        (f64::INFINITY, false),
    ] {
        answered.took = took;
        assert_eq!(
            facts.event(&Event::Answered(answered.clone())).is_ok(),
            is_one,
            "{took}"
        );
    }
}

struct Replies {
    valid: Vec<Vec<u8>>,
    facts: Facts,
    opened: Opened,
}

#[test]
fn replies() {
    fuzz(|| {
        let data = shapes();
        let state = common::state(&data);
        let opened = common::opened(&state, &data);
        let parameters = Parameters::of(&state.training);
        let summary = opened.summary.clone();
        Replies {
            valid: every_reply(&summary, &parameters, &data)
                .iter()
                .map(|reply| bytes(reply, LONGEST_REPLY))
                .collect(),
            facts: Facts::of(&summary).expect("a run"),
            opened,
        }
    });
}

impl Target for Replies {
    const NAME: &'static str = "replies";
    const USUAL: u64 = 1_500;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        mutated(&self.valid, random)
    }

    /// What is taken for something that the run told can be shown.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let read = within(16 * input.len() + PLENTY, || {
            read::<Reply>(&mut &*input, LONGEST_REPLY)
        })?;
        let Ok(Some(reply)) = read else {
            return Ok(());
        };
        let mut app = common::app(60, 20);
        let run = self.opened.summary.run;
        vae_tui::tui::update::update(&mut app, Message::Opened(Box::new(self.opened.clone())));
        let event = match reply {
            Reply::Told(event) if self.facts.event(&event).is_ok() => *event,
            Reply::Joined(standing, _) => {
                if let Ok(facts) = Facts::of(&standing.summary)
                    && facts.standing(&standing).is_ok()
                {
                    shown(standing.summary);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        vae_tui::tui::update::update(&mut app, Message::Told(Told { run, event }));
        screen(&app);
        Ok(())
    }
}

/// Shows the run of a summary.
fn shown(summary: Summary) {
    let mut app: App = common::app(60, 20);
    let opened = Opened::new(summary);
    vae_tui::tui::update::update(&mut app, Message::Opened(Box::new(opened)));
    screen(&app);
}

fn bytes(value: &impl serde::Serialize, longest: usize) -> Vec<u8> {
    frame(value, longest).expect("it is short").to_vec()
}

/// A valid frame with a few changes; its length is set right again, mostly, so that more than lengths are looked at.
fn mutated(valid: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = valid.choose(random).cloned().unwrap_or_default();
    for _ in 0..rounds(random) {
        change(&mut bytes, valid, random);
    }
    if random.gen_bool(0.9) && bytes.len() >= 4 {
        let length = u32::try_from(bytes.len() - 4).unwrap_or(u32::MAX);
        bytes[..4].copy_from_slice(&length.to_le_bytes());
    }
    bytes
}

fn every_request() -> Vec<Request> {
    let ask = |question: Question| Request::Ask {
        asker: "pane".into(),
        moment: Some(600),
        question: Box::new(question),
    };
    let questions = every_question().into_iter().map(ask);
    let others = [
        Request::Describe,
        Request::Join,
        Request::Steer,
        Request::Stop,
        Request::Command(Command::Start),
        Request::Command(Command::Change(vec![
            vae_tui::learning::settings::Assignment::new("batch", 7),
        ])),
        Request::Save { view: "()".into() },
        Request::Leave { view: "()".into() },
    ];
    questions.chain(others).collect()
}

fn every_question() -> Vec<Question> {
    let latent = configuration().latent;
    let item = Origin::item(ItemPlace::test(3));
    let reached = Origin {
        latent: Some(vec![0.5; latent]),
        ..item.clone()
    };
    let (part, items) = (Part::Train, vec![0, 5, 9]);
    let points: Vec<Vec<f32>> = (0..20).map(|point| vec![0.1 * point as f32; latent]).collect();
    vec![
        Question::Traverse {
            from: item.clone(),
            sheet: Sheet::Dimensions {
                dimensions: vec![0, 1],
                steps: 3,
            },
        },
        Question::Traverse {
            from: reached.clone(),
            sheet: Sheet::Plane {
                right: 0,
                down: 1,
                columns: 2,
                rows: 2,
                window: Window::WHOLE,
            },
        },
        Question::Traverse {
            from: Origin::default(),
            sheet: Sheet::Draws(3),
        },
        Question::Reconstruct { items: vec![1, 2] },
        Question::Browse {
            part,
            page: Page::Stretch {
                class: Some(1),
                first: 2,
                count: 3,
            },
        },
        Question::Rank {
            part: Part::Test,
            class: Some(2),
        },
        Question::Unfold { part, map: None },
        Question::Unfold {
            part,
            map: neighbour_map::begin(&points, &Cancel::default()).map(Box::new),
        },
        Question::Sample {
            around: reached.clone(),
            draws: Draws {
                source: Source::Class(1),
                temperature: 0.5,
                count: 3,
                seed: 7,
                draws_values: true,
                nearest: true,
                kept: vec![vec![0.1; latent]],
            },
        },
        Question::Interpolate {
            from: item.clone(),
            to: Some(reached.clone()),
            way: Way::Spherical,
            steps: 4,
        },
        Question::Direct(vec![Attribute {
            towards: Group::Class(1),
            away: Some(Group::Items(vec![ItemPlace::test(0)])),
        }]),
        Question::Edit {
            from: item.clone(),
            directions: vec![(vec![0.1; latent], 1.5)],
            strip: Some((0, vec![0.0, 1.0])),
        },
        Question::Locate { part, most: 10 },
        Question::Project {
            part: Part::Test,
            projection: Projection::Dimensions { right: 0, up: 1 },
        },
        Question::Beside {
            from: reached,
            part,
            items: items.clone(),
        },
        Question::Score {
            part: Part::Test,
            items: items.clone(),
            importance_samples: Some(3),
        },
        Question::FindDirections {
            from: item.clone(),
            part: Part::Test,
            search: Search::Class(1),
        },
        Question::Along {
            from: item,
            directions: vec![vec![0.1; latent]],
            steps: 3,
        },
        Question::Restore {
            values: vec![0.5; common::PIXELS],
            missing: vec![true; common::PIXELS],
            rounds: 2,
        },
        Question::Resemble {
            values: vec![0.5; common::PIXELS],
            count: 2,
        },
        Question::Surprise { part, items },
    ]
}

/// What the run says of itself, and its answers to every question.
fn every_reply(summary: &Summary, parameters: &Parameters, data: &Arc<Dataset>) -> Vec<Reply> {
    let standing = Standing {
        name: "run".into(),
        session: "/runs/run.ron".into(),
        view: "()".into(),
        saved: 100,
        summary: summary.clone(),
        state: State::Running,
        newest: vec![Event::State(State::Running), Event::Checkpoints(vec![100])],
    };
    let of_question = |question: Question| {
        let answer = answer(&question, parameters, data, &Cancel::default())?;
        let answered = vae_tui::run::Answered {
            asker: asker(&question).into(),
            number: 1,
            moment: None,
            samples: 9_000,
            took: 0.1,
            question,
            answer,
        };
        Some(Reply::Told(Box::new(Event::Answered(Box::new(answered)))))
    };
    let answers = every_question().into_iter().filter_map(of_question);
    let others = [
        Reply::Joined(Box::new(standing.clone()), Steering::default()),
        Reply::Described(standing.described(7, 1)),
        Reply::Told(Box::new(Event::WentBack(Box::new(summary.clone())))),
        Reply::Told(Box::new(Event::Steps {
            reports: Vec::new(),
            seconds: 1.0,
        })),
        Reply::Steering(Steering::default()),
        Reply::Ended("saved".into()),
    ];
    answers.chain(others).collect()
}

/// The pane that asks such a question.
fn asker(question: &Question) -> &'static str {
    match question {
        Question::Traverse { .. } => "traversal",
        Question::Reconstruct { .. } => "reconstruction",
        Question::Browse { .. } | Question::Rank { .. } => "data",
        Question::Sample { .. } => "samples",
        Question::Interpolate { .. } => "interpolation",
        Question::Direct(_) | Question::Edit { .. } => "edit",
        Question::Locate { .. } | Question::Project { .. } | Question::Unfold { .. } => "map",
        Question::Beside { .. } => "map.cursor",
        Question::Score { .. } | Question::Surprise { .. } => "anomalies",
        Question::FindDirections { .. } | Question::Along { .. } => "directions",
        Question::Restore { .. } | Question::Resemble { .. } => "draw",
    }
}
