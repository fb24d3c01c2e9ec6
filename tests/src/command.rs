//! The `driftgate` command as a user has it.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

/// The workspace.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above")
}

/// The command that was built beside the tests, with nothing of the surroundings' settings.
#[must_use]
pub fn driftgate() -> Command {
    let built = std::env::current_exe().expect("a test knows where it is");
    let path = built.ancestors().nth(2).expect("target/release").join("driftgate");
    assert!(path.is_file(), "{} is not there: run `cargo xtask build`", path.display());
    let mut command = Command::new(path);
    let is_setting = |name: &str| name.starts_with("DRIFTGATE_") || name.starts_with("AB_");
    for (name, _) in std::env::vars().filter(|(name, _)| is_setting(name)) {
        command.env_remove(name);
    }
    command
}

/// A folder with the example logs.
#[must_use]
pub fn folder_of_logs() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in
        fs::read_dir(root().join("examples/logs")).expect("the example logs").map(|entry| entry.expect("a file"))
    {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
    }
    folder
}
