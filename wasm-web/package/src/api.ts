// What both entries offer once the WebAssembly module is there. Documents are objects on the way in and JSON text on the way out:
// the text of a report is the same, byte for byte, through every door of driftgate.

import * as core from "./driftgate_web.js";
import type {
  Assigned,
  Assignment,
  CalibrationOptions,
  ComparisonOptions,
  DetectOptions,
  Facts,
  InferOptions,
  Inference,
  Layout,
  Metrics,
  Needs,
  Plan,
  Policy,
  Provenance,
  Schema,
  Source,
} from "./documents.js";

export type * from "./documents.js";

/** What is thrown when the caller or the data are wrong. */
export interface DriftgateError extends Error {
  name: "DriftgateError";
  /** `input`: the bytes; `usage`: a document; `state`: a call at the wrong time; `limit`: a stated limit. */
  code: "input" | "usage" | "state" | "limit";
}

/**
 * A column of `values`: numbers, whole numbers or times, flags, or texts as places among `levels`. Or one that is `unread`: its
 * values cannot be columns, and are counted as not read.
 */
export interface Column {
  name: string;
  values?: Float64Array | BigInt64Array | Uint8Array | Uint32Array;
  /** The texts that a `Uint32Array` of values points to. */
  levels?: string[];
  /** Whether a `BigInt64Array` holds nanoseconds since 1970. */
  times?: boolean;
  /** The number of rows, in place of `values`. */
  unread?: number;
  /** Rows without a value, from 0, ascending. */
  missing?: Uint32Array;
}

/** Finished profiles by name. */
export interface Windows {
  reference?: Profile;
  current?: Profile;
  baseline?: Profile;
}

/** The most bytes of one push. */
export const MAX_PUSH = 256 * 1024;

let stopped = false;

// The module's handles behind the classes below, for this file alone.
let handle: (profile: Profile) => core.Profile;
let outcomesOf: (outcomes: Outcomes) => core.Outcomes;

/** After a trap the memory of the module is not to be trusted, so nothing is computed in it any more. */
function guarded<T>(work: () => T): T {
  if (stopped)
    throw new Error(
      "driftgate stopped after an internal error: load the page or start the worker again",
    );
  try {
    return work();
  } catch (error) {
    stopped ||= error instanceof WebAssembly.RuntimeError;
    throw error;
  }
}

const text = JSON.stringify;

/** The meaning of a log's columns from its first bytes, of which 256 KiB are enough. */
export function infer(head: Uint8Array, options: InferOptions = {}): Inference {
  return JSON.parse(guarded(() => core.infer(head, text(options))));
}

/** The same from the first rows of typed columns, at most 8,192. */
export function inferColumns(
  head: Column[],
  options: InferOptions = {},
): Inference {
  return JSON.parse(guarded(() => core.inferColumns(head, text(options))));
}

/** The text of a `Report` on the window `current`, against `reference` if there is one. */
export function analyze(plan: Plan, windows: Windows): string {
  return within(windows, (named) => core.analyze(text(plan), named));
}

/** The text of a `ModelComparison`. */
export function compare(
  plan: Plan,
  options: ComparisonOptions,
  windows: Windows,
): string {
  return within(windows, (named) =>
    core.compare(text(plan), text(options), named),
  );
}

/** The text of a `Calibration`: how often a plan alarms on a calm log, and which changes it finds. */
export function calibrate(
  plan: Plan,
  options: CalibrationOptions,
  log: Profile,
): string {
  return guarded(() => core.calibrate(text(plan), text(options), handle(log)));
}

/** Which arm units belong to. */
export function assign(assignment: Assignment, units: string[]): Assigned[] {
  return JSON.parse(guarded(() => core.assign(text(assignment), text(units))));
}

/** The text of a `Detection`: where a stream of values changes. NaN is a missing value. */
export function detect(options: DetectOptions, values: Float64Array): string {
  return guarded(() => core.detect(text(options), values));
}

/** The text of a `Decision` on the text of a `Report`. */
export function decide(policy: Policy, report: string, facts: Facts): string {
  return guarded(() => core.decide(text(policy), report, text(facts)));
}

/** What logs have to be read with (`wanted_segments`) and analysed with (`gate.jackknife`) before a policy can be decided. */
export function needs(policy: Policy): Needs {
  return JSON.parse(guarded(() => core.needs(text(policy))));
}

/** A built-in policy: `production`, `testing` or `development`. */
export function preset(name: string): Policy {
  return JSON.parse(guarded(() => core.preset(name)));
}

/** The metrics there are: what each says, and whether more of it is better. */
export function metrics(): Metrics {
  return JSON.parse(guarded(() => core.metrics()));
}

/** The digest of 120,000 function values: two machines with the same one compute the same bits. */
export function digest(): bigint {
  return guarded(() => core.digest());
}

/**
 * How a CSV log is laid out: its separator, and where its header stands. `bytes` are the first of the file, at least 1 MiB or all
 * of them (`ended`); `undefined` if no header ends there. Every block that another profile reads needs the bytes up to `end` before
 * its own, and the layout in its source.
 */
