//! Parts of a log that was kept whole, each as a log of its own: moving windows, seasons, segments.

use alloc::borrow::Cow;

use crate::{
    profile::{Repeats, Resolution, Sections, Settings, View},
    table::Table,
};

/// Rows of a view as a view of their own.
pub(super) fn part<'a>(view: &View<'a>, rows: Table) -> View<'a> {
    part_with(view.settings, Resolution::default(), view, rows)
}

/// The same with settings of one's own, and times that are cut no finer than needed.
pub(super) fn part_with<'a>(settings: &'a Settings, finest: Resolution, view: &View<'a>, rows: Table) -> View<'a> {
    let mut sections = Sections::new();
    sections.calendar.resolution = finest;
    sections.update(settings, &rows);
    sections.settle();
    View {
        settings,
        sections: Cow::Owned(sections),
        rows: Some(Cow::Owned(rows)),
        complete: true,
        up_to: u64::MAX,
        whole: true,
        repeats: Repeats::default(),
        provenance: view.provenance,
    }
}
