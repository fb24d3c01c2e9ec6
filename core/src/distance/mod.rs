//! How far apart are two samples? One file per distance; none of them says whether it could be chance.

mod psi;
mod total_variation;

pub use psi::{Psi, psi, psi_categories};
pub use total_variation::total_variation;
