// Files of every kind: how they are written, what is wrong with them, and how large they are.

import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { after, before, test } from "node:test";

import { answered, choose, downloaded, driftgate, house, logs, promised, root } from "./visit.js";

let home, folder;
before(async () => {
  home = await house();
  folder = await mkdtemp(join(tmpdir(), "driftgate-page-"));
});
after(async () => {
  await home.close();
  await rm(folder, { recursive: true });
});

const log = (name) => join(logs, name);

/** The page's report on files. */
async function reportOn(page, ...files) {
  await choose(page, ...files);
  await answered(page);
  return (await downloaded(page, () => page.getByRole("button", { name: "Report as JSON" }).click())).bytes.toString();
}

/** What the page says is wrong with files. */
async function refused(t, ...files) {
  const { page } = await home.visit(t);
  await choose(page, ...files);
  return page.locator(".problem").first().innerText();
}

test("a compressed log gives the bytes of the plain one", async (t) => {
  const expected = driftgate(logs, "check", "crash.jsonl", "--reference", "reference.jsonl", "--distributions", "40");
  const packed = join(folder, "crash.jsonl.gz");
  await writeFile(packed, gzipSync(await readFile(log("crash.jsonl"))));
  // Node packs no zstd before version 23: that file is `zstd -19` of the example.
  for (const file of [packed, join(root, "tests/logs/crash.jsonl.zst")]) {
    const { page } = await home.visit(t);
    assert.equal(promised(await reportOn(page, log("reference.jsonl"), file)), promised(expected));
  }
});

test("a Parquet file is read by the command's own component, loaded when it is dropped", async (t) => {
  const { page } = await home.visit(t, { hash: "#split=" });
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const file = "tests/logs/parquet/zstd_v2.parquet";
  const report = await reportOn(page, join(root, file));
  const expected = driftgate(root, "report", file, "--distributions", "40");
  assert.equal(promised(report), promised(expected));
  assert.equal(asked.filter((url) => url.endsWith("parquet.core.wasm")).length > 0, true);
});

test("late outcomes are joined, as by the command", async (t) => {
  const { page } = await home.visit(t, { hash: "#split=" });
  const logs = join(root, "tests/cases/late_outcomes");
  const report = await reportOn(page, join(logs, "log.jsonl"), join(logs, "outcomes.jsonl"));
  const expected = driftgate(logs, "report", "log.jsonl", "outcomes.jsonl", "--distributions", "40");
  assert.equal(promised(report), promised(expected));
});

test("a profile that was downloaded stands for its log", async (t) => {
  const { page } = await home.visit(t, { hash: "#view=data" });
  const report = await reportOn(page, log("reference.jsonl"), log("crash.jsonl"));
  const profile = await downloaded(page, () => page.getByRole("button", { name: /^Download/ }).first().click());
  const saved = join(folder, profile.name);
  await writeFile(saved, profile.bytes);
  await page.getByRole("button", { name: "Start over" }).click();
  assert.equal(promised(await reportOn(page, saved, log("crash.jsonl"))), promised(report));
});

test("one log is compared with its own past, split where one says", async (t) => {
  const { page } = await home.visit(t, { hash: "#split=2008-11-03" });
  const report = JSON.parse(await reportOn(page, log("crash.jsonl")));
  assert.equal(report.reference.last_day, "2008-10-31");
  assert.equal(report.current.first_day, "2008-11-03");
  const expected = JSON.parse(driftgate(logs, "check", "crash.jsonl", "--lookback", "58", "--distributions", "40"));
  assert.deepEqual(report.findings, expected.findings);
});

test("files change their window when one says so", async (t) => {
  const { page } = await home.visit(t, { hash: "#view=data" });
  await choose(page, log("reference.jsonl"), log("crash.jsonl"));
  await answered(page);
  await page.getByLabel("window of crash.jsonl").selectOption("reference");
  await page.getByText("none of the files is the current window").waitFor();
  await page.getByLabel("window of reference.jsonl").selectOption("current");
  await page.locator(".windows .current", { hasText: "reference.jsonl" }).waitFor();
});

