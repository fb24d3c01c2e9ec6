// The files of a drop: as they are, and the logs in folders.

import { isLog } from "./engine/logs";

/** Every dropped file, every log in dropped folders, and what is wrong with folders. As for the command, folders in folders are not looked into. */
export async function dropped(transfer: DataTransfer): Promise<{ files: File[]; refused: string[] }> {
  // All at once: after the first wait a transfer is empty.
  const items = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = items.map(({ entry, file }) =>
    entry?.isDirectory ? logsIn(entry as FileSystemDirectoryEntry) : file ? [file] : [],
  );
  const files: File[] = [];
  const refused: string[] = [];
  for (const one of await Promise.allSettled(found)) {
    if (one.status === "fulfilled") files.push(...one.value);
    else refused.push((one.reason as Error).message);
  }
  return { files, refused };
}

async function logsIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const logs: FileSystemFileEntry[] = [];
  // A part of them at a time, and none at the end.
  for (let some; (some = await new Promise<FileSystemEntry[]>((...done) => reader.readEntries(...done))).length;) {
    logs.push(...(some.filter(({ isFile, name }) => isFile && isLog(name)) as FileSystemFileEntry[]));
  }
  if (!logs.length) {
    throw new Error(
      `${folder.name}: no logs in this folder; looked for .jsonl, .ndjson and .csv, plain, .gz or .zst, and .parquet`,
    );
  }
  logs.sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(logs.map((log) => new Promise<File>((...done) => log.file(...done))));
}
