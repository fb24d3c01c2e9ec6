//! A decision or a report as JUnit XML, for the test page of a CI.
//!
//! An inconclusive check is a failure (of type `inconclusive`), not a skipped test: a CI that goes by this file would let a skipped
//! one pass, and a gate that does not know blocks. A column that could not be judged is skipped, as the report's own verdict is a test.

use std::io;

use driftgate_documents::{CheckResult, Decision, DriftVerdict, Finding, Report, Severity, Verdict};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{decision::covered, slice, word};
use crate::error::{Error, Result};

/// One test.
struct Test {
    class: String,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    /// Its type and message.
    Failed(&'static str, String),
    /// Why.
    Skipped(String),
}

/// One test a check, and one that is the answer. With an override in force a check that does not pass is skipped, with its reason:
/// the file then says the same as the exit code.
///
/// # Errors
/// If it cannot be written.
pub fn decision(decision: &Decision) -> Result<String> {
    let overruled = decision.r#override.as_ref().map(|person| format!("overridden by {}: ", person.actor));
    let test = |check: &CheckResult| Test {
        class: check.metric.clone(),
        name: check.name.clone(),
        outcome: match (check.verdict, &overruled) {
            (Verdict::Pass, _) => Outcome::Passed,
            (_, Some(overruled)) => Outcome::Skipped(format!("{overruled}{}", check.reason)),
            (Verdict::Fail, None) => Outcome::Failed("fail", check.reason.clone()),
            (Verdict::Inconclusive, None) => Outcome::Failed("inconclusive", check.reason.clone()),
        },
    };
    let mut tests: Vec<Test> = decision.checks.iter().map(test).collect();
    // Where too few were answered, the answer says it.
    let covered =
        covered(decision).map(|said| Test { class: "data".into(), name: said.into(), outcome: Outcome::Passed });
    tests.extend(covered);
    // The whole may be open where no check is: the note says why.
    let outcome = match decision.verdict {
        _ if decision.approved => Outcome::Passed,
        Verdict::Fail => Outcome::Failed("fail", decision.recommendation.clone()),
        _ => {
            let notes = decision.warnings.iter().map(String::as_str);
            let all: Vec<&str> = [decision.recommendation.as_str()].into_iter().chain(notes).collect();
            Outcome::Failed("inconclusive", all.join("; "))
        }
    };
    tests.push(Test { class: "decision".into(), name: "approved".into(), outcome });
    written(&format!("driftgate gate {}", decision.policy.name), &tests)
}

/// One test a finding, and one that is the verdict.
///
/// # Errors
/// If it cannot be written.
pub fn report(report: &Report) -> Result<String> {
    let least = report.plan.fail_on.unwrap_or(Severity::Moderate);
    let test = |finding: &Finding| {
        let column = finding.column.as_deref().unwrap_or_default();
        let name = [column, &finding.method, &slice(&finding.slice)];
        Test {
            class: word(&finding.kind),
            name: name.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
            outcome: match finding.verdict {
                DriftVerdict::Drift if finding.severity >= Some(least) => {
                    Outcome::Failed("drift", finding.message.clone())
                }
                DriftVerdict::Inconclusive => Outcome::Skipped(finding.message.clone()),
                _ => Outcome::Passed,
            },
        }
    };
    let mut tests: Vec<Test> = report.findings.iter().map(test).collect();
    let outcome = match report.verdict {
        DriftVerdict::None => Outcome::Passed,
        DriftVerdict::Drift => Outcome::Failed("drift", report.summary.clone()),
        DriftVerdict::Inconclusive => Outcome::Failed("inconclusive", report.summary.clone()),
    };
    tests.push(Test { class: "report".into(), name: "verdict".into(), outcome });
    written("driftgate check", &tests)
}

fn written(suite: &str, tests: &[Test]) -> Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let done = document(&mut writer, suite, tests).map(|()| writer.into_inner());
    let text = done.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(|text| text + "\n").ok_or_else(|| Error::internal("the XML could not be written"))
}

fn document(writer: &mut Writer<Vec<u8>>, suite: &str, tests: &[Test]) -> io::Result<()> {
    let count = |is: fn(&Outcome) -> bool| tests.iter().filter(|test| is(&test.outcome)).count().to_string();
    let failures = count(|outcome| matches!(outcome, Outcome::Failed(..)));
    let skipped = count(|outcome| matches!(outcome, Outcome::Skipped(_)));
    let (all, suite) = (tests.len().to_string(), legal(suite));
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attributes([
            ("name", suite.as_str()),
            ("tests", all.as_str()),
            ("failures", failures.as_str()),
            ("errors", "0"),
            ("skipped", skipped.as_str()),
        ]);
        suite.write_inner_content(|writer| tests.iter().try_for_each(|test| test.write(writer)))?;
        Ok(())
    })?;
    Ok(())
}

impl Test {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let (class, name) = (legal(&self.class), legal(&self.name));
        let case =
            writer.create_element("testcase").with_attributes([("classname", class.as_str()), ("name", name.as_str())]);
        match &self.outcome {
            Outcome::Passed => case.write_empty()?,
            Outcome::Failed(kind, message) => case.write_inner_content(|writer| {
                let message = legal(message);
                let failure =
                    writer.create_element("failure").with_attributes([("type", *kind), ("message", message.as_str())]);
                failure.write_text_content(BytesText::new(&message)).map(|_| ())
            })?,
            Outcome::Skipped(why) => case.write_inner_content(|writer| {
                let why = legal(why);
                writer.create_element("skipped").with_attribute(("message", why.as_str())).write_empty().map(|_| ())
            })?,
        };
        Ok(())
    }
}

/// Without the characters that no XML document may hold, escaped or not.
fn legal(text: &str) -> String {
    let is_legal = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
}
