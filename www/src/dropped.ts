// The files of a drop: as they are, and the logs in folders.

import { isLog } from "./engine/logs";

/** A file, and where it was among the folders that were dropped or chosen. */
export interface Found {
  file: File;
  path: string;
}

/** Files that were chosen: by themselves, or with a folder. */
export const chosen = (files: Iterable<File>): Found[] =>
  [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));

/** Every dropped file, every log in dropped folders, and what is wrong with folders. */
export async function dropped(transfer: DataTransfer): Promise<{ files: Found[]; refused: string[] }> {
  // All at once: after the first wait a transfer is empty.
  const items = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = items.map(({ entry, file }) =>
    entry?.isDirectory ? logsOf(entry as FileSystemDirectoryEntry) : file ? chosen([file]) : [],
  );
  const files: Found[] = [];
  const refused: string[] = [];
  for (const one of await Promise.allSettled(found)) {
    if (one.status === "fulfilled") files.push(...one.value);
    else refused.push((one.reason as Error).message);
  }
  return { files, refused };
}

async function logsOf(folder: FileSystemDirectoryEntry): Promise<Found[]> {
  const logs = await logsIn(folder, folder.name);
  if (!logs.length) {
    throw new Error(
      `${folder.name}: no logs in this folder; looked for .jsonl, .ndjson, .csv and .tsv, plain, .gz or .zst, and .parquet`,
    );
  }
  return logs.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The logs of a folder and of the folders in it. As for the command, those that begin with a point or an underscore are not looked into. */
async function logsIn(folder: FileSystemDirectoryEntry, path: string): Promise<Found[]> {
  const reader = folder.createReader();
  const found: Found[] = [];
  // A part of them at a time, and none at the end.
  for (let some; (some = await new Promise<FileSystemEntry[]>((...done) => reader.readEntries(...done))).length;) {
    for (const entry of some) {
      const inside = `${path}/${entry.name}`;
      if (entry.isFile && isLog(entry.name)) {
        const file = await new Promise<File>((...done) => (entry as FileSystemFileEntry).file(...done));
        found.push({ file, path: inside });
      } else if (entry.isDirectory && !/^[._]/.test(entry.name)) {
        found.push(...(await logsIn(entry as FileSystemDirectoryEntry, inside)));
      }
    }
  }
  return found;
}
