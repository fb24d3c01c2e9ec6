// One request of a test to the browser's door, and its answer: the same in Node and in a page.

const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const encode = (bytes) => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
};

const push = (to, { bytes }, chunk) => {
  const all = decode(bytes);
  for (let at = 0; at < all.length; at += chunk) to.push(all.subarray(at, at + chunk));
};

const merged = (profiles) => {
  const [first, ...rest] = profiles;
  rest.forEach((profile) => first.merge(profile));
  return encode(first.toBytes());
};

const numbers = (bits) => new Float64Array(new BigUint64Array(bits.map(BigInt)).buffer);

const cells = ({ kind, values, levels }) => {
  switch (kind) {
    case "numbers": return { values: numbers(values) };
    case "integers": return { values: BigInt64Array.from(values, BigInt) };
    case "times": return { values: BigInt64Array.from(values, BigInt), times: true };
    case "flags": return { values: Uint8Array.from(values) };
    case "unread": return { unread: values };
    default: return { values: Uint32Array.from(values), levels };
  }
};
const columns = (batch) =>
  batch.map(({ name, missing, ...rest }) => ({ name, missing: Uint32Array.from(missing), ...cells(rest) }));

const windows = (core, named) => {
  const found = new core.Windows();
  for (const [name, bytes] of named) found.add(name, core.Profile.fromBytes(decode(bytes)));
  return found;
};

const calls = {
  infer: (core, { head, options }) => core.infer(decode(head), options),
  profile: (core, { schema, blocks, chunk, outcomes, outcomesSchema }) => {
    let known;
    if (outcomes.length > 0) {
      known = new core.Outcomes(outcomesSchema);
      for (const block of outcomes) {
        known.source(block.source);
        push(known, block, chunk);
      }
      known.finish();
    }
    return merged(blocks.map((block) => {
      const { source } = block;
      const profile = known ? core.Profile.withOutcomes(schema, source, known) : new core.Profile(schema, source);
      push(profile, block, chunk);
      profile.finish();
      return profile;
    }));
  },
  inferColumns: (core, { head, options }) => core.inferColumns(columns(head), options),
  columns: (core, { schema, batches }) => {
    const profile = new core.Profile(schema, "{}");
    batches.forEach((batch) => profile.pushColumns(columns(batch)));
    profile.finish();
    return encode(profile.toBytes());
  },
  read: (core, { schema, blocks, chunk }) => {
    const profile = new core.Profile(schema, blocks[0].source);
    blocks.forEach((block, at) => {
      if (at > 0) profile.source(block.source);
      push(profile, block, chunk);
    });
    profile.finish();
    return encode(profile.toBytes());
  },
  merge: (core, { profiles }) => merged(profiles.map((bytes) => core.Profile.fromBytes(decode(bytes)))),
  provenance: (core, { profile }) => core.Profile.fromBytes(decode(profile)).provenance(),
  analyze: (core, { plan, named }) => core.analyze(plan, windows(core, named)),
  compare: (core, { plan, options, named }) => core.compare(plan, options, windows(core, named)),
  calibrate: (core, { plan, options, log }) => core.calibrate(plan, options, core.Profile.fromBytes(decode(log))),
  assign: (core, { assignment, units }) => core.assign(assignment, units),
  detect: (core, { options, values }) => core.detect(options, numbers(values)),
  decide: (core, { policy, report, facts }) => core.decide(policy, report, facts),
  digest: (core) => core.digest().toString(),
};

export function answer(core, { call, ...request }) {
  try {
    return { ok: calls[call](core, request) };
  } catch (error) {
    if (error.name !== "DriftgateError") throw error;
    return { error: error.message };
  }
}
