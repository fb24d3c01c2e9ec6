// A log in blocks that any worker can read, cut where core says that a record ends.

import { cut, layout as layoutOf, type Cut, type Layout } from "driftgate";

import { stream, type Fill } from "./stream";

/** Bytes of a block, about. */
const BLOCK = 2 * 1024 * 1024;

/** A block that grew to so many without a place to cut holds no ordinary records. */
const MOST_BLOCKS = 4;

/** How a log is written that can be cut. */
export type Cuttable = "jsonl" | "csv";

/** A part of a log between two records, or the rest of a file that cannot be cut. */
export interface Piece {
  /** The whole records; without them the rest of the file from `from` on. */
  block?: Uint8Array<ArrayBuffer>;
  from: number;
  /** What stands before the records of a CSV log, up to the end of its header, */
  header: Uint8Array;
  /** and how it is laid out. */
  layout?: Layout;
  /** Lines of the file between the header and these bytes. */
  linesBefore: number;
}

/** Memory of blocks that were read, to be used again. */
export type Buffers = ArrayBuffer[];

/** Cuts a file; always at least one piece, so that an empty log is seen too. */
export async function* blocks(file: Blob, format: Cuttable, name: string, free: Buffers): AsyncGenerator<Piece> {
  const fill = stream(file, 0, name);
  const memory = () => free.pop() ?? new ArrayBuffer(BLOCK);
  let header = new Uint8Array();
  let ahead = await fill(memory(), 0);
  let layout: Layout | undefined;
  if (format === "csv") {
    layout = layoutOf(ahead, ahead.length >= file.size);
    // Where nobody can tell, the file is one piece, and its reader says what is wrong.
    if (!layout) {
      yield { from: 0, header, linesBefore: 0 };
      return;
    }
    header = ahead.slice(0, layout.end);
    ahead = moved(ahead.subarray(header.length), ahead.buffer);
  }
  let from = header.length;
  let linesBefore = 0;
  for (;;) {
    const { filled, found } = await next(fill, ahead, file.size - from, layout);
    if (!found) {
      yield { from, header, linesBefore, ...(layout && { layout }) };
      return;
    }
    if (found === "end") {
      if (filled.length || !linesBefore) yield { block: filled, from: file.size, header, linesBefore, ...(layout && { layout }) };
      return;
    }
    const { end, lines } = found;
    const block = filled.subarray(0, end);
    ahead = moved(filled.subarray(end), memory());
    from += end;
    yield { block, from, header, linesBefore, ...(layout && { layout }) };
    linesBefore += lines;
  }
}

/** Fills up what is there until it can be cut, or the file ends. */
async function next(
  fill: Fill,
  ahead: Uint8Array<ArrayBuffer>,
  left: number,
  layout: Layout | undefined,
): Promise<{ filled: Uint8Array<ArrayBuffer>; found?: Cut | "end" }> {
  let filled = ahead;
  for (let count = 1; count <= MOST_BLOCKS; count++) {
    const buffer = count === 1 ? filled.buffer : moved(filled, new ArrayBuffer(BLOCK * count)).buffer;
    filled = await fill(buffer, filled.length);
    if (filled.length >= left) return { filled, found: "end" };
    const found = cut(filled, layout?.separator);
    if (!found) break;
    if (found.end) return { filled, found };
  }
  return { filled };
}

/** Bytes at the beginning of a buffer, which may be their own. */
function moved(bytes: Uint8Array, buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const there = new Uint8Array(buffer, 0, bytes.length);
  there.set(bytes);
  return there;
}
