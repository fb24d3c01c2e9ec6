//! Since when: the latest run of alarms in a row of windows.

use driftgate_documents::State;

/// The latest run of alarms without a pause: the position of its first window, and where it stands at the last one.
/// `None` without any alarm.
#[must_use]
pub fn latest_run(alarms: &[bool]) -> Option<(usize, State)> {
    let last = alarms.iter().rposition(|alarm| *alarm)?;
    let run = alarms[..=last].iter().rev().take_while(|alarm| **alarm).count();
    let state = match (last + 1 == alarms.len(), run) {
        (false, _) => State::Cleared,
        (true, 1) => State::New,
        (true, _) => State::Continuing,
    };
    Some((last + 1 - run, state))
}
