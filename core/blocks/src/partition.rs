//! What the folders of a partitioned log say: `sector=oil/part-0.parquet` is a log whose every row has the sector `oil`.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

/// Column -> value, of the folders in a path to a file: those between slashes, or backslashes, that are named `column=value`.
#[must_use]
pub fn partition(path: &str) -> BTreeMap<String, String> {
    let folders = path.rsplit(['/', '\\']).skip(1);
    let mut found = BTreeMap::new();
    // Of two folders for one column the inner one counts.
    for (column, value) in folders.filter_map(column_of) {
        found.entry(column).or_insert(value);
    }
    found
}

/// The column and the value in the name of a folder `column=value`.
fn column_of(folder: &str) -> Option<(String, String)> {
    let (column, value) = folder.split_once('=').filter(|(column, _)| !column.is_empty())?;
    // What Hive writes for a value that is missing.
    let value = if value == "__HIVE_DEFAULT_PARTITION__" { "" } else { value };
    Some((unescaped(column), unescaped(value)))
}

/// A text in which %2F stands for a slash.
fn unescaped(text: &str) -> String {
    let Some((before, behind)) = text.split_once('%') else { return text.to_string() };
    let mut bytes = Vec::from(before);
    for part in behind.split('%') {
        let code = part.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => {
                bytes.push(b'%');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn folders_named_column_and_value_are_columns() {
        for (path, columns) in [
            ("logs/sector=oil/part-0.parquet", &[("sector", "oil")][..]),
            ("sector=oil/country=a%2Fb/x.csv", &[("country", "a/b"), ("sector", "oil")]),
            ("C:\\logs\\day=2024-01-02\\x.csv", &[("day", "2024-01-02")]),
            ("k=__HIVE_DEFAULT_PARTITION__/x.csv", &[("k", "")]),
            ("k=outer/k=inner/x.csv", &[("k", "inner")]),
            ("k=100%25/x.csv", &[("k", "100%")]),
            ("k=%zz%4/x.csv", &[("k", "%zz%4")]),
            ("k=caf%C3%A9=b/x.csv", &[("k", "caf\u{e9}=b")]),
            ("=v/a=/x=1.csv", &[("a", "")]),
            ("x=1.csv", &[]),
            ("plain.csv", &[]),
        ] {
            let expected = columns.iter().map(|(column, value)| (column.to_string(), value.to_string())).collect();
            assert_eq!(partition(path), expected, "{path}");
        }
    }
}
