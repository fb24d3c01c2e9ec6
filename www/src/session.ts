// What the page does with logs, without saying how it is shown: files in, documents out.

import { decide, needs, preset } from "driftgate";
import type { Decision, Facts, Inference, InferOptions, ModelComparison, Plan, Policy, Report, Role, Schema } from "driftgate";

import type { Found } from "./dropped";
import { look, type LogFile } from "./engine/logs";
import type { Pool } from "./engine/pool";
import { meaning, readWindow, type Window } from "./engine/window";
import type { SavedWindows } from "./engine/worker";
import type { Settings } from "./settings";

/** The windows that files can belong to, and none. */
export const ROLES = ["reference", "current", "baseline", "outcomes", "unused"] as const;
export type FileRole = (typeof ROLES)[number];
export type WindowName = Exclude<FileRole, "outcomes" | "unused">;

/** What a column of a log can be for. */
export const LOG_ROLES: Role[] = [
  "timestamp",
  "id",
  "model",
  "version",
  "symbol",
  "sector",
  "regime",
  "base",
  "prediction",
  "actual",
  "confidence",
  "rule_prediction",
  "final_prediction",
  "source",
  "variant",
  "outcome",
  "pnl",
  "weight",
];

const WINDOWS = ["reference", "baseline", "current"] as const;

/** Bins of the histograms that are drawn, about. */
const BINS = 40;

/** A log of at most so many bytes is split by itself: reading it again takes a moment. */
const SPLIT_AT_ONCE = 64e6;

/** A file and what it is taken for. */
export interface Dropped {
  log: LogFile;
  role: FileRole;
  /** Whether a person said so: then nobody guesses any more. */
  chosen?: boolean;
}

/** How far reading is. */
export interface Reading {
  bytes: number;
  of: number;
  rows: number;
  started: number;
}

/** The answer to all files. */
export interface Result {
  windows: Partial<Record<WindowName, Window>>;
  report: Report;
  /** The same as text: the bytes that the command line gives. */
  text: string;
  /** What was read, how much and how fast. */
  read: { bytes: number; rows: number; milliseconds: number };
  /** Where one log was compared with its own past: the first day of the current window, and the days there are. */
  split?: { day: string; first: string; last: string };
}

/** Looks at dropped files, and says what is wrong with those that cannot be read. Equal names are told apart. */
export async function looked(files: Found[], known: Dropped[]): Promise<{ all: Dropped[]; refused: string[] }> {
  const names = new Set(known.map(({ log }) => log.name));
  const dropped: Dropped[] = [];
  const refused: string[] = [];
  for (const { file, path } of files) {
    let name = path;
    for (let copy = 2; names.has(name); copy++) name = `${path} (${copy})`;
    names.add(name);
    try {
      dropped.push({ log: await look(file, name, path), role: "current" });
    } catch (error) {
      refused.push(`${(error as Error).message}; it is left out`);
    }
  }
  return { all: dropped.length ? await guessed([...known, ...dropped]) : known, refused };
}

const word = (words: string) => new RegExp(`(^|[^a-z])(${words})([^a-z]|$)`, "i");

const SAYS: [RegExp, WindowName][] = [
  [word("reference|train|training|before"), "reference"],
  [word("baseline|incumbent|champion|control"), "baseline"],
  [word("current|candidate|challenger|crash|after"), "current"],
];

/** What files are taken for: outcomes by what they hold, logs by their names, else by which begins first. */
async function guessed(files: Dropped[]): Promise<Dropped[]> {
  const seen = await Promise.all(files.map(({ log }) => beginning(log)));
  const roles: (FileRole | undefined)[] = files.map(({ log, role, chosen }, at) =>
    chosen ? role : seen[at]?.outcomes ? "outcomes" : SAYS.find(([name]) => name.test(log.name.split("/").at(-1) ?? ""))?.[1],
  );
  const logs = files.map((_, at) => at).filter((at) => roles[at] !== "outcomes" && !files[at]?.chosen);
  const [one, two] = logs.map((at) => seen[at]?.time);
  // Several logs without such names follow each other: they are one log. Of two the one that begins first is the reference;
  // if they begin together they are two models on the same days.
  if (logs.length === 2 && one && two && logs.every((at) => !roles[at] || roles[at] === "current")) {
    roles[logs[one <= two ? 0 : 1]!] = one === two ? "baseline" : "reference";
    roles[logs[one <= two ? 1 : 0]!] = "current";
  }
  const last = logs.at(-1);
  if (last !== undefined && !roles.some((role) => (role ?? "current") === "current")) roles[last] = "current";
  return files.map((file, at) => ({ ...file, role: roles[at] ?? "current" }));
}

