// A file from one place on, into memory that is used again: bytes that are read by slices are garbage until a collector comes, and it
// comes a gigabyte late.

import { bytes, unreadable } from "./logs";

/** Fills a buffer from `kept` on, as far as the file goes, and gives it back with how much of it is filled. The one given is gone. */
export type Fill = (buffer: ArrayBuffer, kept: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Reads a file from `start` on. */
export function stream(file: Blob, start: number, name: string): Fill {
  const reader = byteReader(file.slice(start));
  if (!reader) return slices(file, start, name);
  return async (buffer, kept) => {
    let [filled, end] = [kept, false];
    while (!end && filled < buffer.byteLength) {
      let read;
      try {
        read = await reader.read(new Uint8Array(buffer, filled));
      } catch {
        throw unreadable(name);
      }
      end = read.done;
      if (!read.value) break;
      filled += read.value.byteLength;
      buffer = read.value.buffer;
    }
    return new Uint8Array(buffer, 0, filled);
  };
}

/** What browsers have whose files are no streams of bytes. */
function slices(file: Blob, start: number, name: string): Fill {
  let at = start;
  return async (buffer, kept) => {
    const read = await bytes(file, at, at + buffer.byteLength - kept, name);
    new Uint8Array(buffer).set(read, kept);
    at += read.length;
    return new Uint8Array(buffer, 0, kept + read.length);
  };
}

function byteReader(file: Blob): ReadableStreamBYOBReader | undefined {
  try {
    return file.stream().getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}
