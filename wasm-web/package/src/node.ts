// The entry for Node: the module is there as soon as this is imported. `init` is for code that runs in browsers, too.

import { readFileSync } from "node:fs";

import { initSync } from "./driftgate_web.js";

export * from "./api.js";

initSync({ module: readFileSync(new URL("./driftgate_web_bg.wasm", import.meta.url)) });

/** Nothing is left to do. */
export async function init(): Promise<void> {}
