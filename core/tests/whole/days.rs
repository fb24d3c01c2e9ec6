//! Windows of time from reading to report: a part of a log is the log of that part, and a month is the merge of its days.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use driftgate_core::door::ProfileHandle;
use driftgate_documents::{InferOptions, Report};
use support::{profile, profile_of, refused, report, schema_with};

/// September 2008, two rows a day at noon, of which every 50th has no time.
fn september() -> Vec<String> {
    let row = |at: usize| {
        let time = if at % 50 == 49 { String::new() } else { format!("2008-09-{:02}T12:00:00Z", 1 + at / 2) };
        format!("{time},i{at},{at}.5,{}.5,{}\n", at + at % 3, at * 7919 % 101)
    };
    (0..60).map(row).collect()
}

fn log(rows: &[String]) -> String {
    format!("timestamp,id,prediction,actual,x\n{}", rows.concat())
}

fn days(from: Option<u32>, until: Option<u32>) -> String {
    let date = |day: u32| format!("2008-09-{day:02}");
    let options = InferOptions { from: from.map(date), until: until.map(date), ..InferOptions::default() };
    schema_with(log(&september()), &options)
}

fn read(from: Option<u32>, until: Option<u32>) -> ProfileHandle {
    profile(log(&september()), &days(from, until))
}

/// The part of a report that promises equal bytes.
fn numbers(report: &Report) -> String {
    let mut report = report.clone();
    report.provenance.clear();
    serde_json::to_string(&report).unwrap()
}

/// The days that were asked for and the rows each left out.
fn left_out(report: &Report) -> Vec<(String, u64)> {
    report.provenance["current"].outside.iter().map(|outside| (outside.asked.to_string(), outside.rows)).collect()
}

#[test]
fn a_window_of_a_log_is_the_log_of_its_rows() {
    let cut = report("{}", &[("current", &read(Some(11), Some(20)))]);
    let part = log(&september()[20..40].iter().filter(|row| !row.starts_with(',')).cloned().collect::<Vec<_>>());
    let alone = report("{}", &[("current", &profile(part, &days(None, None)))]);
    assert_eq!(numbers(&cut), numbers(&alone));
    let window = cut.current.as_ref().unwrap();
    assert_eq!((window.first_day.as_deref(), window.last_day.as_deref()), (Some("2008-09-11"), Some("2008-09-20")));
    assert!(alone.provenance["current"].outside.is_empty());
    assert_eq!(left_out(&cut), [("2008-09-11 .. 2008-09-20".into(), 39)]);
    let outside = &cut.provenance["current"].outside[0];
    assert_eq!((outside.first_day.as_deref(), outside.last_day.as_deref()), (Some("2008-09-01"), Some("2008-09-30")));
    assert_eq!(outside.untimed_rows, 1);
}

#[test]
fn a_day_of_the_report_is_one_of_the_zone() {
    let log = "timestamp,id,x\n2008-09-01T20:00:00Z,a,1\n2008-09-02T20:00:00Z,b,2\n";
    let options = InferOptions { timezone: Some("+05:30".into()), ..InferOptions::default() };
    let report = report("{}", &[("current", &profile(log, &schema_with(log, &options)))]);
    let window = report.current.unwrap();
    assert_eq!((window.first_day.as_deref(), window.last_day.as_deref()), (Some("2008-09-02"), Some("2008-09-03")));
}

#[test]
fn profiles_of_days_merge_to_the_profile_of_all_of_them_in_any_order() {
    let whole = report("{}", &[("current", &read(Some(1), Some(12)))]);
    let parts = [(1, 4), (5, 9), (10, 12)].map(|(from, until)| read(Some(from), Some(until)));
    let mut bytes = Vec::new();
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let mut merged = ProfileHandle::from_bytes(&parts[order[0]].to_bytes().unwrap()).unwrap();
        order[1..].iter().for_each(|part| merged.merge(&parts[*part]).unwrap());
        let report = report("{}", &[("current", &merged)]);
        assert_eq!(numbers(&report), numbers(&whole));
        let each = left_out(&report);
        assert_eq!(each.iter().map(|(_, rows)| rows).collect::<Vec<_>>(), [&51, &49, &53], "a row outside is no loss");
        bytes.push(merged.to_bytes().unwrap());
    }
    assert!(bytes[0] == bytes[1] && bytes[1] == bytes[2]);
}

