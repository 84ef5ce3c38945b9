//! What panes are made of: images, captions, curves, sparklines, bars.
//!
//! A widget is handed its data and a rectangle of the buffer, and knows of the application only what the terminal can show. Any rectangle will
//! do, one without a cell too.

pub mod axis;
pub mod bars;
pub mod block_image;
pub mod curve;
pub mod curve_window;
pub mod edge;
pub mod item_caption;
mod kept_cells;
pub mod mosaic;
pub mod picture_grid;
pub mod smoothing;
pub mod sparkline;
pub mod text_field;
