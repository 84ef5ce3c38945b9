//! The steps of the tour, a row each.

use super::Facts;

/// A step.
#[derive(Debug)]
pub struct Step {
    /// A few words.
    pub title: &'static str,
    /// What is seen. `{numbers}` stands for the numbers of an item, `{latent}` for those of its description.
    pub text: &'static str,
    /// The one thing that a person is asked to do. `{key}` stands for the key of the command; other commands' keys may stand in
    /// the text of the last step: `{new}`, `{panes}`, `{palette}`.
    pub task: &'static str,
    /// The command that does it.
    pub command: &'static str,
    /// The pane that it is about, which is in front when the step begins.
    pub pane: &'static str,
    /// Whether it was done, by how it was when the step began and how it is now.
    pub is_done: fn(&Facts, &Facts) -> bool,
}

/// Training points after which something has been seen of the training.
const SEEN: u64 = 5_000;
/// Pages after which some items have been seen.
const TURNS: usize = 2;
/// Draws from the prior that show that each is another.
const DRAWS: u64 = 3;
/// How far a latent value is moved until its effect is seen.
const FAR: f32 = 0.75;

/// The tour.
pub const STEPS: &[Step] = &[
    Step {
        title: "What it learns from",
        text: "Each of these is {numbers} numbers. A variational autoencoder (VAE) finds out by itself how to describe each of them \
               by only {latent} numbers, well enough to draw it again. Nobody tells it what matters in them.",
        task: "{key} turns the page: look at two more",
        command: "data.next-page",
        pane: "data",
        is_done: |_, now| now.turns >= TURNS,
    },
    Step {
        title: "Training",
        text: "At first the model knows nothing. In every step it sees some items, and all its weights move a little so that it describes \
               them better. The curve says how well it does: higher is better.",
        task: "{key} starts the training, and pauses it: watch the curve rise",
        command: "training.toggle",
        pane: "training",
        is_done: |start, now| {
            now.samples >= start.samples + SEEN || (now.is_finished && now.samples > start.samples)
        },
    },
    Step {
        title: "Compress and restore",
        text: "Above, items that it was not trained on. The encoder compresses each to {latent} numbers, and the decoder restores it \
               from those alone: the row below. The third row is the difference. While training goes on, they come closer.",
        task: "{key} shows others: do it twice",
        command: "reconstruction.random",
        pane: "reconstruction",
        is_done: |_, now| now.turns >= TURNS,
    },
    Step {
        title: "The latent space",
        text: "The {latent} numbers are a point of the latent space. The large picture is what the decoder makes of one point; each row \
               below moves one of the numbers from -3 to 3 and keeps the others.",
        task: "{key} raises the selected number: press it some times, and watch the large picture change",
        command: "traversal.raise",
        pane: "traversal",
        is_done: |start, now| now.moved_since(start) > FAR,
    },
    Step {
        title: "Out of nothing",
        text: "A point need not come from an item. The model is trained so that the points of all items together lie as if drawn from \
               the prior, independent normal numbers. So any point drawn from it becomes something new that looks like the data.",
        task: "{key} draws a point from the prior: do it three times",
        command: "traversal.draw",
        pane: "traversal",
        is_done: |start, now| now.draws >= start.draws + DRAWS,
    },
    Step {
        title: "The two terms",
        text: "What rises is the lower bound (ELBO) = reconstruction - KL: how probable the items are when restored from their \
               descriptions, less what the descriptions cost. To restore better, a description must cost more; training finds the balance.",
        task: "{key} explains every number of this pane; Esc comes back",
        command: "explain",
        pane: "training",
        is_done: |_, now| now.has_explained,
    },
    Step {
        title: "What carries nothing",
        text: "The KL term is a sum over the dimensions, and the rows stand in its order. Where it is near 0, the encoder says the same of \
               every item: the dimension carries nothing, its row hardly changes, and it is called dead.",
        task: "{key} goes down to the last row, ↑ back to the first: compare them",
        command: "traversal.dimension-down",
        pane: "traversal",
        is_done: |_, now| now.has_been_last && now.is_first_dimension,
    },
    Step {
        title: "Keep it",
        text: "A session keeps the model, its curve and how you looked at it, and goes on exactly. After that: {new} begins a run of \
               your own choice, {panes} lists all panes, {palette} finds any command by its name.",
        task: "{key} saves this session",
        command: "session.save",
        pane: "training",
        is_done: |start, now| now.saved_at.is_some() && now.saved_at != start.saved_at,
    },
];