#[test]
fn every_window_that_was_asked_for_is_named_with_what_it_left_out() {
    let mut all = read(Some(20), None);
    all.merge(&read(None, Some(4))).unwrap();
    all.merge(&read(Some(20), None)).unwrap();
    let report = report("{}", &[("current", &all)]);
    let expected = [("the days up to 2008-09-04".into(), 51), ("the days from 2008-09-20 on".into(), 76)];
    assert_eq!(left_out(&report), expected);
}

#[test]
fn bad_rows_are_a_share_of_all_that_was_read() {
    // One bad row of 60 is 1.7 %; of the window with its four good rows it would be 20 %.
    let rows = log(&september()).replace("2008-09-30T12:00:00Z,i58", "the thirtieth,i58");
    let options =
        InferOptions { from: Some("2008-09-10".into()), until: Some("2008-09-11".into()), ..InferOptions::default() };
    let window = profile(&rows, &schema_with(&rows, &options));
    assert!(refused("{}", &[("current", &window)]).contains("1 of 60 rows could not be read (1.7 %"));
    let report = report(r#"{"max_bad_rows":0.02}"#, &[("current", &window)]);
    assert_eq!(report.current.map(|window| (window.rows, window.bad_rows)), Some((4, 1)));
}

#[test]
fn a_window_without_rows_says_where_the_rows_are() {
    let schema = days(None, None).replace(r#""cases":"none""#, r#""cases":"none","from":"2009-01-01""#);
    let message = refused("{}", &[("current", &profile(log(&september()), &schema))]);
    assert!(message.contains("current: none of 60 rows lies within the days from 2009-01-01 on"), "{message}");
    assert!(message.contains("they are of 2008-09-01 .. 2008-09-30"), "{message}");
    let message = refused("{}", &[("current", &profile("timestamp,x\n,1\n,2\n", &schema))]);
    assert!(message.contains("none of 2 rows") && message.contains("none has a time"), "{message}");
}

#[test]
fn a_plan_is_not_echoed_unless_its_days_were_kept() {
    let (all, until, from) = (read(None, None), read(None, Some(20)), read(Some(11), Some(20)));
    let current = |plan: &str, window: &ProfileHandle| refused(plan, &[("current", window)]);
    let plan = r#"{"as_of":"2008-09-20"}"#;
    let message = current(plan, &profile("timestamp,x\n2008-09-21,1\n", &days(None, None)));
    assert!(message.contains("current: holds rows of 2008-09-21, unknown as of 2008-09-20"), "{message}");
    assert!(message.contains("--until 2008-09-20"), "{message}");
    assert!(current(plan, &all).contains("rows without a time"));
    assert!(refused(plan, &[("current", &until), ("reference", &all)]).contains("reference: holds"));
    let echoed = report(plan, &[("current", &until), ("reference", &from)]).plan;
    assert_eq!(echoed.as_of.as_deref(), Some("2008-09-20"));
    let plan = r#"{"as_of":"2008-09-20","lookback":10}"#;
    let message = current(plan, &until);
    assert!(message.contains("lookback asks for 10 days, from 2008-09-11 on"), "{message}");
    assert_eq!(report(plan, &[("current", &from), ("reference", &until)]).plan.lookback, Some(10));
    assert!(current(r#"{"lookback":9}"#, &from).contains("from 2008-09-12 on"), "without as_of the last row counts");
    assert!(current(r#"{"lookback":0}"#, &from).contains("lookback is 0"));
    assert!(current(r#"{"as_of":"soon"}"#, &from).contains("plan: as_of \"soon\": expected a calendar date"));
}

#[test]
fn files_of_one_window_are_read_for_the_same_days() {
    let rows = september();
    let (first, second) = (log(&rows[..24]), log(&rows[24..]));
    let schema = days(Some(11), Some(20));
    let split = profile_of(&[first.as_bytes(), second.as_bytes()], &schema, None);
    assert!(split.to_bytes().unwrap() == read(Some(11), Some(20)).to_bytes().unwrap());
}
