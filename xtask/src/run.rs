//! Running cargo, and saying what failed.

use std::{path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result, bail};

/// Where the workspace is and where cargo puts what it builds.
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that a target folder from the environment or a configuration is honoured.
    pub fn find() -> Result<Self> {
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--format-version", "1", "--no-deps"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = command.output().context("running `cargo metadata`")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let folder = |key: &str| -> Result<PathBuf> {
            Ok(metadata[key].as_str().with_context(|| format!("`cargo metadata` has no {key}"))?.into())
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }
}

/// A command that fails with its own text.
pub struct Cargo(Command);

/// `cargo` with these words as arguments, in the workspace.
pub fn cargo(workspace: &Workspace, arguments: &str) -> Cargo {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments.split_whitespace()).current_dir(&workspace.root);
    Cargo(command)
}

impl Cargo {
    /// Builds with these flags for rustc and none from the surroundings.
    pub fn rustflags(mut self, flags: &[String]) -> Self {
        for name in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS"] {
            self.0.env_remove(name);
        }
        self.0.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        self
    }

    pub fn run(mut self) -> Result<()> {
        let words: Vec<_> = self.0.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let status = self.0.status().context("running cargo")?;
        if status.success() { Ok(()) } else { bail!("`cargo {}` failed ({status})", words.join(" ")) }
    }
}

/// Adds a compilation target, if rustup does not have it yet.
pub fn rustup_target(target: &str) -> Result<()> {
    let installed = Command::new("rustup").args(["target", "list", "--installed"]).output();
    match installed {
        Ok(output) if String::from_utf8_lossy(&output.stdout).lines().any(|line| line == target) => Ok(()),
        Ok(_) => {
            let status = Command::new("rustup").args(["target", "add", target]).status()?;
            if status.success() { Ok(()) } else { bail!("`rustup target add {target}` failed ({status})") }
        }
        // Without rustup the toolchain came from elsewhere: cargo says what is missing, if anything is.
        Err(_) => Ok(()),
    }
}

/// One step of `cargo xtask test`.
pub struct Step<'a> {
    name: &'static str,
    work: Box<dyn FnOnce() -> Result<()> + 'a>,
}

impl<'a> Step<'a> {
    pub fn new(name: &'static str, work: impl FnOnce() -> Result<()> + 'a) -> Self {
        Self { name, work: Box::new(work) }
    }

    /// Runs it; answers a line with its time.
    pub fn run(self) -> Result<String> {
        println!("== {}", self.name);
        let start = Instant::now();
        (self.work)().with_context(|| format!("the step `{}` failed", self.name))?;
        let line = format!("{:>8.1} s  {}", start.elapsed().as_secs_f64(), self.name);
        println!("{line}");
        Ok(line)
    }
}
