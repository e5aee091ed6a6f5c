//! The rules of the repository, as tests: each reads the tree and names file, line and what it found.

mod code;
mod colours;
mod manifests;
mod shape;
mod tree;
