// Reading a window: the page cuts, the workers read blocks into profiles of their own, and these are merged. Which worker gets
// which block does not matter: profiles merge in any order with the same bytes.

import { infer, inferColumns } from "driftgate";
import type { Inference, InferOptions, Provenance, Schema } from "driftgate";

import { blocks, type Buffers, type Cuttable, type Piece } from "./blocks";
import type { LogFile } from "./logs";
import { head as parquetHead } from "./parquet";
import type { Pool, Progress, Reader } from "./pool";
import type { OutcomeFiles } from "./worker";

/** A window, read. */
export interface Window {
  /** The bytes of its profile. */
  profile: Uint8Array;
  provenance: Provenance;
  /** What its first log's columns were taken to mean; a saved profile says nothing more. */
  inference?: Inference;
  notes: string[];
}

/** The meaning of a log's columns. */
export async function meaning(log: LogFile, options: InferOptions): Promise<Inference> {
  const asked = { ...options, name: log.name, format: log.format ?? null, partition: log.partition };
  return log.format === "parquet" ? inferColumns(await parquetHead(log), asked) : infer(log.head, asked);
}

/** Reads logs, outcomes and saved profiles into one window. */
export async function readWindow(pool: Pool, files: LogFile[], options: InferOptions, progress: Progress): Promise<Window> {
  const logs = files.filter((file) => !file.profile);
  const saved = files.filter((file) => file.profile);
  if (saved[0] && (options.from || options.until)) {
    throw new Error(`${saved[0].name}: a saved profile cannot be cut by time; drop the logs it was made of`);
  }
  const readers = await pool.readers();
  const profiles: Uint8Array[] = await Promise.all(saved.map(async ({ file }) => new Uint8Array(await file.arrayBuffer())));
  for (const { file } of saved) progress(file.size, 0);
  let sorted: Sorted | undefined;
  if (logs.length) {
    sorted = await sortOut(logs, options);
    profiles.push(...(await readLogs(readers, sorted, progress)));
  }
  const merged = await readers[0]!.call("merge", [profiles]);
  const notes = sorted?.inference.notes ?? [];
  return { profile: merged.bytes, provenance: merged.provenance, notes, ...(sorted && { inference: sorted.inference }) };
}

/** The files of a window by what they are. */
interface Sorted {
  logs: LogFile[];
  inference: Inference;
  outcomes?: OutcomeFiles;
}

/** Tells logs from files of outcomes. The first log says what the columns mean. */
async function sortOut(files: LogFile[], options: InferOptions): Promise<Sorted> {
  const logs: LogFile[] = [];
  let inference: Inference | undefined;
  let outcomes: OutcomeFiles | undefined;
  for (const file of files) {
    let own: Inference;
    try {
      own = await meaning(file, options);
    } catch (error) {
      if (!inference) throw error;
      logs.push({ ...file, format: file.format ?? inference.format });
      continue;
    }
    const log = { ...file, format: file.format ?? own.format };
    if (own.outcomes) {
      // An outcome is known by its own time, not by the days of the window.
      outcomes ??= { logs: [], schema: { ...own.schema, from: null, until: null } };
      outcomes.logs.push(log);
    } else {
      inference ??= own;
      logs.push(log);
    }
  }
  if (!inference) {
    const names = files.map((file) => file.name).join(", ");
    throw new Error(`${names}: only outcomes (ids and actuals, no predictions or features); drop the log of predictions too`);
  }
  return { logs, inference, ...(outcomes && { outcomes }) };
}

/** The profiles of all workers. */
async function readLogs(readers: Reader[], { logs, inference, outcomes }: Sorted, progress: Progress): Promise<Uint8Array[]> {
  const free: Buffers = [];
  const jobs = cutAll(logs, free);
  const failures: { order: number; error: unknown }[] = [];
  const work = async (reader: Reader) => {
    await reader.call("open", [inference.schema as Schema, outcomes]);
    // The next block is read and cut while this one is profiled.
    let ahead = jobs.next();
    for (;;) {
      const { value: job, done } = await ahead;
      if (done || failures.length) break;
      ahead = jobs.next();
      ahead.catch(() => {});
      try {
        const memory = await read(reader, job, progress);
        if (memory) free.push(memory);
      } catch (error) {
        failures.push({ order: job.order, error });
        break;
      }
    }
    return reader.call("finish", []);
  };
  const profiles = await Promise.all(
    readers.map((reader) => work(reader).catch((error: unknown) => void failures.push({ order: Infinity, error }))),
  );
  // Of several errors the one that stands first in the logs is told.
  const [first] = failures.sort((a, b) => a.order - b.order);
  if (first) throw first.error;
  return profiles.filter((profile) => profile !== undefined);
}

interface Job {
  order: number;
  log: LogFile;
  /** Without one it is all of a file that cannot be cut. */
  piece?: Piece;
}

async function* cutAll(logs: LogFile[], free: Buffers): AsyncGenerator<Job, undefined> {
  let order = 0;
  for (const log of logs) {
    if (log.compressed || log.format === "parquet") yield { order: order++, log };
    else for await (const piece of blocks(log.file, log.format as Cuttable, log.name, free)) yield { order: order++, log, piece };
  }
  return undefined;
}

/** Has one piece read; what memory it held is free then. */
function read(reader: Reader, { log, piece }: Job, progress: Progress): Promise<ArrayBuffer | void> {
  const source = {
    name: log.name,
    format: log.format ?? null,
    partition: log.partition,
    lines_before: piece?.linesBefore ?? 0,
    layout: piece?.layout ?? null,
  };
  if (log.format === "parquet") return reader.call("parquet", [source, log], { progress });
  if (!piece?.block) {
    return reader.call("stream", [source, log, piece?.header ?? new Uint8Array(), piece?.from ?? 0], { progress });
  }
  const { block, header } = piece;
  return reader.call("block", [source, header, block], { progress, transfer: [block.buffer] });
}
