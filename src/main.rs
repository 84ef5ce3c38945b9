//! The `vae-tui` program: everything it does is in the library.

fn main() {}
