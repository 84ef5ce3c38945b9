//! What panes are made of: images, captions, curves, sparklines, bars.
//!
//! A widget is handed its data and a rectangle of the buffer and knows nothing of the application. Any rectangle will
//! do, one without a cell too.

pub mod axis;
pub mod bars;
pub mod block_image;
pub mod curve;
pub mod item_caption;
pub mod smoothing;
pub mod sparkline;
pub mod text_field;
