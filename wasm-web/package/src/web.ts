// The entry for browsers and bundlers: await `init()` before anything else.

import load from "./driftgate_web.js";

export * from "./api.js";

/** Loads the WebAssembly module: by default `driftgate_web_bg.wasm` beside this file. */
export async function init(module?: string | URL | Request | Response | BufferSource | WebAssembly.Module): Promise<void> {
  await (module === undefined ? load() : load({ module_or_path: module }));
}
