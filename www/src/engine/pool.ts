// The workers, in one place. To cancel is to end them: nothing that was half read stays behind.

import type { Answer, Calls } from "./worker";

/** How much further a call has read. */
export type Progress = (bytes: number, rows: number) => void;

/** A worker that does one thing after the other. */
export interface Reader {
  call<Name extends keyof Calls>(
    name: Name,
    parameters: Parameters<Calls[Name]>,
    options?: { progress?: Progress; transfer?: Transferable[] },
  ): Promise<Awaited<ReturnType<Calls[Name]>>>;
  end(): void;
}

/** Ready workers, so many at most. */
export interface Pool {
  readers(): Promise<Reader[]>;
  /** Ends whatever runs; the next call finds new workers. */
  cancel(): void;
}

/** What a cancelled call throws. */
export class Cancelled extends Error {}

/** As many workers as there are processors, up to eight; each knows the compiled module. */
export function pool(module: Promise<WebAssembly.Module>, size = Math.min(navigator.hardwareConcurrency || 2, 8)): Pool {
  let running: Promise<Reader[]> | undefined;
  let started: Reader[] = [];
  const start = async () => {
    started = Array.from({ length: size }, reader);
    const compiled = await module;
    await Promise.all(started.map((reader) => reader.call("start", [compiled])));
    return started;
  };
  return {
    readers: () =>
      (running ??= start().catch((error: unknown) => {
        running = undefined;
        throw error;
      })),
    cancel() {
      for (const reader of started) reader.end();
      running = undefined;
    },
  };
}

function reader(): Reader {
  const worker = new Worker("worker.js", { type: "module" });
  let ended = false;
  let stop: ((error: Error) => void) | undefined;
  let before: Promise<unknown> = Promise.resolve();
  const ask: Reader["call"] = (call, parameters, { progress, transfer } = {}) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(new Cancelled("cancelled"));
      stop = reject;
      worker.onerror = (event) => reject(new Error(event.message || "a worker could not be started"));
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ("bytes" in data) progress?.(data.bytes, data.rows);
        else if ("error" in data) reject(Object.assign(new Error(data.error.message), data.error));
        else resolve(data.value as never);
      };
      worker.postMessage({ call, parameters }, transfer ?? []);
    });
  return {
    call(...asked) {
      const answer = before.then(() => ask(...asked));
      before = answer.catch(() => {});
      return answer as never;
    },
    end() {
      ended = true;
      worker.terminate();
      stop?.(new Cancelled("cancelled"));
    },
  };
}
