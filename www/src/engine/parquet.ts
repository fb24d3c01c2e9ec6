// Parquet files by the same component that the command runs in its sandbox, loaded when the first one is dropped.

import type { Column } from "driftgate";

import { bytes, type LogFile } from "./logs";
import type * as component from "../parquet/interfaces/driftgate-parquet-parquet";

/** Every batch of a file, and how many bytes were read for it. */
export async function* batches(log: LogFile): AsyncGenerator<[Column[], number]> {
  const file = await open(log);
  let read = 0;
  for (;;) {
    const step = told(log, () => file.next());
    if (step.tag === "end") return;
    if (step.tag === "batch") {
      yield [step.val.map(column), read];
      read = 0;
      continue;
    }
    const start = Number(step.val.start);
    const wanted = await bytes(log.file, start, start + Number(step.val.length), log.name);
    read += wanted.length;
    told(log, () => file.give(wanted));
  }
}

/** The first rows of a file. */
export async function head(log: LogFile): Promise<Column[]> {
  for await (const [batch] of batches(log)) return batch;
  return [];
}

async function open(log: LogFile): Promise<component.File> {
  const { parquet } = await import("../parquet/parquet.js");
  return parquet.File.create(BigInt(log.file.size));
}

/** What goes wrong is about the file. */
function told<T>(log: LogFile, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const said = (thrown as { payload?: unknown }).payload ?? (thrown as Error).message;
    throw new Error(`${log.name}: ${String(said)}`);
  }
}

function column({ name, cells, missing }: component.Column): Column {
  switch (cells.tag) {
    case "texts":
      return { name, values: cells.val.codes, levels: cells.val.levels, missing };
    case "flags":
      return { name, values: Uint8Array.from(cells.val, Number), missing };
    case "times":
      return { name, values: cells.val, times: true, missing };
    case "unread":
      return { name, unread: cells.val, missing };
    default:
      return { name, values: cells.val, missing };
  }
}