export function layout(bytes: Uint8Array, ended: boolean): Layout | undefined {
  const found = guarded(() => core.layout(bytes, ended));
  return found === undefined ? undefined : (JSON.parse(found) as Layout);
}

/**
 * What the folders in a path to a log say of its rows, as partitioned logs have it: `sector=oil/part-0.parquet` gives `{ sector: "oil" }`,
 * which belongs into the options of `infer` and the source of every profile of that log.
 */
export function partition(path: string): Record<string, string> {
  const said = guarded(() => core.partition(path));
  return Object.fromEntries(
    said.flatMap((column, at) =>
      at % 2 ? [] : [[column, said[at + 1] ?? ""]],
    ),
  );
}

/** Where bytes are cut: behind the last whole record, with so many lines before. */
export interface Cut {
  end: number;
  /** What `lines_before` of the next block grows by. */
  lines: number;
}

/**
 * Where bytes can be cut into two blocks that are read apart, in any order. They begin with a record, of CSV behind the header;
 * `separator` is that of the layout of CSV, and missing for JSONL.
 * `end` 0: no record is whole yet, so read on. `undefined`: quotes stand in the middle of fields, so from here on the log is one
 * piece for one profile.
 */
export function cut(bytes: Uint8Array, separator?: string): Cut | undefined {
  const [end, lines] =
    guarded(() => core.cut(bytes, separator?.charCodeAt(0))) ?? [];
  return end === undefined || lines === undefined ? undefined : { end, lines };
}

function within(
  windows: Windows,
  work: (named: core.Windows) => string,
): string {
  return guarded(() => {
    const named = new core.Windows();
    try {
      for (const [name, profile] of Object.entries(windows))
        if (profile) named.add(name, handle(profile));
      return work(named);
    } finally {
      named.free();
    }
  });
}

/** Late outcomes, which are collected before the log is read. */
export class Outcomes {
  readonly #core: core.Outcomes;

  constructor(schema: Schema) {
    this.#core = guarded(() => new core.Outcomes(text(schema)));
  }

  /** Begins the next file. */
  source(source: Source): void {
    guarded(() => this.#core.source(text(source)));
  }

  /** Reads bytes cut anywhere, at most `MAX_PUSH`; answers the ids so far. */
  push(chunk: Uint8Array): number {
    return guarded(() => this.#core.push(chunk));
  }

  /** Reads at most 8,192 rows of typed columns; answers the ids so far. */
  pushColumns(columns: Column[]): number {
    return guarded(() => this.#core.pushColumns(columns));
  }

  /** Ends the last file. */
  finish(): void {
    guarded(() => this.#core.finish());
  }

  /** Gives the memory back. */
  free(): void {
    this.#core.free();
  }

  static {
    outcomesOf = (outcomes) => outcomes.#core;
  }
}

/** A summary of a window of a log, of any length in bounded memory. */
export class Profile {
  readonly #core: core.Profile;

  /** Begins to read the first file or block; outcomes have to be finished. */
  constructor(schema: Schema, source: Source, outcomes?: Outcomes);
  constructor(
    from: Schema | core.Profile,
    source?: Source,
    outcomes?: Outcomes,
  ) {
    this.#core =
      from instanceof core.Profile
        ? from
        : guarded(() => opened(from, source ?? { name: "" }, outcomes));
  }

  /** Reads a saved profile, which may come from anyone. */
  static fromBytes(bytes: Uint8Array): Profile {
    const read = guarded(() => core.Profile.fromBytes(bytes));
    return new (Profile as unknown as new (core: core.Profile) => Profile)(
      read,
    );
  }

  /** Begins the next file or block of the same window. */
  source(source: Source): void {
    guarded(() => this.#core.source(text(source)));
  }

  /** Reads bytes cut anywhere, at most `MAX_PUSH`; answers the rows of this source so far. */
  push(chunk: Uint8Array): number {
    return guarded(() => this.#core.push(chunk));
  }

  /** Reads at most 8,192 rows of typed columns; answers the rows of this source so far. */
  pushColumns(columns: Column[]): number {
    return guarded(() => this.#core.pushColumns(columns));
  }

  /** Ends the log. */
  finish(): void {
    guarded(() => this.#core.finish());
  }

  /** Adds another finished profile to this finished one. */
  merge(other: Profile): void {
    guarded(() => this.#core.merge(other.#core));
  }

  /** The finished profile: the same bytes for any order and split of the same rows. */
  toBytes(): Uint8Array {
    return guarded(() => this.#core.toBytes());
  }

  /** Which files it was read from, and how far. */
  provenance(): Provenance {
    return JSON.parse(guarded(() => this.#core.provenance()));
  }

  /** Gives the memory back. */
  free(): void {
    this.#core.free();
  }

  static {
    handle = (profile) => profile.#core;
  }
}

function opened(
  schema: Schema,
  source: Source,
  outcomes: Outcomes | undefined,
): core.Profile {
  if (!outcomes) return new core.Profile(text(schema), text(source));
  return core.Profile.withOutcomes(
    text(schema),
    text(source),
    outcomesOf(outcomes),
  );
}
