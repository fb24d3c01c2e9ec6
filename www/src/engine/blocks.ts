// A log in blocks that any worker can read, cut where core says that a record ends.

import { cut, headerEnd, lines } from "driftgate";

import { bytes } from "./logs";

/** Bytes of a block, about. */
const BLOCK = 2 * 1024 * 1024;

/** Bytes that grew to so many blocks without a place to cut hold no ordinary records. */
const MOST_BLOCKS = 4;

/** How a log is written that can be cut. */
export type Cuttable = "jsonl" | "csv";

/** A part of a log between two records, or the rest of a file that cannot be cut. */
export interface Piece {
  /** The whole records; without them the rest of the file from `from` on. */
  block?: Uint8Array<ArrayBuffer>;
  from: number;
  /** The header line of a CSV log. */
  header: Uint8Array;
  /** Lines of the file between the header and these bytes. */
  linesBefore: number;
}

/** Cuts a file; always at least one piece, so that an empty log is seen too. */
export async function* blocks(file: Blob, format: Cuttable, name: string): AsyncGenerator<Piece> {
  const read = (from: number, size: number) => bytes(file, from, from + size, name) as Promise<Uint8Array<ArrayBuffer>>;
  let header = new Uint8Array();
  if (format === "csv") {
    const head = await read(0, BLOCK);
    header = head.slice(0, headerEnd(head) ?? 0);
  }
  let from = header.length;
  let linesBefore = 0;
  for (;;) {
    const piece = await next(read, file.size, from, format);
    if (!piece) {
      yield { from, header, linesBefore };
      return;
    }
    if (piece.length || !linesBefore) yield { block: piece, from, header, linesBefore };
    linesBefore += lines(piece);
    from += piece.length;
    if (from >= file.size) return;
  }
}

/** The records from a place on, about a block of them; `undefined` if there is no place to cut. */
async function next(
  read: (from: number, size: number) => Promise<Uint8Array<ArrayBuffer>>,
  size: number,
  from: number,
  format: Cuttable,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (let count = 1; count <= MOST_BLOCKS; count++) {
    const found = await read(from, BLOCK * count);
    if (from + found.length >= size) return found;
    const end = cut(found, format);
    if (end === undefined) return undefined;
    if (end > 0) return found.subarray(0, end);
  }
  return undefined;
}