test("columns of other names get their roles from the form", async (t) => {
  const { page } = await home.visit(t);
  const rows = Array.from({ length: 200 }, (_, at) => `2024-01-${String((at % 28) + 1).padStart(2, "0")},${at},${at % 7},${at % 5},${at % 6}`);
  const file = join(folder, "two.csv");
  await writeFile(file, `date,id,y_pred,yhat,target\n${rows.join("\n")}\n`);
  await choose(page, file);
  await page.getByRole("alert").filter({ hasText: "more than one column may be prediction" }).waitFor();
  await page.locator("abbr", { hasText: "--map" }).focus();
  await page.getByRole("status").filter({ hasText: "choose the role of the column" }).waitFor();
  await page.getByLabel("role of yhat").selectOption("prediction");
  await page.locator(".verdict h1").waitFor();
  assert.match(decodeURIComponent(new URL(page.url()).hash), /"prediction":"yhat"/);
});

/** Drops what stands at paths onto the page, as a hand does. */
async function drop(page, ...files) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  const move = (type) => session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  await move("dragEnter");
  await move("dragOver");
  // Where the page has not said yet that it takes files, a drop is none.
  await page.locator("html.over").waitFor();
  await move("dragOver");
  await move("drop");
}

test("files and folders are dropped", async (t) => {
  const { page } = await home.visit(t);
  const year = join(folder, "year");
  await mkdir(year);
  const lines = (await readFile(log("crash.jsonl"), "utf8")).trim().split("\n");
  await writeFile(join(year, "january.jsonl"), lines.slice(0, 200).join("\n"));
  await writeFile(join(year, "february.jsonl"), lines.slice(200).join("\n"));
  await writeFile(join(year, "notes.txt"), "no log");
  await drop(page, log("reference.jsonl"), year);
  await page.locator(".windows .current", { hasText: "450 rows" }).waitFor();
  assert.match(await page.locator(".windows .reference").innerText(), /744 rows/);
  const empty = join(folder, "empty");
  await mkdir(empty);
  const told = page.getByRole("alert").filter({ hasText: "no logs in this folder" });
  await drop(page, empty);
  await told.waitFor();
  // What can be read beside it is read all the same.
  await page.getByRole("button", { name: "Start over" }).click();
  await drop(page, empty, log("reference.jsonl"), log("crash.jsonl"));
  await page.locator(".windows .current", { hasText: "450 rows" }).waitFor();
  await told.waitFor();
});

test("what is wrong with a file is said by file, with what to do", async (t) => {
  const bad = async (name, content) => {
    await writeFile(join(folder, name), content);
    return refused(t, join(folder, name));
  };
  assert.match(await bad("empty.csv", ""), /empty\.csv: it is empty|no records in empty\.csv/);
  assert.match(await bad("words.jsonl", "not json\n".repeat(30)), /words\.jsonl[^]*line 1/);
  assert.match(await bad("torn.parquet", "no parquet at all"), /torn\.parquet: it has the name of a Parquet file/);
  assert.match(await bad("short.parquet", "PAR1"), /short\.parquet: /);
  assert.match(await bad("torn.dgp", "DGPFnonsense"), /profile/);
  assert.match(await bad("mostly.jsonl", '{"prediction":1,"actual":2}\n'.repeat(20) + "oops\n".repeat(20)), /mostly\.jsonl:21: not a JSON object/);
});

