//! stub
/// stub
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ColourDepth {
 /// a
 TrueColour
}
