//! Parts of a log that was kept whole, each as a log of its own: moving windows, seasons, segments.

use alloc::borrow::Cow;

use crate::{
    profile::{Repeats, Sections, View},
    table::Table,
};

/// Some rows of a view, summarised.
pub(super) fn part<'a>(view: &View<'a>, rows: &Table, chosen: &[usize]) -> View<'a> {
    let mut sections = Sections::new();
    sections.update(view.settings, &rows.select(chosen));
    sections.settle();
    View {
        settings: view.settings,
        sections: Cow::Owned(sections),
        rows: None,
        complete: true,
        whole: true,
        repeats: Repeats::default(),
        provenance: view.provenance,
    }
}
