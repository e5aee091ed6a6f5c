//! The WebAssembly program that a page of the room starts.

fn main() {
    screens::app::start();
}
