//! What is measured while bytes go by: progress for a person, digests for the gate.

use std::{
    io::{self, IsTerminal, Read},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

/// A bar on stderr when that is a terminal, else nothing.
#[derive(Clone)]
pub struct Progress(ProgressBar);

/// The bar on the screen, for whoever ends the command while it is there.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

impl Progress {
    /// For this many bytes; a spinner when their number is unknown.
    #[must_use]
    pub fn new(label: &str, bytes: Option<u64>, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let (bar, template) = match bytes {
            Some(bytes) => (
                ProgressBar::new(bytes),
                "{prefix:<10} {wide_bar} {percent:>3} %  {msg} rows  {bytes_per_sec}  {eta} left",
            ),
            None => (ProgressBar::new_spinner(), "{prefix:<10} {spinner}  {msg} rows  {bytes}  {bytes_per_sec}"),
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        *lock(&SHOWN) = Some(bar.clone());
        Self(bar)
    }

    /// Takes whatever bar is on the screen off it.
    pub fn clear() {
        if let Some(bar) = lock(&SHOWN).take() {
            bar.finish_and_clear();
        }
    }

    /// `bytes` more were read; there are `rows` by now.
    pub fn advance(&self, bytes: usize, rows: u64) {
        self.0.inc(bytes as u64);
        if !self.0.is_hidden() {
            self.0.set_message(HumanCount(rows).to_string());
        }
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// SHA-256 of each file of a window, if asked for.
#[derive(Clone, Default)]
pub struct Digests(Option<Arc<Mutex<Vec<Sha256>>>>);

impl Digests {
    /// Computes digests, or does not.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        Self(wanted.then(Arc::default))
    }

    /// The window's next file, which is not read in order: digested at once.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn whole(&self, reader: impl Read) -> io::Result<()> {
        if self.0.is_some() {
            io::copy(&mut self.tap(reader), &mut io::sink())?;
        }
        Ok(())
    }

    /// The reader of the window's next file, digested as it is read.
    pub fn tap<R: Read>(&self, reader: R) -> Tap<R> {
        let index = self.0.as_ref().map_or(0, |digests| {
            let mut digests = lock(digests);
            digests.push(Sha256::new());
            digests.len() - 1
        });
        Tap { reader, digests: self.clone(), index }
    }

    /// The digest of the window: of its file or, with several, of the sorted lines of theirs.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        let digests = self.0.as_ref()?;
        let mut lines: Vec<String> = lock(digests).iter().map(|sha| hex(&sha.clone().finalize())).collect();
        lines.sort();
        Some(match lines.as_slice() {
            [only] => format!("sha256:{only}"),
            several => format!("sha256:{}", hex(&Sha256::digest(several.join("\n")))),
        })
    }
}

/// A reader whose bytes are digested.
pub struct Tap<R> {
    reader: R,
    digests: Digests,
    index: usize,
}

impl<R: Read> Read for Tap<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if let Some(digests) = &self.digests.0 {
            // The lock is held for one chunk, and only the gate takes it.
            if let (Some(sha), Some(bytes)) = (lock(digests).get_mut(self.index), buffer.get(..read)) {
                sha.update(bytes);
            }
        }
        Ok(read)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
