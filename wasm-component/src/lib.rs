//! The component: driftgate's core behind `wit/analysis.wit`. It translates and decides nothing; it imports nothing.
//!
//! Handles are in cells that are *tried*: a call that would borrow a handle twice (merging a profile with itself) is a
//! `state` error, never a trap.
#![cfg(target_arch = "wasm32")]

#[cfg(not(target_feature = "simd128"))]
compile_error!("the component is built with simd128: run `cargo xtask component`");

use std::cell::{Ref, RefCell, RefMut};

use bindings::exports::driftgate::analysis::analysis::{
    Cells, Column, Decision, Error, Guest, GuestOutcomes, GuestProfile, Outcomes, OutcomesBorrow, Profile,
    ProfileBorrow, Verdict,
};
use driftgate_core::{
    door::{self, OutcomesHandle, ProfileHandle},
    read::{TypedCells, TypedColumn},
};

mod bindings {
    #![allow(
        unsafe_code,
        missing_docs,
        reason = "generated: the canonical ABI is pointers, the documentation is in the WIT"
    )]

    wit_bindgen::generate!({ world: "analyzer", path: "wit" });

    use super::Component;
    export!(Component with_types_in self);
}

struct Component;
struct OutcomesCell(RefCell<OutcomesHandle>);
struct ProfileCell(RefCell<ProfileHandle>);

impl Guest for Component {
    type Outcomes = OutcomesCell;
    type Profile = ProfileCell;

    fn infer(head: Vec<u8>, options_json: String) -> Result<String, Error> {
        Ok(door::infer(&head, &options_json)?)
    }

    fn infer_columns(head: Vec<Column>, options_json: String) -> Result<String, Error> {
        Ok(door::infer_columns(&typed(head), &options_json)?)
    }

