// Serves the built page on this machine alone: `node serve.js` until it is stopped, or for a test.

import { fileURLToPath } from "node:url";

import { context } from "esbuild";

/** Begins to serve; any free port with 0. */
export async function serve(port) {
  const server = await context({});
  const served = await server.serve({ servedir: fileURLToPath(new URL("dist", import.meta.url)), host: "127.0.0.1", port });
  return { address: `http://127.0.0.1:${served.port}/`, close: () => server.dispose() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 8043);
  try {
    const { address } = await serve(port);
    console.log(`the page: ${address} (Ctrl-C ends it)`);
  } catch (error) {
    console.error(`the page cannot be served: ${error.message} (another port: PORT=8044 cargo xtask web)`);
    process.exit(1);
  }
}