/** The first time of a log, and whether it holds outcomes alone; what is wrong with it is said when it is read. */
async function beginning(log: LogFile): Promise<{ time?: string; outcomes: boolean } | undefined> {
  if (log.profile) return undefined;
  try {
    const { columns, outcomes } = await meaning(log, {});
    const time = columns.find((column) => column.role === "timestamp")?.example;
    return { outcomes, ...(time && { time }) };
  } catch {
    return undefined;
  }
}

/** The policy in force: the built-in one where that of a link cannot be read. */
export function policyOf({ policy }: Settings): Policy {
  try {
    if (policy) needs(policy);
    return policy ?? preset("production");
  } catch {
    return preset("production");
  }
}

/** Reads the files and answers what they say. */
export async function run(pool: Pool, files: Dropped[], settings: Settings, tell: (reading: Reading) => void): Promise<Result> {
  const started = performance.now();
  const having = (role: FileRole) => files.filter((file) => file.role === role).map(({ log }) => log);
  const of = (name: WindowName) => {
    const logs = having(name);
    // Outcomes belong to whatever window has their ids.
    return logs.some((log) => !log.profile) ? [...logs, ...having("outcomes")] : logs;
  };
  const sizes = (logs: LogFile[]) => logs.reduce((sum, log) => sum + log.file.size, 0);
  const all = WINDOWS.reduce((sum, name) => sum + sizes(of(name)), 0);
  const reading: Reading = { bytes: 0, of: all, rows: 0, started };
  const progress = (bytes: number, rows: number) => {
    reading.bytes += bytes;
    reading.rows += rows;
    tell(reading);
  };
  const windows: Result["windows"] = {};
  // As in the command: where a head leaves open how a column is written, the log it is compared with decides.
  const like = () => (windows.reference ?? windows.baseline)?.inference?.schema ?? null;
  const read = (logs: LogFile[], name: WindowName, days: Pick<InferOptions, "from" | "until"> = {}, other = like()) =>
    readWindow(pool, logs, { ...optionsOf(settings, files, name), ...days, like: other }, progress);
  let split: Result["split"];
  for (const name of WINDOWS) {
    const logs = of(name);
    if (logs.length) windows[name] = await read(logs, name);
  }
  // Numbers alone are categories, too, where a log that is read later holds words among them.
  for (const name of WINDOWS) {
    const inference = windows[name]?.inference;
    const other =
      inference &&
      WINDOWS.map((later) => windows[later]?.inference?.schema).find((later) => later && lacksCodes(inference, later));
    if (!other) continue;
    const logs = of(name);
    reading.of += sizes(logs);
    windows[name] = await read(logs, name, {}, other);
  }
  if (!windows.current) throw new Error("none of the files is the current window: choose one below");
  let text = await analyzed(pool, settings, windows);
  let report = JSON.parse(text) as Report;
  const once = { bytes: reading.bytes, rows: reading.rows, milliseconds: performance.now() - started };
  if (!windows.reference && !windows.baseline) {
    const logs = of("current");
    split = splitOf(report, settings, logs);
    if (split?.day) {
      reading.of += 2 * sizes(logs);
      windows.reference = await read(logs, "reference", { until: before(split.day) });
      windows.current = await read(logs, "current", { from: split.day });
      text = await analyzed(pool, settings, windows);
      report = JSON.parse(text) as Report;
    }
  }
  return { windows, report, text, read: once, ...(split && { split }) };
}

/** Whether a column that `later` reads as categories is there and read otherwise. */
function lacksCodes({ schema, columns }: Inference, later: Schema): boolean {
  const codes = Object.entries(later.written ?? {}).filter(([, written]) => written === "codes");
  return codes.some(([name]) => schema.written?.[name] !== "codes" && columns.some(({ column }) => column === name));
}

