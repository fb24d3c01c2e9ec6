//! `driftgate experiment`, as it is typed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::Write,
    process::{Output, Stdio},
};

use driftgate_tests::command::driftgate;

/// Runs `experiment assign`; buckets of the experiment "seed" are published by GrowthBook: a 0.0505, b 0.2696.
fn assign(arguments: &str, stdin: &str) -> Output {
    let mut command = driftgate();
    command.args(["experiment", "assign", "--name", "seed"]).args(arguments.split(' '));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses its arguments ends before it reads.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn units_come_from_arguments_or_stdin_and_keep_their_order() {
    for (arguments, stdin, expected) in [
        ("--arm control=0.2 --arm new=0.8 b a", "", "b\tnew\na\tcontrol\n"),
        ("--arm control=0.2 --arm new=0.8 -", "a\r\n\nb\n", "a\tcontrol\nb\tnew\n"),
        ("--arm control=0.2 --arm new=0.8 --coverage 0.1 a b", "", "a\t\nb\tnew\n"),
        (
            "--arm control=0.2 --arm new=0.8 --coverage 0 --format json a",
            "",
            "[{\"unit\":\"a\",\"bucket\":0.0505,\"arm\":null}]\n",
        ),
    ] {
        let output = assign(arguments, stdin);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{arguments}");
        assert!(output.status.success() && output.stderr.is_empty(), "{arguments}");
    }
}

#[test]
fn what_cannot_be_assigned_is_the_callers_mistake() {
    for (arguments, said) in [
        ("--arm control=0.2 --arm new=0.7 a", "they have to be 1"),
        ("--arm control=1 a", "allowed is at least 2"),
        ("--arm control=0.5 --arm control=0.5 a", "the name of another arm"),
        ("--arm control=0.5 --arm new=0.5 --coverage -1 a", "allowed is 0 to 1"),
        ("--arm control=0.5 --arm new a", "expected NAME=SHARE"),
        ("--arm control=0.5 --arm new=nan a", "expected NAME=SHARE"),
        ("--arm control=0.5 --arm new=0.5", "UNIT"),
    ] {
        let output = assign(arguments, "");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && message.contains(said), "{arguments}: {message}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}
