//! Guests that mean harm, or are no guests at all: each is refused or stopped, with a sentence.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use driftgate::sandbox::{Component, EMBEDDED, Limits, Sandbox};
use driftgate::{Error, Fault};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

/// The functions of the interface, and how many numbers each takes.
const FUNCTIONS: [(&str, usize); 23] = [
    ("infer", 4),
    ("infer-columns", 4),
    ("[static]outcomes.create", 2),
    ("[method]outcomes.source", 3),
    ("[method]outcomes.push", 3),
    ("[method]outcomes.push-columns", 3),
    ("[method]outcomes.finish", 1),
    ("[static]profile.create", 6),
    ("[method]profile.source", 3),
    ("[method]profile.push", 3),
    ("[method]profile.push-text", 3),
    ("[method]profile.push-columns", 3),
    ("[method]profile.finish", 1),
    ("[method]profile.merge", 2),
    ("[method]profile.to-bytes", 1),
    ("[static]profile.from-bytes", 2),
    ("[method]profile.provenance", 1),
    ("analyze", 4),
    ("calibrate", 5),
    ("compare", 6),
    ("assign", 4),
    ("detect", 4),
    ("decide", 6),
];

/// A component with the whole interface: `start` runs first, and `infer` runs `body`, which leaves the place of its
/// answer (or does not come back).
fn guest(start: &str, body: &str) -> Vec<u8> {
    let function = |(name, count): (&str, usize)| {
        let body = if name == "infer" { body } else { "unreachable" };
        let parameters = "i32 ".repeat(count);
        format!("(func (export \"driftgate:analysis/analysis@0.1.0#{name}\") (param {parameters}) (result i32) {body})")
    };
    let functions = FUNCTIONS.map(function).join("\n");
    let module = format!(
        "(module (memory (export \"memory\") 1)
            (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 1024)
            (func (export \"driftgate:analysis/analysis@0.1.0#digest\") (result i64) unreachable)
            (func $forever (call $forever))
            (func $start {start}) (start $start)
            {functions})"
    );
    let mut module = wat::parse_str(&module).unwrap();
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wasm-component/wit")).unwrap();
    let world = resolve.select_world(&[package], Some("analyzer")).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

const QUICK: Limits = Limits {
    memory_bytes: 4 * 1024 * 1024,
    output_bytes: 64 * 1024,
    push: Duration::from_millis(200),
    analyze: Duration::from_millis(200),
    ..Limits::SUMMARIES
};

/// The error of a guest that is asked to infer.
fn infer(guest: &[u8]) -> Error {
    let sandbox = Component::load(guest).and_then(|component| component.sandbox(QUICK));
    sandbox.and_then(|mut sandbox| sandbox.infer(b"{}", "{}")).unwrap_err()
}

fn refused(bytes: &[u8]) -> Error {
    Component::load(bytes).map(drop).unwrap_err()
}

#[test]
fn the_embedded_component_imports_nothing_and_runs() {
    let component = Component::load(EMBEDDED).unwrap();
    assert_eq!(component.exports(), ["driftgate:analysis/analysis@0.1.0"]);
    component.sandbox(Limits::SUMMARIES).unwrap();
}

#[test]
fn a_harmless_guest_is_heard() {
    // result::ok and the text "{}".
    let body = "(i32.store8 (i32.const 64) (i32.const 0)) (i32.store (i32.const 68) (i32.const 80))
        (i32.store (i32.const 72) (i32.const 2)) (i32.store16 (i32.const 80) (i32.const 0x7d7b)) (i32.const 64)";
    let mut sandbox = Component::load(&guest("", body)).unwrap().sandbox(QUICK).unwrap();
    assert_eq!(sandbox.infer(b"", "").unwrap(), "{}");
}

#[test]
fn a_component_with_an_import_is_refused() {
    let error = refused(&wat::parse_str(r#"(component (import "wasi:cli/environment@0.2.0" (instance)))"#).unwrap());
    assert_eq!(error.fault, Fault::Caller);
    assert!(error.message.contains("imports `wasi:cli/environment@0.2.0`"), "{error}");
}

#[test]
fn what_is_no_component_is_refused() {
    for (bytes, what) in [
        (b"hello".to_vec(), "text"),
        (Vec::new(), "nothing"),
        (wat::parse_str("(module)").unwrap(), "a module"),
        (EMBEDDED[..EMBEDDED.len() / 2].to_vec(), "half a component"),
    ] {
        let error = refused(&bytes);
        assert!(error.message.starts_with("not a WebAssembly component"), "{what}: {error}");
    }
    let error = refused(&wat::parse_str("(component)").unwrap());
    assert!(error.message.contains("does not export driftgate:analysis@0.1.0"), "{error}");
}

#[test]
fn a_guest_that_loops_is_stopped() {
    let start = Instant::now();
    let error = infer(&guest("", "(loop br 0) unreachable"));
    assert_eq!(error.fault, Fault::Internal);
    assert!(error.message.contains("internal error in infer") && error.message.contains("longer than"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(30), "stopped only after {:?}", start.elapsed());
}

#[test]
fn a_guest_that_loops_before_its_first_call_is_stopped() {
    let error = infer(&guest("(loop br 0)", "unreachable"));
    assert!(error.message.contains("internal error in instantiate") && error.message.contains("longer"), "{error}");
}

#[test]
fn a_guest_that_takes_memory_without_end_gets_no_more_than_its_limit() {
    let greedy = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let mut sandbox = Component::load(&guest("", greedy)).unwrap().sandbox(QUICK).unwrap();
    let error = sandbox.infer(b"{}", "{}").unwrap_err();
    assert!(error.message.contains("more than 4 MiB of memory"), "{error}");
    assert!(sandbox.memory_bytes() <= QUICK.memory_bytes, "{}", sandbox.memory_bytes());
}

#[test]
fn a_guest_that_calls_itself_without_end_is_stopped() {
    let error = infer(&guest("", "call $forever unreachable"));
    assert!(error.message.contains("internal error in infer") && error.message.contains("stack"), "{error}");
}

#[test]
fn an_answer_larger_than_the_limit_is_refused() {
    // result::ok and a text of 1 MiB.
    let body = "(drop (memory.grow (i32.const 32))) (i32.store8 (i32.const 64) (i32.const 0))
        (i32.store (i32.const 68) (i32.const 0)) (i32.store (i32.const 72) (i32.const 1048576)) (i32.const 64)";
    let error = infer(&guest("", body));
    assert!(error.message.contains("internal error in infer"), "{error}");
}

#[test]
fn an_answer_outside_of_memory_is_refused() {
    let error = infer(&guest("", "(i32.const 0x7ffffff0)"));
    assert!(error.message.contains("internal error in infer"), "{error}");
}

#[test]
fn a_sandbox_is_of_no_more_use_after_a_trap() {
    let mut sandbox: Sandbox = Component::load(&guest("", "unreachable")).unwrap().sandbox(QUICK).unwrap();
    for _ in 0..2 {
        assert_eq!(sandbox.infer(b"{}", "{}").unwrap_err().fault, Fault::Internal);
    }
}

#[test]
fn a_memory_larger_than_the_limit_is_refused_before_the_first_instruction() {
    let tiny = Limits { memory_bytes: 1024 * 1024, ..QUICK };
    let error = Component::load(EMBEDDED).unwrap().sandbox(tiny).map(drop).unwrap_err();
    assert_eq!(error.fault, Fault::Caller);
    assert!(error.message.contains("instantiate needed more than 1 MiB of memory"), "{error}");
}
