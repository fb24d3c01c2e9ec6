//! Finds the component that `cargo xtask component` built and puts it where `include_bytes!` reads it. Never runs cargo.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

const NAME: &str = "driftgate.component.wasm";

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=DRIFTGATE_COMPONENT");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let found = match env::var_os("DRIFTGATE_COMPONENT") {
        Some(path) => PathBuf::from(path),
        None => find(&out).ok_or("there is no component yet: run `cargo xtask build`")?,
    };
    println!("cargo::rerun-if-changed={}", found.display());
    let bytes = fs::read(&found).map_err(|error| format!("{}: {error}; run `cargo xtask build`", found.display()))?;
    fs::write(out.join(NAME), bytes).map_err(|error| format!("{}: {error}", out.display()))
}

/// The target folder is somewhere above OUT_DIR, or beside the host's own folder.
fn find(out: &Path) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    out.ancestors().skip(1).chain([beside.as_path()]).map(|folder| folder.join(NAME)).find(|path| path.is_file())
}
