//! The posteriors of all items of a split, as a table that is written while it is computed.

use std::io::{Result as IoResult, Write};

use dfdx::prelude::*;
use rayon::prelude::*;

use crate::cancel::Cancel;
use crate::data::Split;
use crate::data::formats::npy::write_header;
use crate::dims::{Batch, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::nn::view::{elements, elements_mut};
use crate::words::plain;

/// Items that one thread looks at together.
const BLOCK: usize = 125;
/// Blocks of every thread that are in memory at a time.
const BLOCKS_PER_THREAD: usize = 4;

/// Tells `take` the number and the moments of every item in order: the mean of every latent dimension, then the log-variance
/// of every one. On the threads of the pool it is called in; the answer does not depend on how many those are. `None` comes back
/// where it was cancelled.
///
/// Without an encoder they are the moments of Markov chains, which take their time.
///
/// # Errors
/// The first one of `take`'s, which ends it.
pub fn posteriors<E>(
    model: &Vae,
    split: &Split,
    context: MeasurementContext,
    cancel: &Cancel,
    mut take: impl FnMut(usize, &[f32]) -> Result<(), E>,
) -> Result<Option<()>, E> {
    let width = 2 * model.architecture().latent;
    let firsts: Vec<usize> = (0..split.points()).step_by(BLOCK).collect();
    for round in firsts.chunks(BLOCKS_PER_THREAD * rayon::current_num_threads()) {
        let moments: Option<Vec<Vec<f32>>> = round
            .par_iter()
            .map(|&first| cancel.run(|| of_block(model, split, first, context)))
            .collect();
        let Some(moments) = moments else {
            return Ok(None);
        };
        for (&first, moments) in round.iter().zip(&moments) {
            for (moments, item) in moments.chunks_exact(width).zip(first..) {
                take(item, moments)?;
            }
        }
    }
    Ok(Some(()))
}

fn of_block(model: &Vae, split: &Split, first: usize, context: MeasurementContext) -> Vec<f32> {
    let count = BLOCK.min(split.points() - first);
    let pixels = model.architecture().pixels;
    let mut x = Cpu::default().zeros_like(&(Batch(count), Pixels(pixels)));
    for (row, item) in elements_mut(&mut x).chunks_exact_mut(pixels).zip(first..) {
        row.copy_from_slice(&context.item(split, item));
    }
    elements(&model.recognise(&x, context.seed)).to_vec()
}

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A head and a line per item: `item,label,mean_0,…,log_variance_0,…`.
    Csv,
    /// A structured array of NumPy's with the fields `item`, `label`, `mean` and `log_variance`.
    Npy,
}

/// A table of posteriors, a row per item.
pub struct Table<W: Write> {
    output: W,
    form: Form,
    /// Characters of the longest label.
    label_length: usize,
}

impl<W: Write> Table<W> {
    /// Writes what stands before the rows: of so many items with one of the labels `classes` each, or none.
    ///
    /// # Errors
    /// If `output` can't be written.
    pub fn begin(
        mut output: W,
        form: Form,
        (items, latent): (usize, usize),
        classes: &[String],
    ) -> IoResult<Self> {
        let longest = classes.iter().map(|class| class.chars().count()).max();
        // NumPy knows no texts without characters.
        let label_length = longest.unwrap_or(0).max(1);
        match form {
            Form::Csv => {
                write!(output, "item,label")?;
                for column in ["mean", "log_variance"] {
                    for dimension in 0..latent {
                        write!(output, ",{column}_{dimension}")?;
                    }
                }
                writeln!(output)?;
            }
            Form::Npy => {
                let element = format!(
                    "[('item', '<u8'), ('label', '<U{label_length}'), ('mean', '<f4', ({latent},)), \
                     ('log_variance', '<f4', ({latent},))]"
                );
                write_header(&mut output, &element, &[items])?;
            }
        }
        Ok(Self {
            output,
            form,
            label_length,
        })
    }

    /// Writes the row of an item: its number, its label, its moments.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn item(&mut self, item: usize, label: Option<&str>, moments: &[f32]) -> IoResult<()> {
        let output = &mut self.output;
        let label = label.unwrap_or_default();
        match self.form {
            Form::Csv => {
                write!(output, "{item},{}", quoted(label))?;
                for moment in moments {
                    write!(output, ",{moment}")?;
                }
                writeln!(output)
            }
            Form::Npy => {
                output.write_all(&(item as u64).to_le_bytes())?;
                let characters = label.chars().chain(std::iter::repeat('\0'));
                for character in characters.take(self.label_length) {
                    output.write_all(&u32::from(character).to_le_bytes())?;
                }
                for moment in moments {
                    output.write_all(&moment.to_le_bytes())?;
                }
                Ok(())
            }
        }
    }

    /// Writes what was held back.
    ///
    /// # Errors
    /// If the output can't be written.
    pub fn finish(mut self) -> IoResult<()> {
        self.output.flush()
    }
}

