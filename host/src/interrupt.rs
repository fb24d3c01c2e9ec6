//! Ctrl-C and SIGTERM: the first ends the command between two answers, the second at once. Files are whole or not there.

use std::{
    process,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    thread,
};

use crate::read::Progress;

/// As shells say it of a command that was interrupted.
const INTERRUPTED: u8 = 130;

static CODE: AtomicU8 = AtomicU8::new(INTERRUPTED);
static SIGNALS: AtomicU32 = AtomicU32::new(0);
static ANSWER: Mutex<()> = Mutex::new(());
static FILE: Mutex<()> = Mutex::new(());

/// Begins to listen. Where the system does not allow that, its own way of ending a process remains.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if SIGNALS.fetch_add(1, Ordering::Relaxed) > 0 {
            process::exit(i32::from(CODE.load(Ordering::Relaxed)));
        }
        // The handler has to be free for the second signal: whoever takes the answer may be slow.
        thread::spawn(|| {
            let _whole = (answering(), saving());
            Progress::clear();
            process::exit(i32::from(CODE.load(Ordering::Relaxed)));
        });
    });
}

/// While this is held one answer of several is given, and its code is settled: the first signal waits for its end.
pub fn answering() -> MutexGuard<'static, ()> {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same for a file that is written; one may be part of an answer.
pub fn saving() -> MutexGuard<'static, ()> {
    FILE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on a signal is how the command is meant to end, with this code.
pub fn ends_with(code: u8) {
    CODE.store(code, Ordering::Relaxed);
}
