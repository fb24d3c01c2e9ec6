//! A person's override of the gate: in force with an actor, a reason and before it expires. It comes with the facts of one
//! decision; a policy cannot give it.

use alloc::{format, string::String};

use driftgate_documents::{Facts, Override};

use crate::read::parse_time;

/// The override in force, or why the one that was given is not; `None` if there is none.
pub(super) fn in_force(facts: &Facts) -> Option<Result<Override, String>> {
    let given = facts.r#override.as_ref()?;
    Some(
        check(given, facts.now.as_deref())
            .map(|()| given.clone())
            .map_err(|why| format!("override not in force: {why}")),
    )
}

fn check(given: &Override, now: Option<&str>) -> Result<(), String> {
    for (text, what) in [(&given.actor, "no actor: say who overrides"), (&given.reason, "no reason: say why")] {
        if text.trim().is_empty() {
            return Err(what.into());
        }
    }
    let now = now.ok_or("the time of the decision is not known (facts: now)")?;
    // A number alone is a time to the reader of logs; here it is more likely a slip.
    let instant = |text: &str, what: &str| match parse_time(text) {
        Ok(instant) if text.contains('-') => Ok(instant.ns),
        _ => Err(format!("{what} is \"{text}\": expected a time before 2262 such as 2026-12-01T18:00:00Z, or a date")),
    };
    let (now_at, end) = (instant(now, "now")?, instant(&given.expires, "expires")?);
    if now_at < end { Ok(()) } else { Err(format!("it expired at {}, and this was decided at {now}", given.expires)) }
}