test("rows that were left out are listed by line", async (t) => {
  const { page } = await home.visit(t, { hash: "#view=data" });
  const file = join(folder, "few.jsonl");
  await writeFile(file, '{"prediction":1,"actual":2}\n'.repeat(300) + "oops\n");
  await choose(page, file);
  await answered(page);
  const problem = () => page.getByRole("region", { name: /Problems of the current log/ }).locator("tbody tr").first().innerText();
  assert.match(await problem(), /few\.jsonl\s+301/);
  const cut = join(folder, "cut.jsonl.gz");
  await writeFile(cut, gzipSync('{"prediction":1,"actual":2}\n'.repeat(5000)).subarray(0, 90));
  await page.getByRole("button", { name: "Start over" }).click();
  await choose(page, cut);
  // A file that was cut is no answer to anything.
  assert.match(await page.locator(".problem").first().innerText(), /cut\.jsonl\.gz: the compressed file ends early/);
});

test("a log of many blocks gives the bytes of the command, with every bad row by its line", async (t) => {
  // About 7 MB each, so four blocks.
  const rows = 120_000;
  const written = (header, good, bad) =>
    header + Array.from({ length: rows }, (_, at) => (at % 20_000 === 19_999 ? bad : good(at))).join("\n") + "\n";
  const pad = "x".repeat(20);
  const good = (at) => `{"id":"${pad}-${at}","prediction":${at % 97},"actual":${at % 89}}`;
  const files = {
    "many.jsonl": written("", good, "oops"),
    "many.csv": written("id,note,prediction,actual\n", (at) => `${pad}-${at},"two\nlines ${pad}",${at % 97},${at % 89}`, "short"),
    // A bare quote half way: from there on the log is one piece.
    "bare.csv": written("id,note,prediction,actual\n", (at) => `${pad}-${at},${at === rows / 2 ? '5" wide' : pad},${at % 97},${at % 89}`, "short"),
  };
  const { page } = await home.visit(t);
  for (const [name, text] of Object.entries(files)) {
    const before = `reference_${name}`;
    await writeFile(join(folder, name), text);
    await writeFile(join(folder, before), text.slice(0, text.indexOf(`${pad}-500`)).replace(/[^\n]*$/, ""));
    const report = await reportOn(page, join(folder, before), join(folder, name));
    assert.equal(promised(report), promised(driftgate(folder, "check", name, "--reference", before, "--distributions", "40")), name);
    const { problems } = JSON.parse(report).provenance.current;
    assert.equal(problems.length, 6, name);
    const lines = text.split("\n");
    for (const { line } of problems) assert.match(lines[line - 1], /^(oops|short)$/, `${name}:${line}`);
    await page.getByRole("button", { name: "Start over" }).click();
  }
});

/** Writes a log of about so many bytes. */
async function large(name, bytes) {
  const path = join(folder, name);
  const file = createWriteStream(path);
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let row = 0, written = 0; written < bytes; ) {
    let text = "";
    for (let line = 0; line < 2000; line++, row++) {
      const day = new Date(Date.UTC(2020, 0, 1) + (row % 900) * 86_400_000).toISOString();
      text += `{"timestamp":"${day}","id":"${row}","model":"m","prediction":${random().toFixed(4)},"actual":${random().toFixed(4)},"features":{"a":${random()},"b":${random()},"c":"${"xyz"[row % 3]}"}}\n`;
    }
    written += text.length;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return path;
}

/** The most memory that any process of pages has held, in bytes. */
async function peak(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const pages = processInfo.filter(({ type }) => type === "renderer");
  const status = await Promise.all(pages.map(({ id }) => readFile(`/proc/${id}/status`, "utf8")));
  return Math.max(...status.map((text) => Number(/VmHWM:\s+(\d+)/.exec(text)[1]) * 1024));
}

