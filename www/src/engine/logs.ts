// What a dropped file is, by its first bytes and its name, as the command line sees it.

import { partition, type Format } from "driftgate";

/** Bytes of a log that are enough to infer what its columns mean. */
export const HEAD = 256 * 1024;

/** A file as it was dropped. */
export interface LogFile {
  /** As messages name it. */
  name: string;
  file: File;
  /** Its first bytes, at most `HEAD`. */
  head: Uint8Array;
  /** Whether it is a saved profile. */
  profile: boolean;
  /** Whether it is compressed: then it cannot be cut. */
  compressed: boolean;
  /** What the first bytes or the name say it is. */
  format?: Format;
  /** Column -> its value in every row: what the folders it was in say. */
  partition: Record<string, string>;
}

const starts = (bytes: Uint8Array, ...magic: number[]) => magic.every((byte, at) => bytes[at] === byte);

/** Looks at a file's beginning; `path` is where it was among the dropped folders. */
export async function look(file: File, name: string, path: string): Promise<LogFile> {
  const head = await bytes(file, 0, HEAD, name);
  const profile = starts(head, 0x44, 0x47, 0x50, 0x46);
  // zstd may begin with a frame that is skipped.
  const skipped = head[0] !== undefined && head[0] >> 4 === 5 && starts(head.subarray(1), 0x2a, 0x4d, 0x18);
  const compressed = starts(head, 0x1f, 0x8b) || starts(head, 0x28, 0xb5, 0x2f, 0xfd) || skipped;
  const log: LogFile = { name, file, head, profile, compressed, partition: partition(path) };
  const format = formatOf(head, name);
  return format ? { ...log, format } : log;
}

const unpackedName = (name: string) => name.toLowerCase().replace(/\.(gz|gzip|zst|zstd)$/, "");

/** Whether a file in a folder has the name of a log. */
export const isLog = (name: string) => /\.(jsonl|ndjson|csv|tsv)$/.test(unpackedName(name)) || /\.parquet$/i.test(name);

function formatOf(head: Uint8Array, name: string): Format | undefined {
  if (starts(head, 0x50, 0x41, 0x52, 0x31) || starts(head, 0x50, 0x41, 0x52, 0x45)) return "parquet";
  const unpacked = unpackedName(name);
  if (/\.(jsonl|ndjson)$/.test(unpacked)) return "jsonl";
  if (/\.(csv|tsv)$/.test(unpacked)) return "csv";
  if (name.toLowerCase().endsWith(".parquet")) {
    throw new Error(`${name}: it has the name of a Parquet file but does not begin as one does (PAR1)`);
  }
  return undefined;
}

/** Bytes of a file, fewer where it ends. */
export async function bytes(file: Blob, from: number, to: number, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(from, to).arrayBuffer());
  } catch {
    throw unreadable(name);
  }
}

/** The error for a file that is not there any more. */
export const unreadable = (name: string): Error =>
  new Error(`${name}: the browser cannot read it any more: it was changed, moved or is a folder; drop it again`);
