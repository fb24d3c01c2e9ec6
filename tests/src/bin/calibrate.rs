//! `cargo xtask calibrate`: prints the tables of `docs/calibration.md`.

use std::time::Instant;

use driftgate_documents::Rule;
use driftgate_tests::calibrate::{
    LEVELS, Rate,
    comparisons::{self, DAY_TESTS, PANEL_TESTS},
    days::{self, PHIS, REFERENCES, WINDOWS},
    looks::{self, BOUNDS, Looking},
    rules::{self, INDEPENDENT, PANELS, RULES, Rows, Size},
    samples::{self, CHANGES, NOTHING, TESTS},
};

fn main() {
    let start = Instant::now();
    println!(
        "All rates in percent, ± one Monte Carlo standard error. `!` is more than two standard errors above nominal."
    );
    sizes();
    powers();
    day_sizes();
    day_powers();
    comparison_sizes();
    comparison_powers();
    panel_sizes();
    rules_on_rows();
    by_day_alarms();
    rules_on_panels();
    by_day_powers();
    looks();
    eprintln!("{:.0} s", start.elapsed().as_secs_f64());
}

fn section(title: &str, head: &[String]) {
    println!("\n### {title}\n");
    line(head);
    line(&vec!["---".to_string(); head.len()]);
}

fn line(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}

fn words(first: &str, rest: impl IntoIterator<Item = String>) -> Vec<String> {
    std::iter::once(first.to_string()).chain(rest).collect()
}

/// A rate, marked where it is above its nominal one by more than chance explains.
fn marked(rate: Rate, nominal: f64) -> String {
    format!("{}{}", rate.text(), if rate.above(nominal) > 2.0 { " !" } else { "" })
}

/// How many of some sizes lie where.
#[derive(Default)]
struct Tally {
    above: u32,
    below: u32,
    all: u32,
    farthest: f64,
}

impl Tally {
    fn add(&mut self, rate: Rate, nominal: f64) {
        let above = rate.above(nominal);
        self.all += 1;
        self.above += u32::from(above > 2.0);
        self.below += u32::from(above < -2.0);
        self.farthest = self.farthest.max(above);
    }

    fn print(&self, what: &str) {
        let Self { above, below, all, farthest } = self;
        let expected = 0.0228 * f64::from(*all);
        println!(
            "\n{what}: of {all} sizes {above} are more than 2 standard errors above nominal ({expected:.1} by chance alone), the \
             farthest {farthest:.1}; {below} are as far below."
        );
    }
}

/// Reference values, current values, replications.
const SIZES: [(usize, usize, u64); 10] = [
    (50, 50, 20_000),
    (100, 100, 20_000),
    (500, 500, 10_000),
    (1000, 1000, 10_000),
    (5000, 5000, 2_000),
    (80, 20, 20_000),
    (400, 100, 10_000),
    (800, 200, 10_000),
    (1600, 400, 5_000),
    (8000, 2000, 1_000),
];

fn sizes() {
    let all = SIZES.map(|(n, m, replications)| samples::rates(n, m, NOTHING, replications));
    let head = SIZES.map(|(n, m, replications)| format!("{n} : {m} ({replications})"));
    for (at, level) in LEVELS.iter().enumerate() {
        section(&format!("Size of each test at nominal {} %", 100.0 * level), &words("test", head.clone()));
        for (test, named) in TESTS.iter().enumerate() {
            line(&words(named.name, all.iter().map(|rates| marked(rates[test][at], *level))));
        }
    }
    for conservative in [false, true] {
        let mut tally = Tally::default();
        for (rates, _) in all.iter().zip(SIZES).filter(|(_, (n, m, _))| n + m >= 200) {
            for (rates, _) in rates.iter().zip(&TESTS).filter(|(_, test)| test.conservative == conservative) {
                LEVELS.iter().zip(rates).for_each(|(level, rate)| tally.add(*rate, *level));
            }
        }
        tally.print(if conservative { "Exact and discrete tests, n >= 100" } else { "Other tests, n >= 100" });
    }
}

