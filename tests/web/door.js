// `node door.js node|chromium`: a request of a test is a line of JSON on stdin, its answer a line on stdout. What the page or the
// module complains of goes to stderr and ends the process.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { launch } from "./chromium.js";

const root = new URL("../..", import.meta.url).pathname;
const dist = "wasm-web/package/dist";
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

async function inNode() {
  const core = await import(pathToFileURL(join(root, dist, "driftgate_web.js")));
  const { answer } = await import("./requests.js");
  core.initSync({ module: await readFile(join(root, dist, "driftgate_web_bg.wasm")) });
  return { answer: (request) => answer(core, request), end: () => {} };
}

/** Serves the files of a folder on a free port of this machine, and an empty page. */
async function serve(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    try {
      const body = path === "/" ? '<!doctype html><link rel="icon" href="data:,">' : await readFile(join(folder, path));
      response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/html" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

async function inChromium() {
  const server = await serve(root);
  const browser = await launch();
  const page = await browser.newPage();
  const complain = (message) => {
    process.stderr.write(`${message}\n`);
    process.exit(1);
  };
  page.on("pageerror", complain);
  page.on("console", (message) => message.type() === "error" && complain(message.text()));
  await page.goto(server.address);
  await page.evaluate(async (dist) => {
    const core = await import(`/${dist}/driftgate_web.js`);
    const { answer } = await import("/tests/web/requests.js");
    await core.default();
    globalThis.answer = (request) => answer(core, request);
  }, dist);
  return {
    answer: (request) => page.evaluate((request) => globalThis.answer(request), request),
    end: async () => {
      await browser.close();
      server.close();
    },
  };
}

const door = await (process.argv[2] === "chromium" ? inChromium() : inNode());
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await door.answer(JSON.parse(line)))}\n`);
}
await door.end();
