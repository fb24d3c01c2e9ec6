//! `measure native|sandbox|unlimited REFERENCE CURRENT`: where the time of a check goes, on one thread.
//!
//! The same calls as `driftgate check --jobs 1`, in core compiled to this machine's code, in the sandbox, and in a sandbox that does
//! not watch the clock. Prints one JSON object: seconds, bytes. `cargo xtask bench` runs it beside the command.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measuring command")]

use std::{env, fs, process::ExitCode, time::Instant};

use driftgate_tests::doors::{Block, Door, Native, Sandboxed, schema_of};
use serde_json::json;

/// Bytes of a block and of a push, as the command has them.
const BLOCK: usize = 2 << 20;
const PUSH: usize = 256 << 10;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [how, reference, current] = arguments.as_slice() else {
        println!("usage: measure native|sandbox|unlimited REFERENCE CURRENT");
        return ExitCode::from(2);
    };
    let mut door: Box<dyn Door> = match how.as_str() {
        "native" => Box::new(Native),
        "sandbox" => Box::new(Sandboxed::new()),
        _ => Box::new(Sandboxed::unlimited()),
    };
    let (mut read, mut bytes, mut profiles) = (0.0, 0, Vec::new());
    for path in [reference, current] {
        let log = fs::read(path).expect("the log can be read");
        bytes += log.len();
        let blocks = blocks(path, &log);
        let start = Instant::now();
        let schema = schema_of(door.as_mut(), &log, &json!({}));
        let profile = door.read(&schema, &blocks, PUSH).expect("a profile");
        read += start.elapsed().as_secs_f64();
        profiles.push(profile);
    }
    let start = Instant::now();
    door.analyze("{}", &[("reference", &profiles[0]), ("current", &profiles[1])]).expect("a report");
    let analyze = start.elapsed().as_secs_f64();
    let measured = json!({ "read_s": read, "analyze_s": analyze, "bytes": bytes, "profile_bytes": profiles[1].len() });
    println!("{measured}");
    ExitCode::SUCCESS
}

/// The log in blocks that end with a line; those of CSV begin with the header.
fn blocks(name: &str, log: &[u8]) -> Vec<Block> {
    let csv = log.first() != Some(&b'{');
    let header_end = if csv { log.iter().position(|byte| *byte == b'\n').expect("a header") + 1 } else { 0 };
    let (header, mut rest) = log.split_at(header_end);
    let (mut blocks, mut lines_before) = (Vec::new(), 0);
    while !rest.is_empty() {
        let end = match rest.get(..BLOCK) {
            Some(block) => block.iter().rposition(|byte| *byte == b'\n').expect("lines") + 1,
            None => rest.len(),
        };
        let (block, tail) = rest.split_at(end);
        let source = json!({ "name": name, "format": if csv { "csv" } else { "jsonl" }, "lines_before": lines_before });
        blocks.push(Block { source, bytes: [header, block].concat() });
        lines_before += memchr::memchr_iter(b'\n', block).count();
        rest = tail;
    }
    blocks
}
