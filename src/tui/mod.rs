//! stub
pub mod colour;
/// stub
pub fn run(_: &crate::cli::WorkbenchArguments) -> anyhow::Result<()> { Ok(()) }
