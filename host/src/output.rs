//! Where answers go: a terminal, a pipe that may close early, a file that is either whole or not there.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    error::{Error, Result},
    interrupt,
};

/// Whether the reader of stdout has gone.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Prints a readable text; colours go where they are understood.
///
/// # Errors
/// If stdout cannot be written.
pub fn print(text: &str) -> Result<()> {
    ended(anstream::stdout().lock().write_all(text.as_bytes()))
}

/// Prints bytes as they are.
///
/// # Errors
/// If stdout cannot be written.
pub fn print_bytes(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    ended(out.write_all(bytes).and_then(|()| out.flush()))
}

/// A reader who has seen enough (`| head`) is no error.
fn ended(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::file("stdout", &error)),
        Err(_) => {
            CLOSED.store(true, Ordering::Relaxed);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Whether a reader of stdout has seen enough: then nobody waits for another answer.
pub fn is_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// A line on stderr, beside the answer.
pub fn note(text: &str, quiet: bool) {
    if !quiet {
        // Nobody may be listening; the answer matters, this does not.
        let lines: Vec<String> = text.lines().map(crate::text::visible).collect();
        let _ = writeln!(anstream::stderr(), "{}", lines.join("\n"));
    }
}

/// Prints a readable text, or writes it to a file without colours.
///
/// # Errors
/// If it cannot be written.
pub fn give_text(text: &str, file: Option<&Path>) -> Result<()> {
    match file {
        None => print(text),
        Some(path) => save(path, anstream::adapter::strip_str(text).to_string().as_bytes()),
    }
}

/// Prints the sandbox's JSON as it is, and a line end.
///
/// # Errors
/// If it cannot be written.
pub fn give_json(json: &str, file: Option<&Path>) -> Result<()> {
    match file {
        None => print_bytes(format!("{json}\n").as_bytes()),
        Some(path) => save(path, format!("{json}\n").as_bytes()),
    }
}

/// The options that name files to be written.
const OUTPUTS: [&str; 4] = ["-o", "--output", "--export", "--history"];

/// Refuses a call that would write over one of the files it reads, whatever their names: a link is the file it leads to.
///
/// # Errors
/// If an output is an input, with the option and the file.
pub fn refuse_inputs(arguments: &[OsString]) -> Result<()> {
    let (mut outputs, mut inputs) = (Vec::new(), Vec::new());
    let mut option = None;
    for argument in arguments {
        let text = argument.to_string_lossy();
        let own = option.take();
        let joined = text.split_once('=').filter(|(name, _)| name.starts_with("--"));
        let short = text.strip_prefix("-o").filter(|path| !path.is_empty());
        match (own, joined, short) {
            (Some(option), ..) => outputs.push((option, PathBuf::from(argument))),
            (None, Some((name, path)), _) if OUTPUTS.contains(&name) => {
                outputs.push((name.to_owned(), PathBuf::from(path)))
            }
            (None, Some((_, value)), _) => inputs.extend(value.split(',').map(PathBuf::from)),
            (None, None, Some(path)) => outputs.push(("-o".to_owned(), PathBuf::from(path))),
            _ if OUTPUTS.contains(&&*text) => option = Some(text.into_owned()),
            _ => inputs.push(PathBuf::from(argument)),
        }
    }
    let files: BTreeSet<Identity> =
        inputs.iter().flat_map(|input| crate::read::files_of(input)).filter_map(|path| identity(&path)).collect();
    let over = outputs.iter().find(|(_, path)| identity(path).is_some_and(|identity| files.contains(&identity)));
    match over {
        None => Ok(()),
        Some((option, path)) => Err(Error::caller(format!(
            "{option} {}: that file is one of those that are read, and would be lost; name another file to write to",
            path.display()
        ))),
    }
}

/// What makes two names one file.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| (file.dev(), file.ino()))
}

/// What makes two names one file.
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    fs::canonicalize(path).ok().filter(|path| path.is_file())
}

/// Writes a file beside its place and then moves it there, so that nobody ever sees half of it.
///
/// # Errors
/// If it cannot be written.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    // What is there and no ordinary file (a pipe, a device) is written to, never replaced; a link is followed.
    let found = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&found).is_ok_and(|found| !found.is_file()) {
        return fs::write(path, bytes).map_err(|error| Error::file(path.display(), &error));
    }
    let path = found.as_path();
    let name = path.file_name().ok_or_else(|| Error::caller(format!("{}: not a file name", path.display())))?;
    let mut beside: PathBuf = path.to_owned();
    beside.set_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let _whole = interrupt::saving();
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // It may not even exist.
        let _ = fs::remove_file(&beside);
        Error::file(path.display(), &error)
    })
}

/// Said when compiling the component takes its time, to a person who is waiting.
pub fn preparing() {
    waiting("preparing the sandbox (once)", false);
}

/// Says to a person who is waiting why; a pipeline does not wait.
pub fn waiting(why: &str, quiet: bool) {
    if io::stderr().is_terminal() {
        note(why, quiet);
    }
}
