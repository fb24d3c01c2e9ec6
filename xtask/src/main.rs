//! What a newcomer runs: `cargo xtask build`, `demo`, `web`, `test`, `bench`, `calibrate`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

mod bench;
mod component;
mod run;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};
use run::{Step, Workspace, cargo, rustup_target};

const USAGE: &str = "usage: cargo xtask build      the components, then the driftgate command around them
       cargo xtask component  only the components (target/*.component.wasm)
       cargo xtask package    the npm package `driftgate` for browsers and Node (wasm-web/package)
       cargo xtask web        builds the page and serves it on this machine
       cargo xtask schema     JSON Schema and TypeScript types of all documents, after a change of core/documents
       cargo xtask demo       build, then `driftgate demo`
       cargo xtask test       everything a change has to pass
       cargo xtask bench      how fast it is, beside other tools (docs/benchmarks.md); --rows N --rounds N --no-peers
       cargo xtask calibrate  how often each test and rule alarms, by simulation (docs/calibration.md)";

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    match run_command(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {command}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(command: &str) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        "bench" => {
            let options = bench::Options::parse(&std::env::args().skip(2).collect::<Vec<_>>())?;
            build_all(&workspace)?;
            bench::bench(&workspace, &options)
        }
        "build" => build(&workspace),
        "calibrate" => calibrate(&workspace),
        "component" => component::build(&workspace),
        "demo" => demo(&workspace),
        "package" => web::build(&workspace),
        "schema" => web::schema(&workspace),
        "test" => test(&workspace),
        "web" => {
            component::build(&workspace)?;
            web::build(&workspace)?;
            web::page(&workspace)?;
            web::serve(&workspace)
        }
        "" | "help" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => bail!("there is no `{unknown}`\n{USAGE}"),
    }
}

/// The native packages. Always chosen together and in release: another choice would resolve other features, and compile
/// wasmtime once more.
const NATIVE: &str = "--release --workspace --exclude driftgate-component";

fn build(workspace: &Workspace) -> Result<()> {
    component::build(workspace)?;
    cargo(workspace, &format!("build {NATIVE} --bin driftgate")).run()?;
    println!("built {}", workspace.target.join("release/driftgate").display());
    Ok(())
}

fn demo(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    run_built(workspace, "driftgate", &["demo"])?;
    println!("\nThe same in the browser, for logs that are dropped there: `cargo xtask web`, then {}", web::ADDRESS);
    Ok(())
}

/// The command and the tools around it.
fn build_all(workspace: &Workspace) -> Result<()> {
    component::build(workspace)?;
    cargo(workspace, &format!("build --quiet {NATIVE} --bins")).run()
}

fn calibrate(workspace: &Workspace) -> Result<()> {
    build_all(workspace)?;
    run_built(workspace, "calibrate", &[])
}

/// Runs a command that was built.
fn run_built(workspace: &Workspace, name: &str, arguments: &[&str]) -> Result<()> {
    let status = std::process::Command::new(workspace.target.join("release").join(name)).args(arguments).status()?;
    if status.success() { Ok(()) } else { bail!("`{name}` ended with {status}") }
}

fn test(workspace: &Workspace) -> Result<()> {
    let steps: Vec<Step<'_>> = vec![
        Step::new("format", || cargo(workspace, "fmt --all --check").run()),
        Step::new("component", || component::build(workspace)),
        Step::new("clippy (component)", || component::clippy(workspace)),
        Step::new("clippy (native)", || {
            cargo(workspace, &format!("clippy --quiet {NATIVE} --all-targets -- -D warnings")).run()
        }),
        Step::new("core without std", || {
            rustup_target("x86_64-unknown-none")?;
            cargo(workspace, "build --quiet --package driftgate-core --features soft --target x86_64-unknown-none")
                .run()
        }),
        Step::new("schema and types", || web::check_schema(workspace)),
        Step::new("npm package", || web::build(workspace)),
        Step::new("page", || web::page(workspace)),
        Step::new("clippy (browser)", || web::clippy(workspace)),
        Step::new("a browser", || web::browser(workspace)),
        // `cargo test` alone does not build the command that the tests start.
        Step::new("command", || cargo(workspace, &format!("build --quiet {NATIVE} --bin driftgate")).run()),
        Step::new("page in a browser", || web::test_page(workspace)),
        Step::new("tests", || cargo(workspace, &format!("test --quiet {NATIVE}")).run()),
    ];
    let mut times = Vec::new();
    for step in steps {
        times.push(step.run()?);
    }
    println!("\n{}", times.join("\n"));
    println!("all steps passed");
    Ok(())
}
