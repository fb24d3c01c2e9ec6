//! The workspace's own rules: who may know whom, what may be named where, and which features may not meet.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn cargo(arguments: &str) -> String {
    let output = Command::new(env!("CARGO")).args(arguments.split_whitespace()).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Every text file of the workspace: what is hidden or built does not count.
fn files() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() && !["target", "node_modules", "dist", ".git"].contains(&name.as_str()) {
                walk(&path, found);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    assert!(found.len() > 20, "only {} files seen", found.len());
    found
}

/// The files under `folder` whose code names `word`; comments and files of tests do not count.
fn named(word: &str, folder: &str) -> BTreeSet<String> {
    let code = |text: &str| text.lines().any(|line| line.split("//").next().is_some_and(|line| line.contains(word)));
    let sources = files().into_iter().filter(|(name, _)| {
        name.starts_with(folder) && name.ends_with(".rs") && !name.ends_with("tests.rs") && !name.contains("/tests/")
    });
    sources.filter(|(_, text)| code(text)).map(|(name, _)| name).collect()
}

#[test]
fn packages_know_only_whom_they_may() {
    let allowed = [
        ("driftgate-core", "driftgate-documents"),
        ("driftgate-component", "driftgate-core"),
        ("driftgate-web", "driftgate-core"),
        // Where a log can be cut: before any byte reaches core.
        ("driftgate-core", "driftgate-blocks"),
        ("driftgate-blocks", "driftgate-documents"),
        ("driftgate-web", "driftgate-blocks"),
        ("driftgate", "driftgate-blocks"),
        // For the schema of the documents alone.
        ("xtask", "driftgate-documents"),
        ("driftgate", "driftgate-documents"),
        ("driftgate-tests", "driftgate-core"),
        ("driftgate-tests", "driftgate-documents"),
        ("driftgate-tests", "driftgate"),
    ];
    let metadata: serde_json::Value = serde_json::from_str(&cargo("metadata --format-version 1 --no-deps")).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let mut found = BTreeSet::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().unwrap() {
            let (from, to) = (package["name"].as_str().unwrap(), dependency["name"].as_str().unwrap());
            if names.contains(to) {
                found.insert((from, to));
            }
        }
    }
    assert_eq!(found, allowed.into_iter().collect(), "an edge between packages is new or gone: see ARCHITECTURE.md");
}

#[test]
fn each_heavy_crate_is_named_in_one_place() {
    for (name, folder, only) in [
        ("wasmtime::", "host/src", "host/src/sandbox"),
        ("libm::", "core/", "core/src/math.rs"),
        ("statrs::", "core/", "core/src/math.rs"),
    ] {
        let found = named(name, folder);
        assert!(
            found.iter().all(|file| file.starts_with(only)),
            "{name} belongs into {only} alone, but is in {found:?}"
        );
    }
    assert!(!named("wasmtime::", "host/src").is_empty(), "this test no longer sees wasmtime");
}

/// With these features somebody else's wish changes the numbers of core, or the order of its JSON.
#[test]
fn no_feature_changes_what_core_computes() {
    let forbidden = [
        "num-traits feature \"std\"",
        "serde_json feature \"preserve_order\"",
        "serde_json feature \"arbitrary_precision\"",
    ];
    for packages in [
        "--package driftgate-core",
        "--package driftgate-tests",
        "--workspace --exclude driftgate-component",
        "--package driftgate-component --target wasm32-unknown-unknown",
        "--package driftgate-web --target wasm32-unknown-unknown",
    ] {
        let tree = cargo(&format!("tree --offline {packages} --edges features --prefix none"));
        assert!(tree.contains("serde_json feature \"float_roundtrip\""), "this test no longer sees features");
        for feature in forbidden {
            assert!(!tree.contains(feature), "{packages}: {feature} is on; see `cargo tree {packages} -e features`");
        }
    }
}

#[test]
fn no_file_names_a_registry_host_or_the_folder_of_the_design() {
    // In parts, so that this file does not hold them.
    let words = [["crates", ".io"], ["../", "shared"], ["/work/", "shared"], ["npmjs", ".com"], ["pypi", ".org"]];
    for (name, text) in files().iter().filter(|(name, _)| !name.ends_with("Cargo.lock")) {
        for word in words.map(|parts| parts.concat()) {
            assert!(!text.contains(&word), "{name} holds {word}");
        }
    }
}

#[test]
fn there_is_one_wit_for_each_component_and_one_way_to_build_them() {
    let names = files().into_iter().map(|(name, _)| name);
    let wit: BTreeSet<String> = names.filter(|name| name.ends_with(".wit")).collect();
    assert!(wit.iter().eq(["parquet-component/wit/parquet.wit", "wasm-component/wit/analysis.wit"]), "{wit:?}");
    for door in ["wasm-component/src/lib.rs", "parquet-component/src/lib.rs", "wasm-web/src/lib.rs"] {
        let text = fs::read_to_string(root().join(door)).unwrap();
        assert!(text.contains(r#"#![cfg(target_arch = "wasm32")]"#), "{door} exists on wasm32 only");
        assert!(text.contains(r#"#[cfg(not(target_feature = "simd128"))]"#), "{door} insists on simd128");
    }
}
