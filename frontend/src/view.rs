//! The views: small components that put geometry and words into the page; looks are the stylesheet's.

pub mod drawing;
pub mod feed;
pub mod foot;
pub mod hush;
pub mod lamp;
pub mod lost;
pub mod trace;
pub mod unwritten;
pub mod wall;
