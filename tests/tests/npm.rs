//! The npm package as its users have it: packed, installed into an empty project, compiled and run.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use driftgate_tests::doors::{Block, Door, Native, promised, schema_of};
use serde_json::json;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// What a command prints.
fn run(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{arguments:?}: {text}{errors}");
    text
}

/// A user's program, in TypeScript: reads two logs by blocks, prints the report, what is wrong with a plan, and where a stream changes.
const PROGRAM: &str = r#"
import { readFileSync } from "node:fs";
import {
  analyze, detect, infer, init, MAX_PUSH, Profile, type Detection, type DriftgateError, type Plan, type Report,
} from "driftgate";

await init();
const [reference, current] = process.argv.slice(2).map((path) => readFileSync(path!));
const schema = infer(reference!.subarray(0, MAX_PUSH)).schema;
const read = (log: Uint8Array): Profile => {
  const profile = new Profile(schema, { name: "log" });
  for (let at = 0; at < log.length; at += MAX_PUSH) profile.push(log.subarray(at, at + MAX_PUSH));
  profile.finish();
  return Profile.fromBytes(profile.toBytes());
};
const windows = { reference: read(reference!), current: read(current!) };
const text: string = analyze({}, windows);
const report = JSON.parse(text) as Report;
if (!report.verdict) throw new Error("no verdict");
try {
  analyze({ alpa: 0.05 } as Plan, windows);
} catch (error) {
  const { name, code, message } = error as DriftgateError;
  console.error(`${name} ${code} ${message}`);
}
const stream = Float64Array.from([0, NaN, 0, 9]);
const found = JSON.parse(detect({ detector: "cusum", mean: 0, sd: 1 }, stream)) as Detection;
console.error(`changes at ${found.changes.map((change) => change.at)}, ${found.missing} missing`);
console.log(text);
"#;

#[test]
fn the_package_works_in_an_empty_project() {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path();
    let package = root().join("wasm-web/package");
    let destination = project.to_str().unwrap();
    run("npm", &["pack", "--silent", "--pack-destination", destination], &package);
    fs::write(project.join("package.json"), r#"{ "type": "module" }"#).unwrap();
    let packed = concat!("./driftgate-", env!("CARGO_PKG_VERSION"), ".tgz");
    run("npm", &["install", "--silent", "--no-audit", "--no-fund", packed], project);
    fs::write(project.join("program.ts"), PROGRAM).unwrap();
    // The compiler and Node's types are those of the package's own build.
    let types = package.join("node_modules/@types");
    let compiler = package.join("node_modules/.bin/tsc");
    let options = ["--strict", "--target", "ES2022", "--module", "NodeNext", "--types", "node", "--typeRoots"];
    run(compiler, &[&options[..], &[types.to_str().unwrap(), "program.ts"]].concat(), project);

    let logs = ["reference.jsonl", "crash.jsonl"].map(|name| root().join("examples/logs").join(name));
    let paths = logs.each_ref().map(|path| path.to_str().unwrap());
    let output = Command::new("node").arg("program.js").args(paths).current_dir(project).output().unwrap();
    let complaints = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{complaints}");
    assert!(complaints.contains("DriftgateError usage plan, at alpa: unknown field `alpa`"), "{complaints}");
    assert!(complaints.contains("did you mean `alpha`?"), "{complaints}");
    // 9 standard deviations less k = 0.5 are more than h = 5.
    assert!(complaints.contains("changes at 3, 1 missing"), "{complaints}");

    let [reference, current] = logs.map(|path| fs::read(path).unwrap());
    let schema = schema_of(&mut Native, &reference, &json!({}));
    let profile = |log: &[u8]| Native.profile(&schema, &[Block::file("log", log)], 262_144, &[]).unwrap();
    let (reference, current) = (profile(&reference), profile(&current));
    let report = Native.analyze("{}", &[("reference", &reference), ("current", &current)]).unwrap();
    assert_eq!(promised(String::from_utf8(output.stdout).unwrap().trim()), promised(&report));
}
