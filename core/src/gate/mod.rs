//! May the candidate be promoted? What the gate measures beside plain performance: the drift score, the replay of the
//! incumbent's errors, paired changes, and standard errors that know that the rows of a day move together.

mod drift_score;
mod errors;
mod pairs;
mod replay;

pub use self::{
    drift_score::drift_score,
    errors::{Clustered, standard_errors, values},
    pairs::{Pair, Pairs},
    replay::{changes, replay},
};
