//! Documents to and from the JSON that crosses the door.

use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};

/// A document that the sandbox wrote.
pub fn document<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::internal(format!("the sandbox wrote an unknown form: {error}")))
}

/// Documents always have a JSON form.
pub fn to_json<T: Serialize>(document: &T) -> Result<String> {
    serde_json::to_string(document).map_err(|error| Error::internal(format!("cannot write a document: {error}")))
}
