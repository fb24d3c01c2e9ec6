// One reader of the pool. It holds the profile of the pieces it was given, and computes what takes longer than a frame.

import { analyze, compare, init, MAX_PUSH, Outcomes, Profile } from "driftgate";
import type { ComparisonOptions, Plan, Provenance, Schema, Source } from "driftgate";

import type { LogFile } from "./logs";
import { batches } from "./parquet";
import { stream } from "./stream";

/** Compressed bytes of one push: what comes out of them is a hundred times as much at worst. */
const MAX_PUSH_COMPRESSED = 32 * 1024;

/** Files of outcomes and the schema they are read with. */
export interface OutcomeFiles {
  logs: LogFile[];
  schema: Schema;
}

/** Windows as the bytes of their profiles. */
export type SavedWindows = Partial<Record<"reference" | "current" | "baseline", Uint8Array>>;

let schema: Schema | undefined;
let outcomes: Outcomes | undefined;
let profile: Profile | undefined;

/** What the page can ask for. Rows and bytes of a source are told while it is read. */
const calls = {
  start: (module: WebAssembly.Module) => init(module),

  /** Forgets what was read, and gets ready for a window. */
  async open(of: Schema, late?: OutcomeFiles) {
    profile?.free();
    outcomes?.free();
    schema = of;
    profile = undefined;
    outcomes = late && (await collected(late));
  },

  /** Reads whole records, and gives their memory back. */
  block(source: Source, header: Uint8Array, block: Uint8Array<ArrayBuffer>): ArrayBuffer {
    begin(source);
    push(header);
    tell(block.length, push(block));
    return block.buffer;
  },

  /** Reads a file, or the rest of it, from beginning to end. */
  async stream(source: Source, log: LogFile, header: Uint8Array, from: number) {
    begin(source);
    push(header);
    for await (const chunk of chunks(log, from)) tell(chunk.length, pushed().push(chunk));
  },

  async parquet(source: Source, log: LogFile) {
    begin(source);
    for await (const [batch, read] of batches(log)) tell(read, pushed().pushColumns(batch));
  },

  /** The profile of all that this worker read, if it read anything. */
  finish(): Uint8Array | undefined {
    if (!profile) return undefined;
    profile.finish();
    const bytes = profile.toBytes();
    profile.free();
    profile = undefined;
    return bytes;
  },

  /** One profile of several: the order does not matter. */
  merge(profiles: Uint8Array[]): { bytes: Uint8Array; provenance: Provenance } {
    const [first, ...others] = profiles.map((bytes) => Profile.fromBytes(bytes));
    if (!first) throw new Error("driftgate: a window was read and gave no profile");
    for (const other of others) {
      first.merge(other);
      other.free();
    }
    const merged = { bytes: first.toBytes(), provenance: first.provenance() };
    first.free();
    return merged;
  },

  analyze: (plan: Plan, windows: SavedWindows): string => opened(windows, (named) => analyze(plan, named)),

  compare: (plan: Plan, options: ComparisonOptions, windows: SavedWindows): string =>
    opened(windows, (named) => compare(plan, options, named)),
};

/** The calls by name, for whoever makes them. */
export type Calls = typeof calls;

/** What a worker is sent. */
export interface Request {
  call: keyof Calls;
  parameters: unknown[];
}

/** What it answers: progress, and then a value or an error. */
export type Answer =
  { bytes: number; rows: number } | { value: unknown } | { error: { name: string; message: string; code?: string } };

const answer = (answer: Answer) => postMessage(answer);

onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    const call = calls[data.call] as (...parameters: unknown[]) => unknown;
    const value = await call(...data.parameters);
    postMessage({ value } satisfies Answer, { transfer: value instanceof ArrayBuffer ? [value] : [] });
  } catch (thrown) {
    const { name, message, code } = thrown as Error & { code?: string };
    answer({ error: { name, message, ...(code && { code }) } });
  }
};

let rows = 0;

/** So many further bytes, and rows of this source so far. */
function tell(bytes: number, now: number) {
  answer({ bytes, rows: now - rows });
  rows = now;
}

function begin(source: Source) {
  rows = 0;
  if (profile) profile.source(source);
  else profile = new Profile(schema!, source, outcomes);
}

const pushed = () => profile!;

function push(bytes: Uint8Array): number {
  let now = rows;
  for (let at = 0; at < bytes.length; at += MAX_PUSH) now = pushed().push(bytes.subarray(at, at + MAX_PUSH));
  return now;
}

/** The bytes of a file in pieces that can be pushed, each valid until the next is asked for. */
async function* chunks(log: LogFile, from: number): AsyncGenerator<Uint8Array> {
  const size = log.compressed ? MAX_PUSH_COMPRESSED : MAX_PUSH;
  const fill = stream(log.file, from, log.name);
  let filled = new Uint8Array(new ArrayBuffer(MAX_PUSH));
  while ((filled = await fill(filled.buffer, 0)).length) {
    for (let at = 0; at < filled.length; at += size) yield filled.subarray(at, at + size);
  }
}

async function collected(late: OutcomeFiles): Promise<Outcomes> {
  const collected = new Outcomes(late.schema);
  for (const log of late.logs) {
    collected.source({ name: log.name, format: log.format ?? null });
    if (log.format === "parquet") for await (const [batch] of batches(log)) collected.pushColumns(batch);
    else for await (const chunk of chunks(log, 0)) collected.push(chunk);
  }
  collected.finish();
  return collected;
}

function opened<T>(windows: SavedWindows, work: (named: Partial<Record<keyof SavedWindows, Profile>>) => T): T {
  const named = Object.entries(windows).map(([name, bytes]) => [name, Profile.fromBytes(bytes)] as const);
  try {
    return work(Object.fromEntries(named));
  } finally {
    for (const [, profile] of named) profile.free();
  }
}
