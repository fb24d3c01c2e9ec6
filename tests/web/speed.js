// `node speed.js REFERENCE CURRENT`: the seconds from dropping two logs on the page to its answer, in a browser that was started
// before.

import { resolve } from "node:path";

import { serve } from "../../www/serve.js";
import { launch } from "./chromium.js";

const server = await serve(0);
const browser = await launch();
const page = await browser.newPage();
await page.goto(`${server.address}#view=data`);
await page.waitForFunction(() => document.documentElement.classList.contains("ready"));
const start = performance.now();
await page.locator("input[type=file][multiple]").setInputFiles(process.argv.slice(2).map((log) => resolve(log)));
await page.locator(".verdict h1").waitFor({ timeout: 600_000 });
console.log((performance.now() - start) / 1000);
await browser.close();
await server.close();
