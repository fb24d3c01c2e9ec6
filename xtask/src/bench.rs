//! `cargo xtask bench`: the command, its parts and what people use today, on the same logs, in turn.
//!
//! Absolute times of a shared machine drift; so every round runs each of them once, and what is printed is the median.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use wait4::Wait4;

use crate::run::Workspace;

/// What is asked for.
pub struct Options {
    /// Rows of each of the two logs.
    pub rows: u64,
    /// How often each command is run.
    pub rounds: usize,
    /// Whether other tools are run too, if there is a Python to run them.
    pub peers: bool,
}

impl Options {
    /// Reads `--rows N`, `--rounds N`, `--no-peers`.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { rows: 500_000, rounds: 5, peers: true };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut number = || -> Result<u64> {
                let value = arguments.next().with_context(|| format!("{argument} needs a number"))?;
                value
                    .parse()
                    .ok()
                    .filter(|n| *n > 0)
                    .with_context(|| format!("{argument} {value}: expected a number above 0"))
            };
            match argument.as_str() {
                "--rows" => options.rows = number()?,
                "--rounds" => options.rounds = number()? as usize,
                "--no-peers" => options.peers = false,
                other => bail!("{other}: expected --rows N, --rounds N or --no-peers"),
            }
        }
        Ok(options)
    }
}

/// One command that is run in every round.
struct Contender {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    seconds: Vec<f64>,
    peak_mb: f64,
    /// What it printed last.
    output: String,
    /// Whether it prints the seconds that count: what it starts before is not asked for.
    tells: bool,
}

impl Contender {
    fn new(name: &str, program: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self {
            name: name.into(),
            program: program.into(),
            arguments,
            seconds: Vec::new(),
            peak_mb: 0.0,
            output: String::new(),
            tells: false,
        }
    }

    fn run(&mut self, folder: &Path) -> Result<()> {
        let output = folder.join("output.txt");
        let start = Instant::now();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(File::create(&output)?)
            .stderr(File::create(folder.join("errors.txt"))?)
            .spawn()
            .with_context(|| format!("starting {}", self.program.display()))?;
        let used = child.wait4()?;
        self.seconds.push(start.elapsed().as_secs_f64());
        self.peak_mb = self.peak_mb.max(used.rusage.maxrss as f64 / 1e6);
        // A check of logs that drift ends with 1, one that could not tell with 3.
        if !matches!(used.status.code(), Some(0 | 1 | 3)) {
            bail!("{} ended with {}: {}", self.name, used.status, fs::read_to_string(folder.join("errors.txt"))?);
        }
        self.output = fs::read_to_string(output)?;
        if let Some(last) = self.seconds.last_mut().filter(|_| self.tells) {
            *last = self.output.trim().parse().with_context(|| format!("{}: no seconds", self.name))?;
        }
        Ok(())
    }

    /// The median.
    fn middle(&self) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
    }
}

/// Runs everything and prints tables in Markdown.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    let folder = workspace.target.join("bench");
    fs::create_dir_all(&folder)?;
    let built = workspace.target.join("release");
    let peers = if options.peers { peers(workspace, &folder)? } else { None };
    let page = workspace.root.join("www/dist/index.html").exists().then(|| workspace.root.join("tests/web/speed.js"));
    if page.is_none() {
        println!("the page is not built, so it is not measured: `cargo xtask web` builds it");
    }
    for format in ["jsonl", "csv"] {
        let logs = logs(&built, &folder, options.rows, format)?;
        table(&built, &folder, &logs, format, options, page.as_deref(), peers.as_deref())?;
    }
    start_up(&built, &folder, &logs(&built, &folder, 1_000, "jsonl")?)
}

/// A pair of logs, written if they are not there: names inside the folder.
fn logs(built: &Path, folder: &Path, rows: u64, format: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (name, seed, shift) in [("reference", "1", "0"), ("current", "2", "0.3")] {
        let name = format!("{name}_{rows}.{format}");
        if !folder.join(&name).exists() {
            println!("writing {name}");
            let unfinished = folder.join("unfinished");
            let out = File::create(&unfinished)?;
            let status = Command::new(built.join("make_log"))
                .args([&rows.to_string(), seed, shift, format])
                .stdout(out)
                .status()?;
            if !status.success() {
                bail!("make_log ended with {status}");
            }
            fs::rename(unfinished, folder.join(&name))?;
        }
        names.push(name);
    }
    Ok(names)
}

