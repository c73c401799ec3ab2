//! The command `lapwing`.

fn main() {}
