//! Embeds the screens anew when they have been built anew.

fn main() {
    println!("cargo::rerun-if-changed=../../target/screens");
}