fn table(
    built: &Path,
    folder: &Path,
    logs: &[String],
    format: &str,
    options: &Options,
    page: Option<&Path>,
    python: Option<&Path>,
) -> Result<()> {
    let [reference, current] = logs else { bail!("two logs are compared") };
    let bytes = fs::metadata(folder.join(reference))?.len() + fs::metadata(folder.join(current))?.len();
    let (command, measure) = (built.join("driftgate"), built.join("measure"));
    let check = |jobs: &str| {
        let arguments = ["check", current, "--reference", reference, "--quiet", "--format", "json", "--jobs", jobs];
        Contender::new(
            &format!("driftgate check, {jobs} worker{}", if jobs == "1" { "" } else { "s" }),
            &command,
            &arguments,
        )
    };
    let part = |name: &str, how: &str| Contender::new(name, &measure, &[how, reference, current]);
    let mut contenders = vec![
        check("1"),
        check("2"),
        part("in the sandbox, one thread", "sandbox"),
        part("in a sandbox without deadlines", "unlimited"),
        part("the same core natively", "native"),
    ];
    if let Some(page) = page {
        let script = page.display().to_string();
        let drop = Contender::new(
            "the page in Chromium, from drop to answer",
            Path::new("node"),
            &[&script, reference, current],
        );
        contenders.push(Contender { tells: true, ..drop });
    }
    let mut others: Vec<Contender> = Vec::new();
    if let Some(python) = python {
        for peer in ["duckdb", "polars", "pandas", "nannyml", "evidently"] {
            others.push(Contender::new(peer, python, &["peers.py", peer, reference, current]));
        }
    }
    for round in 0..options.rounds {
        contenders.iter_mut().try_for_each(|contender| contender.run(folder))?;
        // They take long, and a fifth of a second more or less does not matter.
        if round < 2 {
            others.iter_mut().try_for_each(|other| other.run(folder))?;
        }
    }
    println!(
        "\n{format}: 2 x {} rows, {:.0} MB, median of {} runs\n",
        options.rows,
        bytes as f64 / 1e6,
        options.rounds
    );
    println!("| | seconds | MB/s | peak MB | times two workers |\n|---|---|---|---|---|");
    let two = contenders[1].middle();
    for contender in contenders.iter().chain(&others) {
        let seconds = contender.middle();
        println!(
            "| {} | {seconds:.2} | {:.0} | {:.0} | {:.2} |",
            contender.name,
            bytes as f64 / 1e6 / seconds,
            contender.peak_mb,
            seconds / two
        );
    }
    println!();
    for contender in &contenders[2..] {
        println!("- {}: {}", contender.name, contender.output.trim());
    }
    println!("- one worker / two workers: {:.2}", contenders[0].middle() / two);
    println!("- sandbox / native: {:.2}", contenders[2].middle() / contenders[4].middle());
    println!("- with / without deadlines: {:.2}", contenders[2].middle() / contenders[3].middle());
    Ok(())
}

/// A small check from start to end, with compiled code in the cache and without.
fn start_up(built: &Path, folder: &Path, logs: &[String]) -> Result<()> {
    let [reference, current] = logs else { bail!("two logs are compared") };
    let arguments = ["check", current, "--reference", reference, "--quiet", "--format", "json"];
    let mut warm = Contender::new("warm", &built.join("driftgate"), &arguments);
    (0..21).try_for_each(|_| warm.run(folder))?;
    let cache = folder.join("cold");
    let mut cold = Contender::new("cold", Path::new("env"), &[]);
    cold.arguments = vec![format!("XDG_CACHE_HOME={}", cache.display()), built.join("driftgate").display().to_string()];
    cold.arguments.extend(arguments.map(Into::into));
    for _ in 0..3 {
        if cache.exists() {
            fs::remove_dir_all(&cache)?;
        }
        cold.run(folder)?;
    }
    println!("\n1,000 rows against 1,000: {:.0} ms; the first time ever {:.1} s", 1e3 * warm.middle(), cold.middle());
    Ok(())
}

/// A Python with the other tools, if there is a Python at all.
fn peers(workspace: &Workspace, folder: &Path) -> Result<Option<PathBuf>> {
    let source = workspace.root.join("xtask/peers");
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        let made = Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("there is no python3 that can make a venv: the other tools are left out");
            return Ok(None);
        }
    }
    let requirements = source.join("requirements.txt");
    let install = Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements).status()?;
    if !install.success() {
        bail!("pip could not install the other tools; --no-peers leaves them out");
    }
    fs::copy(source.join("peers.py"), folder.join("peers.py"))?;
    Ok(Some(python))
}