    fn analyze(plan_json: String, windows: Vec<(String, ProfileBorrow<'_>)>) -> Result<String, Error> {
        let handles = handles(&windows)?;
        Ok(door::analyze(&plan_json, &by_name(&windows, &handles))?)
    }

    fn compare(
        plan_json: String,
        options_json: String,
        windows: Vec<(String, ProfileBorrow<'_>)>,
    ) -> Result<String, Error> {
        let handles = handles(&windows)?;
        Ok(door::compare(&plan_json, &options_json, &by_name(&windows, &handles))?)
    }

    fn calibrate(plan_json: String, options_json: String, log: ProfileBorrow<'_>) -> Result<String, Error> {
        let log = shared(&log.get::<ProfileCell>().0)?;
        Ok(door::calibrate(&plan_json, &options_json, &log)?)
    }

    fn assign(assignment_json: String, units_json: String) -> Result<String, Error> {
        Ok(door::assign(&assignment_json, &units_json)?)
    }

    fn detect(options_json: String, values: Vec<f64>) -> Result<String, Error> {
        Ok(door::detect(&options_json, &values)?)
    }

    fn decide(policy_json: String, report_json: String, facts_json: String) -> Result<Decision, Error> {
        let (verdict, json) = door::decide(&policy_json, &report_json, &facts_json)?;
        Ok(Decision { verdict: verdict.into(), json })
    }

    fn digest() -> u64 {
        door::digest()
    }
}

impl GuestOutcomes for OutcomesCell {
    fn create(schema_json: String) -> Result<Outcomes, Error> {
        let handle = OutcomesHandle::create(&schema_json)?;
        Ok(Outcomes::new(Self(RefCell::new(handle))))
    }

    fn source(&self, source_json: String) -> Result<(), Error> {
        Ok(exclusive(&self.0)?.source(&source_json)?)
    }

    fn push(&self, chunk: Vec<u8>) -> Result<u64, Error> {
        Ok(exclusive(&self.0)?.push(&chunk)?)
    }

    fn push_columns(&self, columns: Vec<Column>) -> Result<u64, Error> {
        Ok(exclusive(&self.0)?.push_columns(&typed(columns))?)
    }

    fn finish(&self) -> Result<(), Error> {
        Ok(exclusive(&self.0)?.finish()?)
    }
}

impl GuestProfile for ProfileCell {
    fn create(
        schema_json: String,
        source_json: String,
        outcomes: Option<OutcomesBorrow<'_>>,
    ) -> Result<Profile, Error> {
        let outcomes = outcomes.as_ref().map(|outcomes| shared(&outcomes.get::<OutcomesCell>().0)).transpose()?;
        let handle = ProfileHandle::create(&schema_json, &source_json, outcomes.as_deref())?;
        Ok(Profile::new(Self(RefCell::new(handle))))
    }

    fn source(&self, source_json: String) -> Result<(), Error> {
        Ok(exclusive(&self.0)?.source(&source_json)?)
    }

    fn push(&self, chunk: Vec<u8>) -> Result<u64, Error> {
        Ok(exclusive(&self.0)?.push(&chunk)?)
    }

    fn push_columns(&self, columns: Vec<Column>) -> Result<u64, Error> {
        Ok(exclusive(&self.0)?.push_columns(&typed(columns))?)
    }

    fn push_text(&self, chunk: String) -> Result<u64, Error> {
        Ok(exclusive(&self.0)?.push(chunk.as_bytes())?)
    }

    fn finish(&self) -> Result<(), Error> {
        Ok(exclusive(&self.0)?.finish()?)
    }

    fn merge(&self, other: ProfileBorrow<'_>) -> Result<(), Error> {
        let mut mine = exclusive(&self.0)?;
        let theirs = shared(&other.get::<ProfileCell>().0)?;
        Ok(mine.merge(&theirs)?)
    }

    fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        Ok(shared(&self.0)?.to_bytes()?)
    }

    fn from_bytes(bytes: Vec<u8>) -> Result<Profile, Error> {
        Ok(Profile::new(Self(RefCell::new(ProfileHandle::from_bytes(&bytes)?))))
    }

    fn provenance(&self) -> Result<String, Error> {
        Ok(shared(&self.0)?.provenance()?)
    }
}

fn typed(columns: Vec<Column>) -> Vec<TypedColumn> {
    let one = |column: Column| TypedColumn {
        name: column.name,
        cells: match column.cells {
            Cells::Numbers(values) => TypedCells::Numbers(values),
            Cells::Integers(values) => TypedCells::Integers(values),
            Cells::Flags(values) => TypedCells::Flags(values),
            Cells::Times(values) => TypedCells::Times(values),
            Cells::Texts(texts) => TypedCells::Texts { levels: texts.levels, codes: texts.codes },
            Cells::Unread(rows) => TypedCells::Unread(rows),
        },
        missing: column.missing,
    };
    columns.into_iter().map(one).collect()
}

fn handles<'a>(windows: &'a [(String, ProfileBorrow<'_>)]) -> Result<Vec<Ref<'a, ProfileHandle>>, Error> {
    windows.iter().map(|(_, profile)| shared(&profile.get::<ProfileCell>().0)).collect()
}

fn by_name<'a>(
    windows: &'a [(String, ProfileBorrow<'_>)],
    handles: &'a [Ref<'_, ProfileHandle>],
) -> Vec<(&'a str, &'a ProfileHandle)> {
    windows.iter().map(|(name, _)| name.as_str()).zip(handles.iter().map(|handle| &**handle)).collect()
}

fn shared<T>(cell: &RefCell<T>) -> Result<Ref<'_, T>, Error> {
    cell.try_borrow().map_err(|_| in_use())
}

fn exclusive<T>(cell: &RefCell<T>) -> Result<RefMut<'_, T>, Error> {
    cell.try_borrow_mut().map_err(|_| in_use())
}

fn in_use() -> Error {
    driftgate_core::Error::state("this handle is in use by the call itself: a profile cannot be merged with itself")
        .into()
}

impl From<driftgate_core::Error> for Error {
    fn from(error: driftgate_core::Error) -> Self {
        Self { code: error.code.name().into(), message: error.message }
    }
}

impl From<driftgate_core::Verdict> for Verdict {
    fn from(verdict: driftgate_core::Verdict) -> Self {
        match verdict {
            driftgate_core::Verdict::Pass => Self::Pass,
            driftgate_core::Verdict::Fail => Self::Fail,
            driftgate_core::Verdict::Inconclusive => Self::Inconclusive,
        }
    }
}
