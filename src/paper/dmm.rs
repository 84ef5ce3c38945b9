//! The deep Markov model (Krishnan, Shalit and Sontag 2017, table 2): the chorales of J. S. Bach as piano rolls, one step per quarter note.
//!
//! The numbers are nats per time step of the test set, and the published ones those of the lower bound. The data has no licence and is no part of this program:
//! a person says where it lies.

use anyhow::Context;

use super::runs::Laboratory;
use super::tables::Row;
use crate::data;
use crate::learning::{Configuration, Preset};

/// The only row.
///
/// # Errors
/// If nobody said where the chorales are.
pub fn rows(laboratory: &Laboratory) -> anyhow::Result<Vec<Row>> {
    let chorales = laboratory.data.as_deref().context(
        "the chorales are not part of this program: --data says where jsb-chorales-quarter.json is (docs/models.md, Sequences)",
    )?;
    Ok(vec![Row {
        name: "dks",
        published: Some(6.93),
        configuration: Configuration {
            data: data::absolute_name(chorales),
            ..Preset::DmmJsb.configuration(laboratory.threads)
        },
    }])
}
