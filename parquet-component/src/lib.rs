//! The second component: Parquet files behind `wit/parquet.wit`. It imports nothing, so nothing that a file makes it do reaches
//! further than its own memory.
//!
//! The parquet crate reads the footer and decodes values; pages are found, capped and unpacked here, because the bytes come from
//! outside, piece by piece, and because zstd has to be unpacked without C.
#![cfg(target_arch = "wasm32")]

#[cfg(not(target_feature = "simd128"))]
compile_error!("the component is built with simd128: run `cargo xtask component`");

mod chunk;
mod codec;
mod column;
mod file;
mod header;
mod values;

use std::cell::RefCell;

use bindings::exports::driftgate::parquet::parquet::{File, Guest, GuestFile, Step};

mod bindings {
    #![allow(
        unsafe_code,
        missing_docs,
        reason = "generated: the canonical ABI is pointers, the documentation is in the WIT"
    )]

    wit_bindgen::generate!({ world: "reader", path: "wit" });

    use super::Component;
    export!(Component with_types_in self);
}

/// What goes wrong is about the file, and said in a sentence.
type Result<T> = std::result::Result<T, String>;

struct Component;

impl Guest for Component {
    type File = FileCell;
}

struct FileCell(RefCell<file::File>);

impl GuestFile for FileCell {
    fn create(size: u64) -> File {
        File::new(Self(RefCell::new(file::File::new(size))))
    }

    fn next(&self) -> Result<Step> {
        self.0.borrow_mut().next()
    }

    fn give(&self, bytes: Vec<u8>) -> Result<()> {
        self.0.borrow_mut().give(&bytes)
    }

    fn notes(&self) -> Vec<String> {
        self.0.borrow().notes()
    }
}