/// A field of a table: on one line, and in quotes where it needs them.
fn quoted(text: &str) -> String {
    let text = plain(text);
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::model::{Architecture, Initialisation, Recognition};

    const CONTEXT: MeasurementContext = MeasurementContext {
        seed: 4,
        binarisation: Binarisation::None,
    };

    fn model(recognition: Recognition) -> Vae {
        let architecture = Architecture {
            pixels: 6,
            hidden: 4.into(),
            latent: 2,
            recognition,
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::PyTorch, 2)
    }

    fn split(items: usize) -> Split {
        let pixels = (0..6 * items).map(|i| (i * 37 % 256) as u8).collect();
        Split::of_bytes(pixels, (0..items).map(|item| (item % 3) as u16).collect(), 6)
    }

    fn all(model: &Vae, split: &Split, threads: usize) -> Vec<Vec<f32>> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut rows = Vec::new();
        let taken = pool.install(|| {
            posteriors(model, split, CONTEXT, &Cancel::default(), |item, moments| {
                assert_eq!(item, rows.len(), "in order");
                rows.push(moments.to_vec());
                Ok::<(), ()>(())
            })
        });
        assert_eq!(taken, Ok(Some(())));
        rows
    }

    #[test]
    fn every_item_has_the_encoder_s_moments_whoever_computes_them() {
        let (model, split) = (model(Recognition::Encoder), split(1_203));
        let rows = all(&model, &split, 1);
        assert_eq!(rows.len(), 1_203);
        assert_eq!(rows, all(&model, &split, 3));
        for item in [0, 124, 125, 1_202] {
            let x = Cpu::default().tensor_from_vec(CONTEXT.item(&split, item), (Batch(1), Pixels(6)));
            let alone = model.encode(&x, NoneTape);
            for (ours, alone) in rows[item].iter().zip(elements(&alone)) {
                assert!((ours - alone).abs() < 1e-5, "{ours} for {alone}");
            }
        }
    }

    #[test]
    fn without_an_encoder_they_are_those_of_chains() {
        let rows = all(&model(Recognition::Chains), &split(130), 2);
        assert_eq!(rows.len(), 130);
        assert!(rows.iter().flatten().all(|moment| moment.is_finite()));
    }

    #[test]
    fn who_wishes_so_before_gets_none() {
        let cancel = Cancel::default();
        cancel.cancel();
        let model = model(Recognition::Encoder);
        let ended = posteriors(&model, &split(9), CONTEXT, &cancel, |_, _| Err("taken"));
        assert_eq!(ended, Ok(None));
    }

    #[test]
    fn who_takes_them_can_end_it() {
        let mut taken = 0;
        let ended = posteriors(
            &model(Recognition::Encoder),
            &split(5_000),
            CONTEXT,
            &Cancel::default(),
            |item, _| {
                taken += 1;
                if item == 7 { Err("enough") } else { Ok(()) }
            },
        );
        assert_eq!((ended, taken), (Err("enough"), 8));
    }

    fn written(form: Form, classes: &[&str], labels: [Option<&str>; 2]) -> Vec<u8> {
        let classes: Vec<String> = classes.iter().map(|&class| class.to_owned()).collect();
        let mut bytes = Vec::new();
        let mut table = Table::begin(&mut bytes, form, (2, 1), &classes).unwrap();
        for (item, label) in labels.into_iter().enumerate() {
            table.item(item, label, &[0.5, -1.25]).unwrap();
        }
        table.finish().unwrap();
        bytes
    }

    #[test]
    fn a_csv_has_a_line_per_item_that_no_label_breaks() {
        let csv = written(Form::Csv, &["a,\"b\"", "c\nd"], [Some("a,\"b\""), Some("c\nd")]);
        let lines = "item,label,mean_0,log_variance_0\n0,\"a,\"\"b\"\"\",0.5,-1.25\n1,c\\nd,0.5,-1.25\n";
        assert_eq!(String::from_utf8(csv).unwrap(), lines);
        let without = String::from_utf8(written(Form::Csv, &[], [None, None])).unwrap();
        assert!(without.ends_with("1,,0.5,-1.25\n"), "{without}");
    }

    #[test]
    fn an_npy_has_rows_as_long_as_its_header_says() {
        let npy = written(Form::Npy, &["ü", "zwei"], [Some("ü"), Some("zwei")]);
        let header = usize::from(u16::from_le_bytes([npy[8], npy[9]]));
        let text = String::from_utf8(npy[10..10 + header].to_vec()).unwrap();
        let expected = "{'descr': [('item', '<u8'), ('label', '<U4'), ('mean', '<f4', (1,)), \
                        ('log_variance', '<f4', (1,))], 'fortran_order': False, 'shape': (2,), }";
        assert_eq!(text.trim_end(), expected);
        let rows = &npy[10 + header..];
        assert_eq!(rows.len(), 2 * (8 + 4 * 4 + 4 + 4));
        assert_eq!(rows[8..12], u32::from('ü').to_le_bytes());
        assert_eq!(rows[12..24], [0; 12]);
        assert_eq!(rows[24..28], 0.5_f32.to_le_bytes());
    }
}
