// How the page behaves: it sends nothing, works without a network, and says what to do where it cannot work.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { answered, choose, downloaded, house, logs, open, root } from "./visit.js";

let home;
before(async () => (home = await house()));
after(() => home.close());

const CRASH = ["reference.jsonl", "crash.jsonl"].map((name) => join(logs, name));

test("what the policy forbids is refused by the browser", async (t) => {
  const { page } = await home.visit(t, { refusals: true });
  const expected = ["connect-src", "img-src", "script-src-elem", "style-src-elem", "worker-src"];
  const ran = await page.evaluate(async (expected) => {
    const told = new Set();
    const all = new Promise((done) =>
      addEventListener("securitypolicyviolation", ({ effectiveDirective }) => told.add(effectiveDirective) && expected.every((one) => told.has(one)) && done()));
    fetch("http://localhost:9/").catch(() => {});
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = true";
    document.body.append(script);
    document.head.append(document.createElement("style"));
    const image = new Image();
    image.src = "http://localhost:9/pixel.png";
    document.body.append(image);
    try {
      new Worker(URL.createObjectURL(new Blob([""])));
    } catch { /* as it should be */ }
    await all;
    return globalThis.ran;
  }, expected);
  assert.equal(ran, undefined);
});

test("after one visit it works with the cable pulled", async (t) => {
  const { page, context } = await home.visit(t);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await context.setOffline(true);
  await page.reload();
  await page.getByRole("button", { name: /A market crash/ }).click();
  await answered(page);
  assert.match(await page.locator("h1").innerText(), /^Drift/);
  await choose(page, join(root, "tests/logs/parquet/zstd_v2.parquet"));
  await page.locator(".windows .current", { hasText: "zstd_v2.parquet" }).waitFor();
});

test("opened as a file it says what to do", async () => {
  const context = await home.browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(root, "www/dist/index.html")).href);
  await page.getByText("This page has to come from a web server").waitFor();
  assert.equal(await page.locator("h1").count(), 0);
  await context.close();
});

test("a link asks the same of other logs, and holds no data", async (t) => {
  const { page } = await home.visit(t, { hash: "#view=data" });
  await choose(page, ...CRASH);
  await answered(page);
  await page.getByLabel("False-alarm rate over all columns").fill("0.01");
  await page.getByRole("button", { name: "Ask again" }).click();
  await page.waitForURL(/alpha/);
  await answered(page);
  const { hash } = new URL(page.url());
  assert.deepEqual([...new URLSearchParams(hash.slice(1))], [["view", "data"], ["plan", '{"alpha":0.01}']]);
  const other = await home.visit(t, { hash });
  await choose(other.page, ...CRASH);
  await answered(other.page);
  const report = await downloaded(other.page, () => other.page.getByRole("button", { name: "Report as JSON" }).click());
  assert.equal(JSON.parse(report.bytes).plan.alpha, 0.01);
});

test("what is wrong with the question is said, and can be put right", async (t) => {
  const { page } = await home.visit(t, { hash: `#plan=${encodeURIComponent('{"alpha":7}')}` });
  await choose(page, ...CRASH);
  await page.getByRole("alert").filter({ hasText: "alpha" }).waitFor();
});

test("a link whose policy is none asks the built-in one", async (t) => {
  const { page } = await home.visit(t, { hash: `#policy=${encodeURIComponent('{"check":5}')}` });
  await choose(page, ...CRASH);
  await answered(page);
  assert.match(await page.locator("h1").innerText(), /^Drift/);
});

test("back goes to the view before, and the focus stays on the views", async (t) => {
  const { page } = await home.visit(t);
  await choose(page, ...CRASH);
  await answered(page);
  await open(page, "Segments");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Segments");
  await page.goBack();
  await page.locator('nav.views a[aria-current]:has-text("Drift")').waitFor();
  assert.match(await page.title(), /^Drift/);
});

test("everything is reached by keyboard", async (t) => {
  const { page } = await home.visit(t);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await choose(page, ...CRASH);
  await answered(page);
  const link = page.getByRole("link", { name: "Segments", exact: true });
  await link.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Weakest" }).waitFor();
  await open(page, "Drift");
  await page.locator(".findings summary").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".findings .facts").first().waitFor();
  // What a dotted word means is told to keys, and to fingers.
  await page.locator(".findings .facts abbr", { hasText: "effect" }).first().focus();
  await page.getByText("how large the change is", { exact: true }).waitFor();
  await open(page, "Model health");
  await page.locator("abbr", { hasText: /^mape$/ }).first().click();
  const meaning = page.getByText("mean absolute error in percent of the actual; actuals of 0 are left out", { exact: true });
  await meaning.waitFor();
  // It goes with its word, and away with the next press.
  await page.evaluate(() => new Promise((scrolled) => (addEventListener("scroll", () => setTimeout(scrolled), { once: true }), scrollBy(0, 40))));
  assert.equal(await meaning.isVisible(), true);
  await page.getByRole("heading", { name: "Performance", exact: true }).click();
  await meaning.waitFor({ state: "hidden" });
});

test("the report as a document needs nothing else", async (t) => {
  const { page } = await home.visit(t);
  await choose(page, ...CRASH);
  await answered(page);
  const kept = await downloaded(page, () => page.getByRole("button", { name: "as HTML" }).click());
  const text = kept.bytes.toString();
  assert.equal(kept.name, "report.html");
  const reader = await (await home.browser.newContext()).newPage();
  const asked = [];
  reader.on("request", (request) => asked.push(request.url()));
  await reader.setContent(text);
  assert.match(await reader.locator("h1").innerText(), /^Drift/);
  await reader.getByText("drift is first seen on 2008-09-26").waitFor();
  const inks = await reader.locator(".plot img").evaluateAll((images) =>
    images.map((image) => {
      const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth, height: image.naturalHeight });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return new Set(new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    }),
  );
  assert.ok(inks.length > 10 && inks.every((colours) => colours > 10), `pictures of ${inks} colours`);
  assert.equal(await reader.locator("table").count() > 3, true);
  assert.deepEqual(asked.filter((url) => !url.startsWith("data:") && url !== "about:blank"), []);
  await reader.context().close();
});
