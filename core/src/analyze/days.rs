//! A plan's days (`as_of`, `lookback`) are cut where a log is read. Here nothing can be cut any more, so a window that
//! holds what the plan rules out is refused: the report never echoes a wish that was not kept.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::Plan;

use crate::{
    Error,
    profile::View,
    read::{format_day, parse_day},
};

/// Checks that every window ends by `as_of`, and that the current one is no longer than `lookback`.
///
/// # Errors
/// If one does not, or `as_of` is no date.
pub(super) fn check<'v, 'a: 'v>(
    plan: &Plan,
    mut windows: impl Iterator<Item = (&'static str, &'v View<'a>)>,
    (name, current): (&str, &View<'_>),
) -> Result<(), Error> {
    let as_of = plan.as_of.as_ref().map(|date| parse_day("plan: as_of", date)).transpose()?;
    if let Some(as_of) = as_of {
        windows.try_for_each(|(name, view)| check_end(name, view, as_of))?;
    }
    let (Some(lookback), Some((first, last))) = (plan.lookback, current.days()) else { return Ok(()) };
    let begin = as_of.unwrap_or(last).saturating_add(1).saturating_sub(lookback.into());
    if first >= begin {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{name}: holds rows of {}, and lookback asks for {lookback} days, from {} on; a profile cannot be cut: profile \
         the log again with --from {1}",
        format_day(first),
        format_day(begin)
    )))
}

fn check_end(name: &str, view: &View<'_>, as_of: i64) -> Result<(), Error> {
    let held = match view.days() {
        _ if view.sections.untimed > 0 => String::from("without a time"),
        Some((_, last)) if last > as_of => format!("of {}", format_day(last)),
        _ => return Ok(()),
    };
    let until = format_day(as_of);
    Err(Error::usage(format!(
        "{name}: holds rows {held}, unknown as of {until}; a profile cannot be cut: profile the log again with --until {until}"
    )))
}

/// The error of a window whose rows all lie on other days than those asked for.
pub(super) fn nothing_left(name: &str, view: &View<'_>) -> Error {
    let asked = view.provenance.outside.iter().map(|outside| {
        let lie = match (&outside.first_day, &outside.last_day) {
            (Some(first), Some(last)) => format!("they are of {first} .. {last}"),
            _ => "none has a time".into(),
        };
        format!("{}: {lie}", outside.asked)
    });
    Error::input(format!(
        "{name}: none of {} rows lies within {}; ask for other days (--from, --until, --as-of, --lookback)",
        view.rows_outside(),
        asked.collect::<Vec<_>>().join(", nor within ")
    ))
}
