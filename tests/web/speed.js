// `node speed.js REFERENCE CURRENT`: the seconds from dropping two logs on the page to its answer, in a browser and a page that have
// finished what they do at their start.

import { resolve } from "node:path";

import { serve } from "../../www/serve.js";
import { launch } from "./chromium.js";

const server = await serve(0);
const browser = await launch();
const page = await browser.newPage();
await page.goto(`${server.address}#view=data`);
await page.waitForFunction(() => document.documentElement.classList.contains("ready"));
// A person who drops files has looked at the page before; the last it does by itself is to keep its files for when there is no network.
await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
// Told by the page, in its own time: who asks it again and again measures in steps of his questions.
const answered = page.evaluate(
  () => new Promise((answer, refuse) => {
    setTimeout(() => refuse(new Error("no answer in ten minutes")), 600_000);
    const seen = () => {
      const problem = document.querySelector(".problem");
      if (problem) refuse(new Error(problem.textContent));
      else if (document.querySelector(".verdict h1")) answer(Date.now());
    };
    new MutationObserver(seen).observe(document.body, { childList: true, subtree: true });
  }),
);
const start = Date.now();
await page.locator("input[type=file][multiple]").setInputFiles(process.argv.slice(2).map((log) => resolve(log)));
console.log(((await answered) - start) / 1000);
await browser.close();
await server.close();
