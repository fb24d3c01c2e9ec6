//! The npm package around the browser's door, and the schemas its types are made of.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    component::{TARGET, rustflags, write_if_changed},
    run::{Workspace, cargo, rustup_target},
};

/// What engines of the last years have, and Rust makes use of.
const FEATURES: [&str; 8] = [
    "bulk-memory",
    "bulk-memory-opt",
    "nontrapping-float-to-int",
    "sign-ext",
    "mutable-globals",
    "multivalue",
    "reference-types",
    "simd",
];

/// Where the package is.
fn package(workspace: &Workspace) -> PathBuf {
    workspace.root.join("wasm-web/package")
}

/// Writes the JSON Schema of all documents and the types that follow from it.
pub fn schema(workspace: &Workspace) -> Result<()> {
    let path = package(workspace).join("documents.schema.json");
    write_if_changed(&path, driftgate_documents::json_schema().as_bytes())?;
    npm(workspace, &["ci", "--no-audit", "--no-fund"])?;
    npm(workspace, &["run", "--silent", "types"])
}

/// Builds the package into its `dist` folder: the module for browsers, optimised, and the JavaScript around it.
pub fn build(workspace: &Workspace) -> Result<()> {
    rustup_target(TARGET)?;
    let arguments = format!("build --profile web --package driftgate-web --target {TARGET}");
    cargo(workspace, &arguments).rustflags(&rustflags(workspace)).run()?;
    let module = workspace.target.join(TARGET).join("web/driftgate_web.wasm");
    let out = workspace.target.join("web-package");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&module).web(true)?.typescript(true).remove_name_section(true).remove_producers_section(true);
    bindgen.generate(&out).context("wasm-bindgen")?;

    npm(workspace, &["ci", "--no-audit", "--no-fund"])?;
    let (source, dist) = (package(workspace).join("src"), package(workspace).join("dist"));
    fs::create_dir_all(&dist)?;
    for name in ["driftgate_web.js", "driftgate_web.d.ts"] {
        for folder in [&source, &dist] {
            write_if_changed(&folder.join(name), &fs::read(out.join(name))?)?;
        }
    }
    optimise(workspace, &out.join("driftgate_web_bg.wasm"), &dist.join("driftgate_web_bg.wasm"))?;
    npm(workspace, &["run", "--silent", "build"])?;
    println!("{}: the npm package", package(workspace).display());
    Ok(())
}

/// Runs binaryen, unless it ran on the same bytes before.
fn optimise(workspace: &Workspace, module: &PathBuf, optimised: &PathBuf) -> Result<()> {
    let before = module.with_extension("optimised");
    let bytes = fs::read(module)?;
    if optimised.exists() && fs::read(&before).is_ok_and(|known| known == bytes) {
        return Ok(());
    }
    let mut command = Command::new(package(workspace).join("node_modules/.bin/wasm-opt"));
    command.arg("-Oz").args(FEATURES.map(|feature| format!("--enable-{feature}"))).arg(module).arg("-o").arg(optimised);
    let status = command.status().context("running wasm-opt")?;
    if !status.success() {
        bail!("wasm-opt failed ({status})");
    }
    fs::write(before, bytes)?;
    Ok(())
}

fn npm(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let status = Command::new("npm").args(arguments).current_dir(package(workspace)).status();
    let status = status.context("running npm: Node 20 or later has to be installed")?;
    if status.success() { Ok(()) } else { bail!("`npm {}` failed ({status})", arguments.join(" ")) }
}
