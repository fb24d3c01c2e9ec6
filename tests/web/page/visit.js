// A visit to the page, watched: errors, refused content and requests to elsewhere are collected, and none is expected.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { AxeBuilder } from "@axe-core/playwright";

import { serve } from "../../../www/serve.js";
import { launch } from "../chromium.js";

export const root = new URL("../../..", import.meta.url).pathname;
export const logs = join(root, "examples/logs");
const dist = join(root, "www/dist");
const screenshots = join(root, "tests/web/screenshots");

/** The command that was built beside the page. */
const command = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "release/driftgate");

/** What the command answers, as JSON, whatever its verdict is. */
export function driftgate(folder, ...parameters) {
  try {
    return execFileSync(command, [...parameters, "--format", "json"], { cwd: folder, encoding: "utf8", maxBuffer: 1e9, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // 1 and 3 are verdicts.
    if (error.stdout && [1, 3].includes(error.status)) return error.stdout;
    throw error;
  }
}

/** A browser and the page's server, for all tests of a file. */
export async function house() {
  assert(existsSync(join(dist, "index.html")), "www/dist is not there: run `cargo xtask test`, or `cargo xtask web` once");
  const server = await serve(0);
  const browser = await launch();
  return {
    address: server.address,
    browser,
    /** Opens the page until the test ends, which fails if anything went wrong that is not said to be tried (`refusals`). */
    async visit(t, { hash = "", refusals = false, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, ...options });
      const page = await context.newPage();
      const wrong = [];
      t.after(async () => {
        await context.close();
        if (!refusals) assert.deepEqual(wrong, []);
      });
      await page.addInitScript(() => {
        globalThis.shift = 0;
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shift += value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      page.on("pageerror", (error) => wrong.push(String(error)));
      page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
      page.on("request", (request) => {
        const url = request.url();
        if (!url.startsWith(server.address) && !/^(data|blob):/.test(url)) wrong.push(`a request to ${url}`);
      });
      await page.goto(server.address + hash);
      return { page, context };
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Gives files to the page. */
export const choose = (page, ...files) => page.locator("input[type=file][multiple]").first().setInputFiles(files);

/** Waits for the verdict, or for what is wrong. */
export async function answered(page) {
  await page.locator(":is(.verdict, .line) h1, .problem:visible").first().waitFor({ timeout: 120_000 });
}

/** The text of a file that the page offers when something is pressed. */
export async function downloaded(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Opens a view and waits until it is there. */
export async function open(page, title) {
  await page.getByRole("link", { name: title, exact: true }).click();
  await page.locator(`nav.views a[aria-current]:has-text("${title}")`).waitFor();
  await page.locator(".waiting").waitFor({ state: "detached", timeout: 60_000 });
}

/** Keeps a picture of the whole page. */
export async function picture(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

/** Nothing that keeps people out. */
export async function accessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 5).join("; ")}`);
  assert.deepEqual(told, [], `${what} is not accessible`);
}

/** A report without what may differ between doors: where the rows came from. */
export function promised(text) {
  const at = text.lastIndexOf(',"provenance":');
  assert(at > 0, "a report ends with its provenance");
  return text.slice(0, at);
}
