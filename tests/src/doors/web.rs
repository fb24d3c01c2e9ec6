//! The browser's door, in Node and in Chromium: `tests/web/door.js` answers a line of JSON for each.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use driftgate_core::read::{TypedCells, TypedColumn};
use serde_json::{Value, json};

use super::{Block, Door, schema_in, schema_of};

/// The npm package's module, in a process of its own.
pub struct Web {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Web {
    /// Starts `node` or `chromium`. `cargo xtask test` has built the package and installed what is needed.
    #[must_use]
    pub fn start(engine: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
        let mut command = Command::new("node");
        command.args(["door.js", engine]).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node 20 or later is installed");
        let (requests, answers) = (child.stdin.take(), child.stdout.take().expect("a pipe"));
        Self { child, requests, answers: BufReader::new(answers) }
    }

    fn ask(&mut self, request: &Value) -> Result<String, String> {
        let requests = self.requests.as_mut().expect("a pipe");
        writeln!(requests, "{request}").expect("the door is open; `cargo xtask package` builds it");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        let answer: Value = serde_json::from_str(&line).expect("an answer; the door's complaint is above");
        match (answer["ok"].as_str(), answer["error"].as_str()) {
            (Some(ok), _) => Ok(ok.into()),
            (None, error) => Err(error.expect("an error").into()),
        }
    }

    fn ask_bytes(&mut self, request: &Value) -> Result<Vec<u8>, String> {
        self.ask(request).map(|text| STANDARD.decode(text).expect("base64"))
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        // The end of its input ends it, and the browser with it.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}

fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn blocks(blocks: &[Block]) -> Vec<Value> {
    let one = |block: &Block| json!({ "source": block.source.to_string(), "bytes": text(&block.bytes) });
    blocks.iter().map(one).collect()
}

fn named(windows: &[(&str, &[u8])]) -> Vec<Value> {
    windows.iter().map(|(name, bytes)| json!([name, text(bytes)])).collect()
}

/// Numbers as their bits: JSON has no NaN, and would round.
fn bits(values: &[f64]) -> Vec<String> {
    values.iter().map(|value| value.to_bits().to_string()).collect()
}

/// Numbers as their bits and whole numbers as text: JSON would round them.
fn columns(batch: &[TypedColumn]) -> Vec<Value> {
    let texts = |values: &[i64]| values.iter().map(i64::to_string).collect::<Vec<_>>();
    let one = |column: &TypedColumn| {
        let (kind, values, levels) = match &column.cells {
            TypedCells::Numbers(values) => ("numbers", json!(bits(values)), None),
            TypedCells::Integers(values) => ("integers", json!(texts(values)), None),
            TypedCells::Times(values) => ("times", json!(texts(values)), None),
            TypedCells::Flags(values) => ("flags", json!(values), None),
            TypedCells::Texts { levels, codes } => ("texts", json!(codes), Some(levels)),
            TypedCells::Unread(rows) => ("unread", json!(rows), None),
        };
        json!({ "name": column.name, "missing": column.missing, "kind": kind, "values": values, "levels": levels })
    };
    batch.iter().map(one).collect()
}

impl Door for Web {
    fn infer(&mut self, head: &[u8], options: &Value) -> Result<String, String> {
        self.ask(&json!({ "call": "infer", "head": text(head), "options": options.to_string() }))
    }

    fn profile(&mut self, schema: &str, of: &[Block], chunk: usize, outcomes: &[Block]) -> Result<Vec<u8>, String> {
        let known = outcomes.first().map(|first| schema_of(self, &first.bytes, &json!({})));
        self.ask_bytes(&json!({
            "call": "profile", "schema": schema, "blocks": blocks(of), "chunk": chunk,
            "outcomes": blocks(outcomes), "outcomesSchema": known,
        }))
    }

    fn columns(&mut self, batches: &[Vec<TypedColumn>], options: &Value) -> Result<(String, Vec<u8>), String> {
        let head = columns(&batches[0]);
        let inference = self.ask(&json!({ "call": "inferColumns", "head": head, "options": options.to_string() }))?;
        let batches: Vec<_> = batches.iter().map(|batch| columns(batch)).collect();
        let request = json!({ "call": "columns", "schema": schema_in(&inference), "batches": batches });
        Ok((inference, self.ask_bytes(&request)?))
    }

    fn read(&mut self, schema: &str, of: &[Block], chunk: usize) -> Result<Vec<u8>, String> {
        self.ask_bytes(&json!({ "call": "read", "schema": schema, "blocks": blocks(of), "chunk": chunk }))
    }

    fn merge(&mut self, profiles: &[Vec<u8>]) -> Result<Vec<u8>, String> {
        let profiles: Vec<String> = profiles.iter().map(|profile| text(profile)).collect();
        self.ask_bytes(&json!({ "call": "merge", "profiles": profiles }))
    }

    fn provenance(&mut self, profile: &[u8]) -> Result<String, String> {
        self.ask(&json!({ "call": "provenance", "profile": text(profile) }))
    }

    fn analyze(&mut self, plan: &str, windows: &[(&str, &[u8])]) -> Result<String, String> {
        self.ask(&json!({ "call": "analyze", "plan": plan, "named": named(windows) }))
    }

    fn calibrate(&mut self, plan: &str, options: &str, log: &[u8]) -> Result<String, String> {
        self.ask(&json!({ "call": "calibrate", "plan": plan, "options": options, "log": text(log) }))
    }

    fn compare(&mut self, plan: &str, options: &str, windows: &[(&str, &[u8])]) -> Result<String, String> {
        self.ask(&json!({ "call": "compare", "plan": plan, "options": options, "named": named(windows) }))
    }

    fn assign(&mut self, assignment: &str, units: &str) -> Result<String, String> {
        self.ask(&json!({ "call": "assign", "assignment": assignment, "units": units }))
    }

    fn detect(&mut self, options: &str, values: &[f64]) -> Result<String, String> {
        self.ask(&json!({ "call": "detect", "options": options, "values": bits(values) }))
    }

    fn decide(&mut self, policy: &str, report: &str, facts: &str) -> Result<String, String> {
        self.ask(&json!({ "call": "decide", "policy": policy, "report": report, "facts": facts }))
    }

    fn digest(&mut self) -> u64 {
        self.ask(&json!({ "call": "digest" })).expect("a digest").parse().expect("a number")
    }
}