/** Which day one log is split at: the asked one, else so that the last quarter of its days is current. */
function splitOf(report: Report, settings: Settings, logs: LogFile[]): Result["split"] {
  const { first_day: first, last_day: last, days = 0 } = report.current ?? {};
  if (!first || !last || first === last || logs.some((log) => log.profile)) return undefined;
  const bytes = logs.reduce((sum, log) => sum + log.file.size, 0);
  const [from, to] = [Date.parse(first), Date.parse(last)];
  const at = new Date(to - (to - from) / 4).toISOString().slice(0, 10);
  const asked = settings.split;
  if (asked === "" || (asked === undefined && (days < 20 || bytes > SPLIT_AT_ONCE))) return { day: "", first, last };
  return { day: asked && asked > first && asked <= last ? asked : at, first, last };
}

const before = (day: string): string => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

/** What logs are read with: as the command `gate` where there is a baseline, else as `check`. */
function optionsOf(settings: Settings, files: Dropped[], name: WindowName): InferOptions {
  const gate = files.some(({ role }) => role === "baseline");
  const options: InferOptions = { ...settings.options };
  if (gate || settings.rows) options.cases = "sample";
  if (name !== "reference") options.wanted_segments = needs(policyOf(settings)).segments;
  return options;
}

const saved = (windows: Result["windows"]): SavedWindows =>
  Object.fromEntries(Object.entries(windows).map(([name, window]) => [name, window.profile]));

async function analyzed(
  pool: Pool,
  settings: Settings,
  windows: Result["windows"],
  more: Plan = {},
  worker = 0,
): Promise<string> {
  const reader = (await pool.readers()).at(worker);
  return reader!.call("analyze", [{ distributions: BINS, ...settings.plan, ...more }, saved(windows)]);
}

/** The report that a gate rests on: with digests, and errors where the policy asks for them. */
export const gateReport = (pool: Pool, settings: Settings, { windows }: Result): Promise<string> =>
  analyzed(pool, settings, windows, { gate: { jackknife: needs(policyOf(settings)).jackknife } });

/** The gate's decision, overruled by a person or not. */
export const decision = (policy: Policy, report: string, overruled: Facts["override"]): string =>
  decide(policy, report, { now: new Date().toISOString(), ...(overruled && { override: overruled }) });

/** What the report has to hold for a policy beyond what every one holds. */
export const jackknife = (policy: Policy): string[][] => needs(policy).jackknife;

/** Whether slices of a policy were not counted when the logs were read. */
export function uncounted(policy: Policy, { windows }: Result): boolean {
  const counted = windows.current?.inference?.schema.segments.map(String);
  return counted !== undefined && needs(policy).segments.some((key) => !counted.includes(String(key)));
}

/** What the columns of the first log hold, where it is not clear what all of them mean: without the role that is in doubt. */
export async function evidence(files: Dropped[], settings: Settings): Promise<Inference | undefined> {
  const log = files.find(({ log, role }) => !log.profile && role === "current") ?? files.find(({ log }) => !log.profile);
  const { map = {} } = settings.options;
  const doubts = [{}, ...LOG_ROLES.map((role) => ({ [role]: "" })), Object.fromEntries(LOG_ROLES.map((role) => [role, ""]))];
  for (const doubt of log ? doubts : []) {
    try {
      return await meaning(log!.log, { map: { ...map, ...doubt } });
    } catch {
      // What is wrong is said already.
    }
  }
  return undefined;
}

/** The verdict of every ten trading days of the current window. It takes seconds: another worker does it than answers the views. */
export async function rolling(pool: Pool, settings: Settings, { windows }: Result): Promise<Report> {
  return JSON.parse(await analyzed(pool, settings, windows, { rolling: settings.plan.rolling ?? 10 }, -1)) as Report;
}

/** Rows to train on. */
export async function replay(pool: Pool, settings: Settings, { windows }: Result): Promise<Report> {
  const { current } = windows;
  return JSON.parse(await analyzed(pool, settings, current ? { current } : {}, { replay: {} })) as Report;
}

/** The comparison of the models of the current window, or of it and the baseline. */
export async function comparison(pool: Pool, settings: Settings, { windows }: Result): Promise<ModelComparison> {
  const { current, baseline } = windows;
  const [reader] = await pool.readers();
  const named = saved({ ...(current && { current }), ...(baseline && { baseline }) });
  return JSON.parse(await reader!.call("compare", [settings.plan, settings.comparison ?? {}, named])) as ModelComparison;
}

export type { Decision };
