//! Typed columns of JavaScript: `{ name, values, levels?, missing? }`.
//!
//! `values` says what they are: a `Float64Array` numbers, a `BigInt64Array` whole numbers, a `Uint8Array` flags, a `Uint32Array`
//! the places of texts among `levels`. Times are a `BigInt64Array` of nanoseconds with `times: true`. In place of `values` a
//! column may say with `unread` how many rows it has, whose values cannot be columns.

use driftgate_core::{
    Error,
    read::{TypedCells, TypedColumn},
};
use js_sys::{Array, BigInt64Array, Float64Array, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::{Result, thrown};

pub(crate) fn read(columns: &Array) -> Result<Vec<TypedColumn>> {
    columns.iter().map(|column| read_one(&column)).collect()
}

fn read_one(column: &JsValue) -> Result<TypedColumn> {
    let of = |key: &str| Reflect::get(column, &JsValue::from_str(key)).unwrap_or_default();
    let Some(name) = of("name").as_string() else { return Err(wrong("a column has no `name`")) };
    let missing = match of("missing").dyn_into::<Uint32Array>() {
        Ok(rows) => rows.to_vec(),
        Err(none) if none.is_undefined() => Vec::new(),
        Err(_) => return Err(wrong(&format!("column `{name}`: `missing` is no Uint32Array of rows"))),
    };
    // The cast saturates, and no batch has so many rows.
    let unread = of("unread").as_f64().map(|rows| TypedCells::Unread(rows as u32));
    let values = || cells(&of("values"), &of("levels"), of("times").is_truthy());
    let Some(cells) = unread.or_else(values) else {
        let text =
            "`values` is no Float64Array, BigInt64Array, Uint8Array, or Uint32Array with `levels`, an array of texts";
        return Err(wrong(&format!("column `{name}`: {text}")));
    };
    Ok(TypedColumn { name, cells, missing })
}

fn cells(values: &JsValue, levels: &JsValue, times: bool) -> Option<TypedCells> {
    if let Some(numbers) = values.dyn_ref::<Float64Array>() {
        return Some(TypedCells::Numbers(numbers.to_vec()));
    }
    if let Some(whole) = values.dyn_ref::<BigInt64Array>() {
        let whole = whole.to_vec();
        return Some(if times { TypedCells::Times(whole) } else { TypedCells::Integers(whole) });
    }
    if let Some(flags) = values.dyn_ref::<Uint8Array>() {
        return Some(TypedCells::Flags(flags.to_vec().into_iter().map(|flag| flag != 0).collect()));
    }
    let codes = values.dyn_ref::<Uint32Array>()?.to_vec();
    let levels: Option<Vec<String>> = levels.dyn_ref::<Array>()?.iter().map(|level| level.as_string()).collect();
    Some(TypedCells::Texts { levels: levels?, codes })
}

fn wrong(message: &str) -> JsValue {
    thrown(Error::input(message))
}
