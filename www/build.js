// Builds the page into `dist`: bundles, what it is made of beside them, and the list that makes it work offline.

import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import { transpile } from "@bytecodealliance/jco-transpile";
import { build } from "esbuild";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const root = join(here, "..");
const dist = join(here, "dist");
const core = join(root, "wasm-web/package/dist");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** The component that reads Parquet, for browsers; made again only when it changed. */
async function parquet() {
  const component = join(target, "driftgate-parquet.component.wasm");
  const made = join(here, "src/parquet");
  const when = async (file) => (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
  if ((await when(join(made, "parquet.js"))) > (await when(component))) return;
  const { files } = await transpile(component, { name: "parquet", outDir: ".", base64Cutoff: 0, noNodejsCompat: true });
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(made, name, ".."), { recursive: true });
    await writeFile(join(made, name), bytes);
  }
}

/** Every file below a folder. */
async function below(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

const bundle = (entryPoints, more = {}) =>
  build({
    absWorkingDir: here,
    entryPoints,
    outdir: dist,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    splitting: true,
    chunkNames: "[name]-[hash]",
    alias: { driftgate: join(core, "web.js") },
    logLevel: "warning",
    // The component is a page of its own: loaded when the first Parquet file is dropped.
    external: ["../parquet/parquet.js"],
    ...more,
  });

if (process.argv.includes("--parquet")) {
  await parquet();
} else {
  await rm(dist, { recursive: true, force: true });
  await cp(join(here, "static"), dist, { recursive: true });
  await cp(join(root, "examples/logs"), join(dist, "examples"), {
    recursive: true,
    filter: (file) => !/\.(md|json)$/.test(file),
  });
  await cp(join(core, "driftgate_web_bg.wasm"), join(dist, "driftgate.wasm"));
  await bundle({ main: "src/main.ts", worker: "src/engine/worker.ts", style: "src/style.css" });
  // What it would load in Node is never asked for here.
  await bundle({ "parquet/parquet": "src/parquet/parquet.js" }, { splitting: false, external: ["node:*"] });
  for (const name of await below(join(here, "src/parquet"))) {
    if (name.endsWith(".wasm")) await cp(join(here, "src/parquet", name), join(dist, "parquet", name));
  }
  const files = await below(dist);
  const digest = createHash("sha256");
  for (const name of files) digest.update(name).update(await readFile(join(dist, name)));
  const list = ["./", ...files.filter((name) => name !== "index.html")];
  await bundle(
    { "service-worker": "src/offline/service-worker.ts" },
    {
      splitting: false,
      format: "iife",
      define: { FILES: JSON.stringify(list), DIGEST: JSON.stringify(digest.digest("hex")) },
    },
  );
}
