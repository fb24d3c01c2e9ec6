//! The history of a gate: one decision a line, in a file that is only ever added to.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use driftgate_documents::Decision;

use crate::error::{Error, Result};

/// A history that nobody else reads or adds to as long as it is open.
pub struct History {
    file: File,
    path: PathBuf,
    decisions: Vec<Decision>,
    /// Whether the last line is ended: an editor may have taken the line end away.
    ended: bool,
}

impl History {
    /// Opens a history, or begins one; waits while another process has it.
    pub fn open(path: &Path) -> Result<Self> {
        let wrong = |error: &std::io::Error| Error::file(path.display(), error);
        let mut file =
            OpenOptions::new().create(true).read(true).append(true).open(path).map_err(|error| wrong(&error))?;
        file.lock().map_err(|error| wrong(&error))?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| wrong(&error))?;
        let decision = |(at, line): (usize, &str)| {
            let what = "not a decision; mend or take away the line, or name another file with --history";
            serde_json::from_str(line)
                .map_err(|error| Error::caller(format!("{}:{}: {what} ({error})", path.display(), at + 1)))
        };
        let decisions = text.lines().enumerate().map(decision).collect::<Result<_>>()?;
        Ok(Self { file, path: path.to_owned(), decisions, ended: text.is_empty() || text.ends_with('\n') })
    }

    /// When this candidate was held against this baseline under this policy before.
    #[must_use]
    pub fn looks(&self, policy: &str, (candidate, baseline): &(String, Option<String>)) -> Vec<String> {
        let is_of = |known: &&Decision| {
            known.policy.name == policy && known.candidate == *candidate && known.baseline == *baseline
        };
        self.decisions.iter().filter(is_of).filter_map(|decision| decision.facts.now.clone()).collect()
    }

    /// Adds a decision: it is on the disk when this returns.
    pub fn add(mut self, decision: &str) -> Result<()> {
        let begin = if self.ended { "" } else { "\n" };
        let written =
            self.file.write_all(format!("{begin}{decision}\n").as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| Error::file(self.path.display(), &error))
    }
}