test("what is dropped while something is read is read with it, and no rows are mixed", async (t) => {
  const path = await large("reference_large.jsonl", 60e6);
  const { page } = await home.visit(t);
  await choose(page, path);
  await page.getByText(/rows · /).waitFor();
  await page.locator("#files-more").setInputFiles([log("crash.jsonl")]);
  await page.locator(".windows .current", { hasText: "450 rows" }).waitFor({ timeout: 60_000 });
  const sources = JSON.parse((await downloaded(page, () => page.getByRole("button", { name: "Report as JSON" }).click())).bytes).provenance;
  assert.deepEqual(Object.keys(sources.reference.sources), ["reference_large.jsonl"]);
  assert.equal(sources.current.sources["crash.jsonl"].rows, 450);

  // To cancel goes back to the answer that was there, and to start over ends what is read.
  await page.locator("#files-more").setInputFiles([path]);
  await page.getByText(/rows · /).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  assert.doesNotMatch(await page.locator(".windows").innerText(), /files|\(2\)/);
  await page.locator("#files-more").setInputFiles([path]);
  await page.getByText(/rows · /).waitFor();
  await page.getByRole("button", { name: "Start over" }).click();
  await page.getByText("Drop one or more logs").waitFor();
  await choose(page, log("reference.jsonl"), log("crash.jsonl"));
  await page.locator(".windows .reference", { hasText: "744 rows" }).waitFor();
  assert.equal(await page.locator("h1").innerText(), "Drift: the current log is not like the reference.");
});

test("several days of one log are one log, and outcomes belong to all of it", async (t) => {
  const { page } = await home.visit(t, { hash: "#view=data" });
  const lines = (await readFile(log("crash.jsonl"), "utf8")).trim().split("\n");
  const files = [0, 150, 300].map((at) => ({ name: `day_${at}.jsonl`, mimeType: "text/plain", buffer: Buffer.from(lines.slice(at, at + 150).join("\n")) }));
  await page.locator("input[type=file][multiple]").setInputFiles(files);
  await answered(page);
  for (const { name } of files) assert.equal(await page.getByLabel(`window of ${name}`).inputValue(), "current");
  assert.match(await page.locator(".windows .reference").innerText(), /day_0\.jsonl, day_150\.jsonl, day_300\.jsonl/);
});

test("a plot says how long each window's steps are", async (t) => {
  const { page } = await home.visit(t);
  // A row every hour: a log of 40 days is told by the day, one of five by the hour.
  const log = (name, first, days, values = (hour) => ({ prediction: hour % 7, actual: hour % 5 })) => {
    const rows = Array.from({ length: days * 24 }, (_, hour) =>
      JSON.stringify({ timestamp: new Date(Date.parse(first) + hour * 3_600_000).toISOString(), ...values(hour) }),
    );
    return { name, mimeType: "text/plain", buffer: Buffer.from(rows.join("\n")) };
  };
  await choose(page, log("reference.jsonl", "2026-01-01", 40), log("current.jsonl", "2026-02-10", 5));
  await answered(page);
  const said = page.getByText("A step is a day of the reference, an hour of the current; shorter ones swing more.");
  await said.waitFor();
  await page.getByRole("img", { name: / by step, / }).waitFor();
  assert.doesNotMatch(await page.getByLabel("Show").innerText(), /rows/);
  await choose(page, log("reference.jsonl", "2026-01-01", 40), log("current.jsonl", "2026-02-10", 40));
  await said.waitFor({ state: "hidden" });
  await page.getByLabel("Show").selectOption({ label: "rows" });
  await page.getByRole("img", { name: /^rows in a day by day, / }).waitFor();
  // Where nothing can be drawn, the verdict over time is told all the same.
  await page.getByRole("button", { name: "Start over" }).click();
  const input = (hour) => ({ load: (hour % 24) * 1.5 });
  await choose(page, log("reference.jsonl", "2026-01-01", 40, input), log("current.jsonl", "2026-02-10", 21, input));
  await page.getByText("None of 12 windows of 10 trading days alarms.").waitFor();
  await page.getByLabel("Show").waitFor({ state: "hidden" });
});

