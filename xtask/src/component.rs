//! The components, compiled to WebAssembly and wrapped: core behind its thin door, and the reader of Parquet files.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::run::{Workspace, cargo, rustup_target};

pub const TARGET: &str = "wasm32-unknown-unknown";

/// The packages, and the files that the host embeds.
const COMPONENTS: [(&str, &str); 2] =
    [("driftgate-component", "driftgate.component.wasm"), ("driftgate-parquet", "driftgate-parquet.component.wasm")];

/// Builds the components into the target folder, where the host finds them. Unchanged bytes are not written again.
pub fn build(workspace: &Workspace) -> Result<()> {
    rustup_target(TARGET)?;
    COMPONENTS.iter().try_for_each(|(package, file)| build_one(workspace, package, file))
}

fn build_one(workspace: &Workspace, package: &str, file: &str) -> Result<()> {
    // One by one, so that neither gets features that the other asks for.
    let arguments = format!("build --profile wasm --package {package} --target {TARGET}");
    cargo(workspace, &arguments).rustflags(&rustflags(workspace)).run()?;
    let module = workspace.target.join(TARGET).join(format!("wasm/{}.wasm", package.replace('-', "_")));
    let module = fs::read(&module).with_context(|| format!("reading {}", module.display()))?;
    let component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
    let imports = imports(&component)?;
    if !imports.is_empty() {
        bail!("{package} imports {}: it must import nothing", imports.join(", "));
    }
    let path = workspace.target.join(file);
    write_if_changed(&path, &component)?;
    println!("{}: {} KiB, no imports", path.display(), component.len().div_ceil(1024));
    Ok(())
}

/// The same lints as everywhere, for the packages that only exist on wasm32.
pub fn clippy(workspace: &Workspace) -> Result<()> {
    COMPONENTS.iter().try_for_each(|(package, _)| {
        let arguments = format!("clippy --quiet --profile wasm --package {package} --target {TARGET} -- -D warnings");
        cargo(workspace, &arguments).rustflags(&rustflags(workspace)).run()
    })
}

/// Vector instructions that every engine has; no folder names of this machine in panic messages.
pub fn rustflags(workspace: &Workspace) -> Vec<String> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    flags.push(format!("--remap-path-prefix={}=driftgate", workspace.root.display()));
    let home = std::env::var_os("CARGO_HOME").map(Into::into);
    if let Some(home) = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))) {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    flags
}

/// The names of what a component imports; modules inside it do not count.
fn imports(component: &[u8]) -> Result<Vec<String>> {
    let mut imports = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    imports.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(imports)
}

pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
