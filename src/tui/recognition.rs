//! What the terminal is, as it says itself.
//!
//! Its environment says little, and nothing over SSH; so it is asked, once the first frame is on the screen. Nothing waits for
//! the answers: they come among the keys, and what they tell holds from then on. The last question is one that every terminal
//! answers, so that its answer tells that no other will come; later ones are taken for nothing, as are those that come too late.

use std::time::{Duration, Instant};

use super::input::answers::{ASKED_PICTURE, Answer};
use crate::terminal_facts::{Blocks, Protocol, Questions};

/// How long answers count.
const PATIENCE: Duration = Duration::from_secs(3);
/// The mode in which a frame appears as a whole (synchronized output).
const SYNCHRONIZED: u16 = 2026;
/// Sixels among the attributes of a terminal.
const SIXELS: u16 = 4;
/// Pixels of a cell that can be: a font for people.
const CELL_PIXELS: std::ops::RangeInclusive<u16> = 2..=200;

/// What is known of the terminal from its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The best blocks that it has, where its name tells.
    pub blocks: Option<Blocks>,
    /// How it draws pixels, if it does.
    pub protocol: Option<Protocol>,
    /// Whether it shows a frame as a whole where it is told to.
    pub synchronized: bool,
    /// Pixels of a cell, across and down.
    pub cell_pixels: Option<(u16, u16)>,
}

/// The questions, and what was answered so far.
#[derive(Debug)]
pub struct Recognition {
    questions: Questions,
    asked: Option<Instant>,
    answered: Vec<Answer>,
}

impl Recognition {
    /// Of a terminal that may be asked these questions.
    pub fn new(questions: Questions) -> Self {
        Self {
            questions,
            asked: None,
            answered: Vec::new(),
        }
    }

    /// What is to be sent to ask, the first time.
    pub fn ask(&mut self, now: Instant) -> Option<String> {
        let already = self.asked.is_some();
        self.asked.get_or_insert(now);
        let attributes = "\x1b[c";
        match self.questions {
            _ if already => None,
            Questions::Nothing | Questions::Readiness => None,
            Questions::Attributes => Some(attributes.into()),
            Questions::Everything => Some(format!(
                // A picture of one pixel, which is not drawn.
                "\x1b[>q\x1b_Gi={ASKED_PICTURE},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[?{SYNCHRONIZED}$p\x1b[16t{attributes}"
            )),
        }
    }

    /// Whether answers are still to come.
    pub fn awaits(&self, now: Instant) -> bool {
        let counts = |asked| now.saturating_duration_since(asked) < PATIENCE;
        matches!(self.questions, Questions::Attributes | Questions::Everything)
            && self.asked.is_some_and(counts)
    }

    /// Takes an answer in; once no other will come, what is known.
    pub fn answered(&mut self, answer: Answer, at: Instant) -> Option<Recognised> {
        let asked = self.asked?;
        if at.saturating_duration_since(asked) > PATIENCE {
            return None;
        }
        let is_last = matches!(answer, Answer::Attributes(_));
        match self.questions {
            Questions::Nothing | Questions::Readiness => return None,
            Questions::Attributes if !is_last => return None,
            Questions::Attributes | Questions::Everything => {}
        }
        // Whoever sends more than was asked for is not listened to.
        if self.answered.len() < 16 {
            self.answered.push(answer);
        }
        if !is_last {
            return None;
        }
        self.questions = Questions::Nothing;
        Some(recognised(&self.answered))
    }
}

