use driftgate_documents::{Role, Task};

use super::*;
use crate::table::{Cell, Table};

fn of(pairs: &[(f64, f64)], task: Task) -> Residuals {
    let mut table = Table::default();
    for (row, (prediction, actual)) in pairs.iter().enumerate() {
        table.time.push(0);
        table.id.push("");
        for (role, value) in [(Role::Prediction, prediction), (Role::Actual, actual)] {
            let index = table.column_index(Some(role), role.name());
            table.columns[index].cells.set(row, Cell::Number(*value));
        }
        table.pad();
    }
    let scored = Scored::of(&table, Some(task));
    let mut residuals = Residuals::default();
    residuals.add(&scored, &table.range().collect::<Vec<_>>());
    residuals
}

#[test]
fn residuals_keep_their_sign() {
    // 2 x 20 / 180, 2 x -1 / 3, 0, and 2 where the prediction is 0.
    let found = of(&[(80.0, 100.0), (2.0, 1.0), (0.0, 0.0), (0.0, 4.0)], Task::Regression);
    assert_eq!((found.plain.numbers, found.plain.sum.value(), found.plain.squares.value()), (4, 23.0, 417.0));
    let sum = 2.0 / 9.0 - 2.0 / 3.0 + 2.0;
    assert_eq!(found.relative.numbers, 4);
    assert!((found.relative.sum.value() - sum).abs() < 1e-15);
    assert_eq!(of(&[(80.0, 100.0)], Task::Classification), Residuals::default());
}

#[test]
fn what_f64_cannot_hold_is_left_out() {
    assert_eq!(of(&[(-f64::MAX, f64::MAX)], Task::Regression).plain.numbers, 0);
    // The sum of both would overflow, half of it does not.
    let large = of(&[(0.5 * f64::MAX, f64::MAX)], Task::Regression);
    assert!((large.relative.sum.value() - 2.0 / 3.0).abs() < 1e-15);
    // Half of the smallest number is 0: it has a residual, but no share.
    let tiny = of(&[(0.0, 5e-324)], Task::Regression);
    assert_eq!((tiny.plain.numbers, tiny.relative.numbers), (1, 0));
}
