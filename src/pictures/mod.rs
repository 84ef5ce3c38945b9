//! Pictures for papers and slides: curves, and grids of images, each as PNG and as SVG. They know nothing of models or
//! runs.

pub mod curves;
pub mod images;
