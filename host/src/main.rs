//! The `driftgate` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    driftgate::cli::main()
}