fn powers() {
    let sizes = [100, 1000];
    let head = sizes.iter().flat_map(|n| CHANGES.map(|change| format!("n = {n}, {}", change.name)));
    section("Power of each test at nominal 5 %, 500 replications", &words("test", head));
    let all: Vec<_> = sizes.iter().flat_map(|n| CHANGES.map(|change| samples::rates(*n, *n, change, 500))).collect();
    for (test, named) in TESTS.iter().enumerate() {
        line(&words(named.name, all.iter().map(|rates| rates[test][0].text())));
    }
}

fn day_sizes() {
    let mut tally = Tally::default();
    for window in WINDOWS {
        let head = REFERENCES.map(|days| format!("{days} days"));
        let title = format!("Size of day_level, window of {window} days, nominal 5 % / 1 %, 5,000 replications");
        section(&title, &words("AR(1)", head));
        for phi in PHIS {
            let cells = REFERENCES.map(|reference| {
                let rates = days::rates(reference, window, phi, NOTHING, 5_000);
                if reference >= 250 && phi <= 0.9 {
                    LEVELS.iter().zip(rates).for_each(|(level, rate)| tally.add(rate, *level));
                }
                five_and_one(rates)
            });
            line(&words(&phi.to_string(), cells));
        }
    }
    tally.print("day_level, 250 reference days or more, AR(1) up to 0.9");
}

fn day_powers() {
    section(
        "Power of day_level at nominal 5 %, 250 reference days, window of 10 days, 1,000 replications",
        &words("AR(1)", CHANGES.map(|change| change.name.to_string())),
    );
    for phi in PHIS {
        let cells = CHANGES.map(|change| days::rates(250, 10, phi, change, 1_000)[0].text());
        line(&words(&phi.to_string(), cells));
    }
}

fn comparison_sizes() {
    for days in comparisons::DAYS {
        let title =
            format!("Size of tests of a mean daily difference, {days} days, nominal 5 % / 1 %, 4,000 replications");
        section(&title, &words("days", DAY_TESTS.map(|(name, _)| name.to_string())));
        for series in comparisons::SERIES {
            let rates = comparisons::day_rates(days, series, 0.0, 4_000);
            line(&words(series.name, rates.into_iter().map(five_and_one)));
        }
    }
}

fn comparison_powers() {
    section(
        "Power of tests of a mean daily difference of 0.25 sd at nominal 5 %, 250 days, 1,000 replications",
        &words("days", DAY_TESTS.map(|(name, _)| name.to_string())),
    );
    for series in comparisons::SERIES {
        let rates = comparisons::day_rates(250, series, 0.25, 1_000);
        line(&words(series.name, rates.iter().map(|rates| rates[0].text())));
    }
}

fn panel_sizes() {
    section(
        "Size of tests of a mean difference on a panel of 31 rows a day, nominal 5 % / 1 %, 1,000 replications",
        &words("days, AR(1) of the common part", PANEL_TESTS.map(|(name, _)| name.to_string())),
    );
    for (days, phi) in [(60, 0.0), (60, 0.5), (250, 0.0), (250, 0.5)] {
        let rates = comparisons::panel_rates(days, phi, 1_000);
        line(&words(&format!("{days}, {phi}"), rates.into_iter().map(five_and_one)));
    }
}

fn five_and_one(rates: [Rate; 2]) -> String {
    let [five, one] = [0, 1].map(|at| marked(rates[at], LEVELS[at]));
    format!("{five} / {one}")
}

