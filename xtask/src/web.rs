//! What runs in browsers: the npm package around the door, the schemas its types are made of, and the page.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

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

/// Passes behind which the module is larger once it is compressed, as it travels.
const SKIPPED: [&str; 2] = ["inlining-optimizing", "local-cse"];

/// Where the package is.
fn package(workspace: &Workspace) -> PathBuf {
    workspace.root.join("wasm-web/package")
}

/// Writes the JSON Schema of all documents and the types that follow from it.
pub fn schema(workspace: &Workspace) -> Result<()> {
    npm(&package(workspace), &["ci", "--no-audit", "--no-fund"])?;
    write_if_changed(&package(workspace).join("documents.schema.json"), driftgate_documents::json_schema().as_bytes())?;
    npm(&package(workspace), &["run", "--silent", "types"])
}

/// Fails if schema or types are not those of the documents.
pub fn check_schema(workspace: &Workspace) -> Result<()> {
    let files = ["documents.schema.json", "src/documents.ts"].map(|file| package(workspace).join(file));
    let read = || files.each_ref().map(|file| fs::read(file).ok());
    let before = read();
    schema(workspace)?;
    if read() != before {
        bail!("schema or types were not up to date; they are now, so commit them (`cargo xtask schema`)");
    }
    Ok(())
}

/// The same lints as everywhere, for the package that only exists on wasm32.
pub fn clippy(workspace: &Workspace) -> Result<()> {
    let arguments = format!("clippy --quiet --profile web --package driftgate-web --target {TARGET} -- -D warnings");
    cargo(workspace, &arguments).rustflags(&rustflags(workspace)).run()
}

/// Where the page is served by `cargo xtask web`.
pub const ADDRESS: &str = "http://127.0.0.1:8043";

/// Builds the page into `www/dist`, which any web server can serve.
pub fn page(workspace: &Workspace) -> Result<()> {
    let www = workspace.root.join("www");
    npm(&www, &["ci", "--no-audit", "--no-fund"])?;
    npm(&www, &["run", "--silent", "build"])
}

/// Serves the page until it is stopped.
pub fn serve(workspace: &Workspace) -> Result<()> {
    npm(&workspace.root.join("www"), &["run", "--silent", "serve"])
}

/// Uses the page as people do, in a real browser; screenshots go to `tests/web/screenshots`.
pub fn test_page(workspace: &Workspace) -> Result<()> {
    npm(&workspace.root.join("tests/web"), &["test", "--silent"])
}

/// Makes a browser and what drives it ready for the tests.
pub fn browser(workspace: &Workspace) -> Result<()> {
    npm(&workspace.root.join("tests/web"), &["ci", "--no-audit", "--no-fund"])?;
    if std::env::var_os("CHROMIUM").is_some() || Path::new("/usr/bin/chromium").exists() {
        return Ok(());
    }
    for arguments in [&["update", "-qq"][..], &["install", "-y", "-qq", "chromium"]] {
        let status = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status();
        if !status.is_ok_and(|status| status.success()) {
            bail!("the tests need Chromium: install it, and name it in CHROMIUM if it is not /usr/bin/chromium");
        }
    }
    Ok(())
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
    // Beside its JavaScript, where `init()` looks for it.
    bindgen.omit_default_module_path(false);
    bindgen.generate(&out).context("wasm-bindgen")?;

    npm(&package(workspace), &["ci", "--no-audit", "--no-fund"])?;
    let (source, dist) = (package(workspace).join("src"), package(workspace).join("dist"));
    fs::create_dir_all(&dist)?;
    for name in ["driftgate_web.js", "driftgate_web.d.ts"] {
        for folder in [&source, &dist] {
            write_if_changed(&folder.join(name), &fs::read(out.join(name))?)?;
        }
    }
    optimise(workspace, &out.join("driftgate_web_bg.wasm"), &dist.join("driftgate_web_bg.wasm"))?;
    npm(&package(workspace), &["run", "--silent", "build"])?;
    println!("{}: the npm package", package(workspace).display());
    Ok(())
}

/// Runs binaryen, unless it ran in the same way on the same bytes before.
fn optimise(workspace: &Workspace, module: &Path, optimised: &Path) -> Result<()> {
    let before = module.with_extension("optimised");
    let arguments: Vec<String> = ["-Oz".into()]
        .into_iter()
        .chain(SKIPPED.map(|pass| format!("--skip-pass={pass}")))
        .chain(FEATURES.map(|feature| format!("--enable-{feature}")))
        .collect();
    let work = [arguments.join(" ").as_bytes(), &fs::read(module)?].concat();
    if optimised.exists() && fs::read(&before).is_ok_and(|known| known == work) {
        return Ok(());
    }
    let mut command = Command::new(package(workspace).join("node_modules/.bin/wasm-opt"));
    let status = command.args(arguments).arg(module).arg("-o").arg(optimised).status().context("running wasm-opt")?;
    if !status.success() {
        bail!("wasm-opt failed ({status})");
    }
    fs::write(before, work)?;
    Ok(())
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("npm").args(arguments).current_dir(folder).status();
    let status = status.context("running npm: Node 20 or later has to be installed")?;
    if status.success() { Ok(()) } else { bail!("`npm {}` failed ({status})", arguments.join(" ")) }
}