test("a line is not drawn across what is not known", async (t) => {
  const { page } = await home.visit(t);
  // The reference has no rows from day 40 to day 89 but for day 65, and its errors are the larger ones.
  const log = (name, days, error) => {
    const rows = days.flatMap((day) => [0, 1, 2].map((hour) =>
      JSON.stringify({ timestamp: new Date(Date.parse("2026-01-01") + (day * 24 + hour) * 3_600_000).toISOString(), prediction: day + hour + 0.5, actual: day + hour + 0.5 + error }),
    ));
    return { name, mimeType: "text/plain", buffer: Buffer.from(rows.join("\n")) };
  };
  const all = Array.from({ length: 130 }, (_, day) => day);
  await choose(page, log("reference.jsonl", all.filter((day) => day < 40 || day === 65 || day > 89), 2), log("current.jsonl", all, 1));
  await answered(page);
  // Where the reference's colour stands in the plot, in days.
  const days = await page.locator(".plot canvas").first().evaluate((canvas) => {
    const plot = canvas.getBoundingClientRect();
    const over = canvas.parentElement.querySelector(".u-over").getBoundingClientRect();
    const scale = canvas.width / plot.width;
    const [left, top, wide, high] = [over.left - plot.left, over.top - plot.top, over.width, over.height].map((at) => Math.round(at * scale));
    const { data, width } = canvas.getContext("2d").getImageData(left, top, wide, high);
    const hex = getComputedStyle(document.documentElement).getPropertyValue("--reference").trim();
    const ink = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const days = new Set();
    for (let at = 0; at < data.length; at += 4) {
      if (ink.every((part, of) => Math.abs(data[at + of] - part) < 8) && data[at + 3] > 200) days.add(Math.round((((at / 4) % width) / width) * 129));
    }
    return [...days];
  });
  const within = (from, to) => days.filter((day) => day >= from && day <= to).length;
  assert.ok(within(0, 39) > 35 && within(90, 129) > 35, `drawn on ${days}`);
  assert.ok(within(63, 67) > 0, "a day alone is a dot");
  assert.equal(within(42, 62) + within(68, 87), 0, `drawn on ${days}`);
});

test("a file that is none leaves the others readable", async (t) => {
  const { page } = await home.visit(t);
  await writeFile(join(folder, "torn.parquet"), "no parquet at all");
  await choose(page, log("reference.jsonl"), log("crash.jsonl"), join(folder, "torn.parquet"));
  await page.getByRole("alert").filter({ hasText: "torn.parquet" }).waitFor();
  await page.locator(".windows .current", { hasText: "450 rows" }).waitFor();
});

test("names of any length fit the window", async (t) => {
  const { page } = await home.visit(t);
  const name = "a_column_of_a_name_without_end_".repeat(5);
  const rows = (shift) => Array.from({ length: 400 }, (_, at) => `2024-0${1 + (at % 9)}-1${at % 9},${at % 7},${at % 5},${(at % 11) + shift}`).join("\n");
  for (const [file, shift] of [["reference_long.csv", 0], ["current_long.csv", 5]]) await writeFile(join(folder, file), `date,prediction,actual,${name}\n${rows(shift)}\n`);
  await choose(page, join(folder, "reference_long.csv"), join(folder, "current_long.csv"));
  await answered(page);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `wider by ${wider} pixels`);
});

test("a log of 1 GB is read in bounded memory, and reading it can be cancelled", async (t) => {
  const path = await large("large.jsonl", 1e9);
  const { page } = await home.visit(t, { hash: "#split=" });
  await choose(page, path);
  await page.getByRole("progressbar").waitFor();
  await page.getByText(/rows · .* a second/).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Drop one or more logs").waitFor();

  await choose(page, path);
  await answered(page);
  const most = await peak(home.browser);
  assert.ok(most < 400e6, `${most} bytes of memory at the most`);
  const windows = await page.locator(".windows .current").innerText();
  const rows = Number(/([\d,]+) rows/.exec(windows)[1].replaceAll(",", ""));
  const lines = JSON.parse((await downloaded(page, () => page.getByRole("button", { name: "Report as JSON" }).click())).bytes).provenance.current.sources["large.jsonl"];
  assert.equal(rows, lines.rows);
  assert.ok(rows > 5e6 && lines.bad_rows === 0, `${rows} rows`);
});