/// What these answers tell; of two to one question the first counts.
fn recognised(answers: &[Answer]) -> Recognised {
    let name = answers.iter().find_map(|answer| match answer {
        Answer::Name(name) => Some(name.as_str()),
        _ => None,
    });
    let sixels = |answer: &Answer| matches!(answer, Answer::Attributes(numbers) if numbers.contains(&SIXELS));
    let protocol = if answers.contains(&Answer::KittyGraphics(true)) {
        Some(Protocol::Kitty)
    } else if name.is_some_and(Protocol::is_iterm2) {
        Some(Protocol::Iterm2)
    } else {
        answers.iter().any(sixels).then_some(Protocol::Sixel)
    };
    Recognised {
        blocks: name.and_then(Blocks::of_terminal),
        protocol,
        synchronized: answers
            .iter()
            .any(|answer| matches!(answer, Answer::Mode(SYNCHRONIZED, 1..=3))),
        cell_pixels: answers.iter().find_map(|answer| match *answer {
            Answer::CellPixels(width, height) => {
                (CELL_PIXELS.contains(&width) && CELL_PIXELS.contains(&height)).then_some((width, height))
            }
            _ => None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is recognised when these answers come, each so many seconds after the question.
    fn after(questions: Questions, answers: &[(Answer, u64)]) -> Vec<Recognised> {
        let now = Instant::now();
        let mut recognition = Recognition::new(questions);
        assert_eq!(
            recognition.answered(Answer::Attributes(vec![4]), now),
            None,
            "not asked"
        );
        recognition.ask(now);
        assert_eq!(recognition.ask(now), None, "asked once");
        let found = answers.iter().filter_map(|(answer, seconds)| {
            recognition.answered(answer.clone(), now + Duration::from_secs(*seconds))
        });
        found.collect()
    }

    fn name(name: &str) -> Answer {
        Answer::Name(name.into())
    }

    #[test]
    fn a_terminal_is_what_it_says() {
        let attributes = |numbers: &[u16]| Answer::Attributes(numbers.to_vec());
        for (answers, protocol, blocks) in [
            (
                vec![
                    name("kitty(0.40.1)"),
                    Answer::KittyGraphics(true),
                    attributes(&[62]),
                ],
                Some(Protocol::Kitty),
                Some(Blocks::Octant),
            ),
            (
                vec![name("WezTerm 20240203-110809"), attributes(&[65, 4, 6])],
                Some(Protocol::Iterm2),
                Some(Blocks::Sextant),
            ),
            (
                vec![name("foot(1.16.2)"), attributes(&[62, 4, 22])],
                Some(Protocol::Sixel),
                Some(Blocks::Sextant),
            ),
            (vec![name("XTerm(390)"), attributes(&[64, 1])], None, None),
            (
                vec![Answer::KittyGraphics(false), attributes(&[1, 2])],
                None,
                None,
            ),
        ] {
            let answers: Vec<_> = answers.into_iter().map(|answer| (answer, 0)).collect();
            let found = after(Questions::Everything, &answers);
            let [found] = found[..] else { panic!("{found:?}") };
            assert_eq!((found.protocol, found.blocks), (protocol, blocks), "{answers:?}");
        }
    }

    #[test]
    fn what_comes_late_or_unasked_is_nothing() {
        let all = [
            (Answer::Mode(2026, 2), 0),
            (Answer::CellPixels(9, 18), 1),
            (Answer::Attributes(vec![1]), 1),
            (Answer::Attributes(vec![4]), 1),
        ];
        let found = after(Questions::Everything, &all);
        let expected = Recognised {
            synchronized: true,
            cell_pixels: Some((9, 18)),
            ..Recognised::default()
        };
        assert_eq!(found, [expected]);
        let late = [(Answer::KittyGraphics(true), 1), (Answer::Attributes(vec![4]), 4)];
        assert_eq!(after(Questions::Everything, &late), []);
        assert_eq!(after(Questions::Readiness, &all), []);
        // A multiplexer says what it draws itself, and nothing else counts.
        let multiplexed = [
            (Answer::KittyGraphics(true), 0),
            (Answer::Mode(2026, 2), 0),
            (Answer::Attributes(vec![1, 4]), 0),
        ];
        let expected = Recognised {
            protocol: Some(Protocol::Sixel),
            ..Recognised::default()
        };
        assert_eq!(after(Questions::Attributes, &multiplexed), [expected]);
    }

    #[test]
    fn numbers_that_cannot_be_are_not_believed() {
        let huge = [
            (Answer::CellPixels(65_535, 65_535), 0),
            (Answer::Mode(2026, 0), 0),
            (name(&"9".repeat(250)), 0),
            (Answer::Attributes(Vec::new()), 0),
        ];
        assert_eq!(after(Questions::Everything, &huge), [Recognised::default()]);
        let mut many: Vec<_> = (0..100_000).map(|_| (Answer::Ready, 0)).collect();
        many.push((Answer::Attributes(vec![4]), 0));
        assert_eq!(after(Questions::Everything, &many).len(), 1);
    }
}
