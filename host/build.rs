//! Finds the components that `cargo xtask component` built and puts them where `include_bytes!` reads them. Never runs cargo.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The files, and the variables that name others.
const COMPONENTS: [(&str, &str); 2] = [
    ("driftgate.component.wasm", "DRIFTGATE_COMPONENT"),
    ("driftgate-parquet.component.wasm", "DRIFTGATE_PARQUET_COMPONENT"),
];

fn main() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    COMPONENTS.iter().try_for_each(|(name, variable)| embed(&out, name, variable))
}

fn embed(out: &Path, name: &str, variable: &str) -> Result<(), String> {
    println!("cargo::rerun-if-env-changed={variable}");
    let found = match env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => find(out, name).ok_or(format!("there is no {name} yet: run `cargo xtask build`"))?,
    };
    println!("cargo::rerun-if-changed={}", found.display());
    let bytes = fs::read(&found).map_err(|error| format!("{}: {error}; run `cargo xtask build`", found.display()))?;
    fs::write(out.join(name), bytes).map_err(|error| format!("{}: {error}", out.display()))
}

/// The target folder is somewhere above OUT_DIR, or beside the host's own folder.
fn find(out: &Path, name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    out.ancestors().skip(1).chain([beside.as_path()]).map(|folder| folder.join(name)).find(|path| path.is_file())
}
