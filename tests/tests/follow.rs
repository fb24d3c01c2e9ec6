//! Logs that are read on: what comes out is what comes out of everything at once, whatever happened to the files in between.
//! The processes are real; a test waits for what they say, never for time.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use driftgate_core::profile::Profile;
use driftgate_tests::{
    command::{driftgate, root},
    logs::{Shape, csv, jsonl, records},
};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes, so that a process that says nothing fails its test.
const PATIENCE: Duration = Duration::from_secs(300);

const SHAPE: Shape = Shape { rows: 900, symbols: 5, step: 600, shift: 0.0 };

fn log() -> Vec<u8> {
    jsonl(&records(1, SHAPE))
}

/// The place behind the line of this number.
fn after(bytes: &[u8], lines: usize) -> usize {
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(at, _)| at + 1).nth(lines - 1).unwrap()
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn append(&self, name: &str, bytes: &[u8]) {
        OpenOptions::new().append(true).open(self.path(name)).unwrap().write_all(bytes).unwrap();
    }

    fn command(&self, typed: &str) -> Command {
        let mut command = driftgate();
        command.args(typed.split_whitespace()).current_dir(self.0.path());
        command
    }

    fn run(&self, typed: &str) -> Output {
        self.command(typed).output().unwrap()
    }

    /// Runs it, and answers what it said beside its answer.
    fn said(&self, typed: &str) -> String {
        let output = self.run(typed);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{typed}: {said}");
        said
    }

    fn digest(&self, profile: &str) -> String {
        Profile::from_bytes(&fs::read(self.path(profile)).unwrap()).unwrap().digest().unwrap()
    }

    /// The digest of this log read at once.
    fn at_once(&self, name: &str, bytes: &[u8]) -> String {
        let folder = Self::new();
        folder.write(name, bytes);
        folder.said(&format!("profile {name} -o whole.profile"));
        folder.digest("whole.profile")
    }
}