/// The rules that look at rows, on rows that are independent.
fn rules_on_rows() {
    let names: Vec<String> = RULES[1..].iter().map(|(name, _)| (*name).to_string()).collect();
    let asked: Vec<Rule> = RULES[1..].iter().map(|(_, rule)| *rule).collect();
    section(
        "Reports with an alarm, i.i.d. rows, as many current as reference rows, nothing changed",
        &words("rows", names),
    );
    for (n, replications) in [(50, 2_000), (100, 2_000), (500, 500), (1000, 500), (5000, 200)] {
        let one_day = Size { days: 1, symbols: n };
        let alarms = rules::rates(&asked, one_day, one_day, INDEPENDENT, NOTHING, replications);
        line(&words(&format!("{n} ({replications})"), alarms.iter().map(|alarms| alarms.any.text())));
    }
}

const WINDOW: Size = Size { days: 10, symbols: 10 };

/// Of panels, of one entity whose values are the factor itself, and of one whose values are half noise.
fn by_day_alarms() {
    let entity = PANELS.map(|rows| Rows { common: rows.common.ceil(), ..rows });
    by_day_of("10 rows a day", 10, PANELS);
    by_day_of("1 row a day, which is the factor itself", 1, entity);
    by_day_of("1 row a day, half of it noise", 1, PANELS);
}

fn by_day_of(what: &str, symbols: usize, logs: [Rows; 6]) {
    section(
        &format!(
            "by_day (alpha 5 % a report): reports with an alarm / with a column that cannot be judged; {what}, window of 10 days, \
             nothing changed"
        ),
        &words("log", REFERENCES.map(|days| format!("{days} days"))),
    );
    for rows in logs {
        let cells = REFERENCES.map(|days| {
            let replications = if days < 500 { 500 } else { 300 };
            let (reference, window) = (Size { days, symbols }, Size { symbols, ..WINDOW });
            let alarms = rules::rates(&[Rule::ByDay], reference, window, rows, NOTHING, replications)[0];
            format!("{} / {:.0}", marked(alarms.any, 0.05), 100.0 * alarms.open.share())
        });
        line(&words(rows.name, cells));
    }
}

fn rules_on_panels() {
    section(
        "Reports with an alarm, 250 reference days, 10 rows a day, window of 10 days, nothing changed, 100 replications",
        &words("log", RULES.map(|(name, _)| name.to_string())),
    );
    for rows in PANELS {
        let reference = Size { days: 250, symbols: 10 };
        let alarms = rules::rates(&RULES.map(|(_, rule)| rule), reference, WINDOW, rows, NOTHING, 100);
        line(&words(rows.name, alarms.iter().map(|alarms| alarms.any.text())));
    }
}

fn by_day_powers() {
    section(
        "by_day: how often the changed column is seen; 250 reference days, 10 rows a day, window of 10 days, 100 replications",
        &words("log", CHANGES.map(|change| change.name.to_string())),
    );
    let seen = |rows: Rows| {
        let reference = Size { days: 250, symbols: 10 };
        CHANGES.map(|change| rules::rates(&[Rule::ByDay], reference, WINDOW, rows, change, 100)[0].first.text())
    };
    PANELS.into_iter().filter(|rows| rows.phi < 0.95).for_each(|rows| line(&words(rows.name, seen(rows))));
}

/// A gate that is asked every night.
fn looks() {
    let head =
        ["promoted, 95 %", "promoted, 97.5 %", "promoted or rejected, 97.5 %", "four points better: promoted, 95 %"];
    for (from, replications) in [(1, 1_000), (14, 1_000)] {
        let title = format!(
            "A gate asked every night from day {from} to 28, 31 paired cases a day, equal models, {replications} replications"
        );
        section(&title, &words("bounds", head.map(String::from)));
        let ask = |confidence: f64, better: f64| {
            looks::rates(Looking { from, confidence, better }, replications).unwrap_or_default()
        };
        let (usual, strict, better) = (ask(0.95, 0.0), ask(0.975, 0.0), ask(0.95, 0.1));
        for ((((name, _), usual), strict), better) in BOUNDS.iter().zip(usual).zip(strict).zip(better) {
            let cells = [marked(usual.promoted, 0.05), marked(strict.promoted, 0.025), marked(strict.either, 0.05)];
            line(&words(name, cells.into_iter().chain([better.promoted.text()])));
        }
    }
}
