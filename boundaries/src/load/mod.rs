//! Files to raw layers: every format read into the same shape, projected to BNG, not yet trusted.
//!
//! A loader reads one file of one format. It takes whatever the file holds, names what is wrong
//! in the [`Report`](crate::fault::Report), and leaves the judgement of rings and codes to
//! [`crate::validity`].

pub mod raw;
