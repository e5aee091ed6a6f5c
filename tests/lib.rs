//! What end-to-end tests need: the programs as processes, an agent and a screen that do what a test tells them.
//!
//! Reading order: [`process`] (a program), [`folder`] (its files), [`room`], [`team`] (an agent), [`screen`]; what can be
//! wrong around them: [`network`] (one that is cut), [`clock`] (one that jumps).
//! Whatever is waited for has a time limit ([`wait`]); a failed test shows what its processes logged.

#[path = "support/browser.rs"]
pub mod browser;
#[path = "support/clock.rs"]
pub mod clock;
#[path = "support/folder.rs"]
pub mod folder;
#[path = "support/http.rs"]
pub mod http;
#[path = "support/network.rs"]
pub mod network;
#[path = "support/pixels.rs"]
pub mod pixels;
#[path = "support/process.rs"]
pub mod process;
#[path = "support/prompb.rs"]
pub mod prompb;
#[path = "support/room.rs"]
pub mod room;
#[path = "support/screen.rs"]
pub mod screen;
#[path = "support/sender.rs"]
pub mod sender;
#[path = "support/series.rs"]
pub mod series;
#[path = "support/socket.rs"]
pub mod socket;
#[path = "support/team.rs"]
pub mod team;
#[path = "support/tokens.rs"]
pub mod tokens;
#[path = "support/wait.rs"]
pub mod wait;
