//! Where in a JSON document an error is, as a path such as `check[0].where`: found from its line and column.
//!
//! Tracking the path while documents are read would need the code of every type once more (a tenth of the component).

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// An object or a list that is open.
enum Open<'a> {
    /// With the key that was read last, as it is written.
    Object(Option<&'a str>),
    /// With the place of the item that is read.
    List(usize),
}

/// The path of what was read last when `column` bytes of `line` (both from 1, as serde_json counts) were read; empty for the
/// whole document.
pub(crate) fn path_at(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = before.saturating_add(column).min(text.len());
    let (mut open, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.as_bytes().get(at).filter(|_| at < end) {
        let mut length = 1;
        match (byte, open.last_mut()) {
            (b'{', _) => open.push(Open::Object(None)),
            (b'[', _) => open.push(Open::List(0)),
            (b'}' | b']', _) => drop(open.pop()),
            (b',', Some(Open::Object(key))) => *key = None,
            (b',', Some(Open::List(index))) => *index += 1,
            (b'"', last) => {
                length = text_length(&text[at..]);
                if let Some(Open::Object(key @ None)) = last {
                    *key = text.get(at + 1..at + length - 1);
                }
            }
            _ => {}
        }
        at += length;
    }
    let mut path = String::new();
    for step in open {
        match step {
            Open::Object(None) => {}
            Open::Object(Some(key)) if path.is_empty() => path = key.to_string(),
            Open::Object(Some(key)) => path += &format!(".{key}"),
            Open::List(index) => path += &format!("[{index}]"),
        }
    }
    path
}

/// Bytes of the text that begins here, with both quotes; of one that does not end, all.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |place| place + 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use driftgate_documents::{Plan, Policy, Schema};
    use serde::de::DeserializeOwned;

    use super::*;

    /// The oracle tracks the path while it reads.
    fn same<T: DeserializeOwned>(text: &str) -> usize {
        if serde_json::from_str::<serde_json::Value>(text).is_err() {
            return 0; // both point to where it is no JSON, each in its way
        }
        let Some(error) = serde_json::from_str::<T>(text).err().filter(serde_json::Error::is_data) else { return 0 };
        let mut json = serde_json::Deserializer::from_str(text);
        let Err(expected) = serde_path_to_error::deserialize::<_, T>(&mut json) else { return 0 };
        let expected = expected.path().to_string();
        let found = path_at(text, error.line(), error.column());
        // The oracle has keys as they mean, not as they are written.
        let found = found.replace("\\\"", "\"");
        let expected = if expected == "." { "" } else { &expected };
        // The oracle has a `?` for a key that is an enum, and stops before one that is none of its variants.
        let of = found.rsplit_once('.').map(|(of, _)| of);
        let known = match expected.strip_suffix(".?") {
            Some(parent) => of == Some(parent),
            None => error.to_string().starts_with("unknown variant") && of == Some(expected),
        };
        assert!(found == expected || known, "{found}, not {expected}: {error}: {text}");
        1
    }

    #[test]
    fn the_place_of_an_error_is_where_it_was_read() {
        let policy = r#"{"name": "p\"}{", "check": [{"metric": "mae", "where": {"a[": "b"}, "below": 1.5},
            {"metric": "accuracy", "each": "sector", "at_least": 0.5, "min_rows": 30}], "looks": {"planned": 3}}"#;
        let plan = r#"{"rule": "rows", "alpha": 0.05, "columns": ["a", "b"], "map": {"id": "x"},
            "conventions": {"psi": "evidently"}, "window": {"rolling": 5}}"#;
        let schema =
            r#"{"roles": {"id": "id"}, "ignored": [], "segments": [["symbol"], ["a", "b"]], "timezone": "UTC"}"#;
        let mut seen = 0;
        for text in [policy, plan, schema] {
            let values =
                [r#""x""#, "-7", "1e300", "true", "null", "[]", "{}", r#"[1, {"y": 2}]"#, r#"{"q": {"r": [0]}}"#];
            // Every token is replaced by every value, and every key misspelt.
            let starts: Vec<usize> = (0..text.len()).filter(|at| !text.as_bytes()[*at].is_ascii_whitespace()).collect();
            for start in starts {
                let length = match text.as_bytes()[start] {
                    b'"' => text_length(&text[start..]),
                    b'0'..=b'9' => text[start..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap(),
                    _ => continue,
                };
                for value in values {
                    let altered = [&text[..start], value, &text[start + length..]].concat();
                    seen += same::<Policy>(&altered) + same::<Plan>(&altered) + same::<Schema>(&altered);
                }
            }
        }
        assert!(seen > 500, "only {seen} errors seen");
    }
}