/// A process with its lines on one of its streams.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn new(mut child: Child, stream: impl Read + Send + 'static) -> Self {
        let (sender, lines) = channel();
        thread::spawn(move || {
            BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        drop(child.stdin.take());
        Self { child, lines }
    }

    fn talking_on_stderr(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let stream = child.stderr.take().unwrap();
        Self::new(child, stream)
    }

    fn answering(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stream = child.stdout.take().unwrap();
        Self::new(child, stream)
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line in time")
    }

    /// Waits until the saved profile is this one: it says a line whenever it saved.
    fn until(&self, folder: &Folder, profile: &str, digest: &str) {
        while !self.line().starts_with(profile) || folder.digest(profile) != digest {}
    }

    fn signal(&mut self, signal: &str) -> Option<i32> {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_log_that_grew_is_read_on_and_a_line_without_end_waits() {
    let folder = Folder::new();
    let bytes = log();
    let (first, half) = (after(&bytes, 300), after(&bytes, 600) - 7);
    folder.write("log.jsonl", &bytes[..first]);
    folder.said("profile log.jsonl -o log.profile");
    assert!(folder.said("profile log.jsonl -o log.profile --resume").contains("nothing new"));
    folder.append("log.jsonl", &bytes[first..half]);
    folder.said("profile log.jsonl -o log.profile --resume");
    assert_eq!(folder.digest("log.profile"), folder.at_once("log.jsonl", &bytes[..after(&bytes, 599)]));
    folder.append("log.jsonl", &bytes[half..]);
    folder.said("profile log.jsonl -o log.profile --resume");
    assert_eq!(folder.digest("log.profile"), folder.at_once("log.jsonl", &bytes));
}

#[test]
fn a_csv_log_is_read_on_with_its_header_and_the_lines_of_the_file() {
    let folder = Folder::new();
    let bytes = csv(&records(1, SHAPE));
    // Fields of this log hold line ends: there are more lines than records, and this may be the middle of one.
    let cut = after(&bytes, 501);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    folder.write("log.csv", &bytes[..cut]);
    folder.said("profile log.csv -o log.profile --resume");
    folder.append("log.csv", &bytes[cut..]);
    folder.append("log.csv", b"one,cell,too,few\n");
    folder.said("profile log.csv -o log.profile --resume");
    assert_eq!(folder.digest("log.profile"), folder.at_once("log.csv", &bytes));
    let report = folder.run("segments log.profile --format json");
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let provenance = &report["provenance"]["current"];
    assert_eq!(provenance["problems"][0]["line"], lines + 1);
    let position = &provenance["sources"]["log.csv"]["position"];
    assert_eq!(position["bytes"], fs::metadata(folder.path("log.csv")).unwrap().len());
    // The header is no line of the position, the bad row is one.
    assert_eq!((&position["lines"], &position["turn"]), (&lines.into(), &0.into()));
}

#[test]
fn the_rest_of_a_rotated_log_is_found_beside_it() {
    let bytes = log();
    let (read, rotated) = (after(&bytes, 300), after(&bytes, 500));
    let rename = |folder: &Folder| fs::rename(folder.path("log.jsonl"), folder.path("log.jsonl.1")).unwrap();
    // copytruncate: the copy has another inode than the log that goes on.
    let copy = |folder: &Folder| {
        fs::copy(folder.path("log.jsonl"), folder.path("log.jsonl.1")).unwrap();
    };
    for rotate in [rename as fn(&Folder), copy] {
        let folder = Folder::new();
        folder.write("log.jsonl", &bytes[..read]);
        folder.said("profile log.jsonl -o log.profile --resume");
        folder.append("log.jsonl", &bytes[read..rotated]);
        rotate(&folder);
        folder.write("log.jsonl", &bytes[rotated..]);
        folder.said("profile log.jsonl -o log.profile --resume");
        assert_eq!(folder.digest("log.profile"), folder.at_once("log.jsonl", &bytes));
        assert!(folder.said("profile log.jsonl -o log.profile --resume").contains("nothing new"));
        // Named too, the old file is known under its new name.
        let both = folder.said("profile log.jsonl log.jsonl.1 -o log.profile --resume");
        assert!(both.contains("nothing new"), "{both}");
    }
}

#[test]
fn a_log_that_began_anew_without_its_old_file_is_read_and_said() {
    let folder = Folder::new();
    let bytes = log();
    let cut = after(&bytes, 600);
    folder.write("log.jsonl", &bytes[..cut]);
    folder.said("profile log.jsonl -o log.profile");
    folder.write("log.jsonl", &bytes[cut..]);
    let said = folder.said("profile log.jsonl -o log.profile --resume");
    assert!(said.contains(&format!("log.jsonl: another file stands there since {cut} bytes")), "{said}");
    assert_eq!(folder.digest("log.profile"), folder.at_once("log.jsonl", &bytes));
}

#[test]
fn other_options_and_what_cannot_be_read_on_are_refused() {
    let folder = Folder::new();
    let bytes = log();
    let cut = after(&bytes, 600);
    folder.write("log.jsonl", &bytes[..cut]);
    folder.said("profile log.jsonl -o log.profile");
    let before = folder.digest("log.profile");
    folder.append("log.jsonl", &bytes[cut..]);
    let refused = |typed: &str, words: &[&str]| {
        let output = folder.run(typed);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    };
    refused("profile log.jsonl -o log.profile --resume --segment note", &["different segments", "same options"]);
    folder.write("log.csv.gz", &gzip(&csv(&records(1, SHAPE))));
    folder.said("profile log.csv.gz -o gz.profile --resume");
    folder.append("log.csv.gz", &gzip(b""));
    refused("profile log.csv.gz -o gz.profile --resume", &["log.csv.gz", "grew", "as a whole"]);
    folder.write("bare.csv", b"id,prediction,note\na,1.5,5\" wide\n");
    folder.said("profile bare.csv -o bare.profile");
    folder.append("bare.csv", b"b,2.5,6\" wide\n");
    refused("profile bare.csv -o bare.profile --resume", &["bare.csv", "quotes", "--resume"]);
    folder.write("no.profile", b"words");
    refused("profile log.jsonl -o no.profile --resume", &["no.profile", "not a driftgate profile"]);
    folder.write("empty.jsonl", b"{\"half\":");
    refused("profile empty.jsonl -o empty.profile --resume", &["no whole record"]);
    assert_eq!(folder.digest("log.profile"), before);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_followed_folder_is_read_through_growth_new_files_and_rotation() {
    let folder = Folder::new();
    let bytes = log();
    let cuts: Vec<usize> = [200, 400, 500, 650, 900].map(|lines| after(&bytes, lines)).into();
    fs::create_dir(folder.path("logs")).unwrap();
    folder.write("logs/a.jsonl", &bytes[..cuts[0]]);
    let mut running =
        Running::talking_on_stderr(folder.command("profile logs -o all.profile --follow --every 100ms --jobs 1"));
    let read_so_far = |running: &Running, cut: usize| {
        running.until(&folder, "all.profile", &folder.at_once("a.jsonl", &bytes[..cut]));
    };
    read_so_far(&running, cuts[0]);
    folder.append("logs/a.jsonl", &bytes[cuts[0]..cuts[1] - 9]);
    folder.append("logs/a.jsonl", &bytes[cuts[1] - 9..cuts[1]]);
    read_so_far(&running, cuts[1]);
    folder.write("logs/b.jsonl", &bytes[cuts[1]..cuts[2]]);
    read_so_far(&running, cuts[2]);
    // A writer keeps its file open over a rotation.
    let mut open = OpenOptions::new().append(true).open(folder.path("logs/b.jsonl")).unwrap();
    fs::rename(folder.path("logs/b.jsonl"), folder.path("logs/b.jsonl.1")).unwrap();
    open.write_all(&bytes[cuts[2]..cuts[3]]).unwrap();
    folder.write("logs/b.jsonl", &bytes[cuts[3]..cuts[4]]);
    read_so_far(&running, cuts[4]);
    assert_eq!(running.signal("INT"), Some(0));
}

#[test]
fn a_process_that_was_killed_is_continued_by_another() {
    let folder = Folder::new();
    let bytes = log();
    let cut = after(&bytes, 300);
    folder.write("log.jsonl", &bytes[..cut]);
    let command = || folder.command("profile log.jsonl -o log.profile --follow --resume --every 100ms");
    let mut running = Running::talking_on_stderr(command());
    running.until(&folder, "log.profile", &folder.at_once("log.jsonl", &bytes[..cut]));
    // It may be reading, saving or waiting: whatever it is doing, its file is whole.
    folder.append("log.jsonl", &bytes[cut..after(&bytes, 700)]);
    assert_eq!(running.signal("KILL"), None);
    folder.append("log.jsonl", &bytes[after(&bytes, 700)..]);
    folder.said("profile log.jsonl -o log.profile --resume");
    assert_eq!(folder.digest("log.profile"), folder.at_once("log.jsonl", &bytes));
}

#[test]
fn a_followed_check_gives_a_report_a_line_and_ends_with_its_verdict() {
    let folder = Folder::new();
    let logs = root().join("examples/logs");
    let crash = fs::read(logs.join("crash.jsonl")).unwrap();
    fs::copy(logs.join("reference.jsonl"), folder.path("reference.jsonl")).unwrap();
    let cut = after(&crash, 3);
    folder.write("log.jsonl", &crash[..cut]);
    let typed = "check log.jsonl --reference reference.jsonl --format json --follow --every 100ms";
    let mut running = Running::answering(folder.command(typed));
    let rows = |report: &Value| report["current"]["rows"].as_u64().unwrap();
    let report = |line: &[u8]| serde_json::from_slice::<Value>(line).unwrap();
    assert_eq!(rows(&report(running.line().as_bytes())), 3);
    folder.append("log.jsonl", &crash[cut..]);
    let whole = report(&folder.run("check log.jsonl --reference reference.jsonl --format json").stdout);
    let mut last = report(running.line().as_bytes());
    while rows(&last) < rows(&whole) {
        last = report(running.line().as_bytes());
    }
    assert_eq!(last["findings"], whole["findings"]);
    assert_eq!(whole["verdict"], "drift");
    assert_eq!(running.signal("TERM"), Some(1));
}

#[test]
fn an_interrupted_command_leaves_nothing_half_written() {
    let folder = Folder::new();
    assert!(Command::new("mkfifo").arg(folder.path("pipe")).status().unwrap().success());
    folder.write("kept.profile", b"as it was");
    for signal in ["INT", "TERM"] {
        let mut running = Running::talking_on_stderr(folder.command("profile pipe -o kept.profile"));
        // Opening waits for the reader, so the command is at work by then; the pipe stays open.
        let mut pipe = OpenOptions::new().write(true).open(folder.path("pipe")).unwrap();
        pipe.write_all(&log()[..10_000]).unwrap();
        assert_eq!(running.signal(signal), Some(130));
        assert_eq!(fs::read(folder.path("kept.profile")).unwrap(), b"as it was");
        let names = |path: &Path| fs::read_dir(path).unwrap().count();
        assert_eq!(names(folder.0.path()), 2);
    }
}
