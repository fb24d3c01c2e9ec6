//! `driftgate demo`: the whole way on bundled logs, explained.

use std::{
    fs,
    path::{Path, PathBuf},
};

use driftgate_documents::{Decision, Report};

use crate::{
    commands::{
        self,
        gate::{GateInputs, GateOptions},
    },
    error::{Error, Result},
    output,
    settings::Settings,
    text,
};

macro_rules! bundled {
    ($($name:literal),+) => {
        [$(($name, include_bytes!(concat!("../../examples/logs/", $name)).as_slice())),+]
    };
}

/// The logs of `examples/logs`.
const LOGS: [(&str, &[u8]); 6] = bundled![
    "reference.jsonl",
    "crash.jsonl",
    "training.csv",
    "incumbent.csv",
    "candidate_good.csv",
    "candidate_bad.csv"
];

/// Runs the demonstration.
pub fn run() -> Result<()> {
    let folder = folder()?;
    let log = |name: &str| folder.join(name);
    let path = |name: &str| log(name).display().to_string();
    let settings = Settings::default();
    let say = |text: &str| output::print(&format!("{text}\n"));

    say(&format!("Logs of real models on real prices (S&P 500, NASDAQ, oil) are in {}.\n", folder.display()))?;
    say("1. Two models predict the next close. They were fine in calm 2007. Has anything changed in autumn 2008?")?;
    let check = format!("driftgate check {} --reference {}", path("crash.jsonl"), path("reference.jsonl"));
    say(&format!("   $ {check}\n"))?;
    let report = commands::check(&settings, true, &[log("crash.jsonl")], &[log("reference.jsonl")])?;
    say(&text::report(&text::readable::<Report>(&report)?))?;
    say("   In words: the inputs left the range the models know, above all those that measure volatility, and the errors are
   four times as large. But the simplest forecast (tomorrow is as today) got worse just as much: the world changed,
   the models did not forget their trade. Whether to trade on them in a crash is another question.\n")?;

    let mut typed = vec![check];
    for (number, candidate, story, words) in [
        (
            2,
            "candidate_good.csv",
            "A new model knows how volatile it is now compared with usual. May it replace the old one?",
            "It is right in 70 % of all cases, in 84 % during the crash, in no sector below 67 %; its inputs look like
   those it was trained on; and on the same cases it mends far more of the old model's errors than it adds.",
        ),
        (
            3,
            "candidate_bad.csv",
            "Another was trained on calm years only and does not look at volatility. And this one?",
            "It is right in 62 % of all cases, too few; and on the same cases it makes more new errors than it mends.",
        ),
    ] {
        say(&format!("{number}. {story}"))?;
        let command = format!(
            "driftgate gate --candidate {} --baseline {} --reference {}",
            path(candidate),
            path("incumbent.csv"),
            path("training.csv")
        );
        say(&format!("   $ {command}\n"))?;
        let inputs = GateInputs {
            candidate: &[log(candidate)],
            baseline: &[log("incumbent.csv")],
            reference: &[log("training.csv")],
        };
        let answer = commands::gate::gate(&settings, true, &inputs, GateOptions::default())?;
        say(&text::decision(&text::readable::<Decision>(&answer.decision)?))?;
        say(&format!("   In words: {words}\n"))?;
        typed.push(command);
    }
    typed.push(format!("driftgate report {} --reference {}", path("crash.jsonl"), path("reference.jsonl")));
    typed.push(format!("driftgate compare {} --baseline {}", path("candidate_good.csv"), path("incumbent.csv")));
    typed.push(format!("driftgate segments {} --by regime", path("candidate_good.csv")));
    typed.push(format!("driftgate replay export {} -o replay.jsonl", path("candidate_good.csv")));
    say("Now you:")?;
    typed.iter().try_for_each(|command| say(&format!("  {command}")))?;
    say("  driftgate check YOUR_NEW_LOGS --reference YOUR_OLD_LOGS")
}

/// In the repository its own folder, elsewhere `driftgate-demo`, written if it is not there.
fn folder() -> Result<PathBuf> {
    let ours = Path::new("examples/logs");
    if LOGS.iter().all(|(name, bytes)| fs::read(ours.join(name)).is_ok_and(|found| found == *bytes)) {
        return Ok(ours.to_owned());
    }
    let folder = PathBuf::from("driftgate-demo");
    fs::create_dir_all(&folder).map_err(|error| Error::file(folder.display(), &error))?;
    for (name, bytes) in LOGS {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|found| found != bytes) {
            return Err(Error::caller(format!(
                "{}: not the example log of that name; move it away first",
                path.display()
            )));
        }
        output::save(&path, bytes)?;
    }
    Ok(folder)
}
