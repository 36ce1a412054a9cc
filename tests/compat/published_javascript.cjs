// Runs the published @azure/ai-agents 1.1.0 for JavaScript, unmodified, against local services over TLS: every call that it has.
//
// `start.py` starts the services and this program. Node trusts their authority by NODE_EXTRA_CA_CERTS, and the client shows the key as the
// token of a credential. The first argument is the folder that the client is installed in; `--on OFFLINE TOLD` names a pair of services.
"use strict";

const assert = require("node:assert/strict");
const path = require("node:path");
const { Readable } = require("node:stream");
const { createRequire } = require("node:module");

const [folder, ...pairs] = process.argv.slice(2);
const { AgentsClient } = createRequire(path.join(path.resolve(folder), "index.js"))("@azure/ai-agents");

const TITLE = "@azure/ai-agents 1.1.0 (JavaScript)";
const KEY = process.env.AGENTKIT_LOCAL_KEY;
const CSV = "city,people\nParis,2100000\nRome,2800000\n";
const PROMPT = "Please draw a bar chart: Company A: $1.2 million, Company B: $2.5 million, Company C: $3.0 million.";
const FAST = { pollingOptions: { intervalInMs: 50 } };
const BEGINNING = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"];
const ANSWER = [
  "thread.run.step.created", "thread.run.step.in_progress", "thread.message.created", "thread.message.in_progress",
  "thread.message.delta", "thread.message.completed", "thread.run.step.completed", "thread.run.completed", "done",
];
const CALL = ["thread.run.step.created", "thread.run.step.in_progress", "thread.run.step.delta", "thread.run.requires_action", "done"];
const RESUMED = ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"];
const WEATHER = {
  type: "function",
  function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
};
// The turns of a model that does what it is told, as `turns.py` writes them.
const SCRIPT = JSON.stringify([
  { calls: [{ kind: "function", name: "weather", arguments: '{"city": "Oslo"}' }] },
  { text: "It is: {outputs}" },
]);

const called = new Set(), passed = new Set(), failed = new Set();

// The client, whose calls are noted as they are made.
function recorded(target, prefix = "") {
  return new Proxy(target, {
    get(inner, name) {
      const found = Reflect.get(inner, name);
      if (typeof found === "function") {
        return (...args) => {
          called.add(prefix + name);
          return found.apply(inner, args);
        };
      }
      return recorded(found, `${name}.`);
    },
  });
}

function connect(url, key) {
  const credential = { getToken: async () => ({ token: key, expiresOnTimestamp: Date.now() + 3600_000 }) };
  return new AgentsClient(`${url}/api/projects/local`, credential);
}

// What the client offers: its own methods, and those of its groups.
function offered(client) {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(client)).filter((name) => name !== "constructor");
  const groups = Object.keys(client).filter((name) => !name.startsWith("_") && name !== "pipeline");
  return [...own, ...groups.flatMap((group) => Object.keys(client[group]).map((name) => `${group}.${name}`))];
}

class Unfinished extends Error {}

// Prints a line for the call that is made and looked at in the block.
async function check(name, block) {
  try {
    const result = await block();
    console.log(`ok      ${name}`);
    passed.add(name);
    return result;
  } catch (error) {
    console.log(`FAILED  ${name}: ${error.stack}`);
    failed.add(name);
    throw new Unfinished(name);
  }
}

async function all(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

// The events of a stream that was asked for, and their names in order, those that follow one of the same name left out.
async function events(response) {
  const found = await all(await response.stream());
  return [found, found.map(({ event }) => event).filter((name, place, names) => name !== names[place - 1])];
}

function ids(items) {
  return items.map(({ id }) => id);
}

function said(found) {
  const pieces = found.filter(({ event }) => event === "thread.message.delta").flatMap(({ data }) => data.delta.content);
  return pieces.map((piece) => piece.text?.value ?? "").join("");
}

async function refused(promise, status, words) {
  const error = await promise.then(() => assert.fail("it was not refused"), (reason) => reason);
  assert.equal(Number(error.statusCode), status, error);
  assert.match(error.message, words);
}

function upload(client, name, options = {}) {
  return client.files.upload(Readable.from([CSV]), "assistants", { fileName: name, ...options });
}

async function agents(client) {
  const agent = await check("createAgent", async () => {
    const made = await client.createAgent("m", { name: "one", instructions: "Be brief.", tools: [WEATHER], metadata: { n: "1" } });
    assert.deepEqual([made.object, made.name, made.metadata.n], ["assistant", "one", "1"]);
    assert.equal(made.tools[0].function.name, "weather");
    assert.ok(made.createdAt instanceof Date);
    return made;
  });
  await check("getAgent", async () => assert.deepEqual(await client.getAgent(agent.id), agent));
  await check("updateAgent", async () => assert.equal((await client.updateAgent(agent.id, { name: "two" })).name, "two"));
  await check("listAgents", async () => {
    const other = await client.createAgent("m");
    assert.deepEqual(ids(await all(client.listAgents({ limit: 2 }))), [other.id, agent.id]);
    assert.deepEqual(ids(await all(client.listAgents({ after: other.id, limit: 1, order: "desc" }))), [agent.id]);
  });
  await check("deleteAgent", async () => {
    assert.equal((await client.deleteAgent(agent.id)).deleted, true);
    await refused(client.getAgent(agent.id), 404, new RegExp(agent.id));
  });
}

async function threads(client) {
  const thread = await check("threads.create", async () => {
    const made = await client.threads.create({ messages: [{ role: "user", content: "Hello" }], metadata: { kind: "test" } });
    assert.deepEqual({ ...made.metadata }, { kind: "test" });
    return made;
  });
  await check("threads.get", async () => assert.deepEqual(await client.threads.get(thread.id), thread));
  await check("threads.update", async () =>
    assert.equal((await client.threads.update(thread.id, { metadata: { kind: "other" } })).metadata.kind, "other"));
  await check("threads.list", async () => assert.deepEqual(ids(await all(client.threads.list({ limit: 1 }))), [thread.id]));
  const message = await check("messages.create", async () => {
    const made = await client.messages.create(thread.id, "user", "Grüße aus 東京 \u{1F600}", { metadata: { n: "1" } });
    assert.equal(made.content[0].text.value, "Grüße aus 東京 \u{1F600}");
    return made;
  });
  await check("messages.get", async () => assert.deepEqual(await client.messages.get(thread.id, message.id), message));
  await check("messages.update", async () =>
    assert.equal((await client.messages.update(thread.id, message.id, { metadata: { n: "2" } })).metadata.n, "2"));
  await check("messages.list", async () => {
    const [first, second] = await all(client.messages.list(thread.id, { order: "asc" }));
    assert.deepEqual([first.content[0].text.value, second.id], ["Hello", message.id]);
  });
  await check("threads.delete", async () => {
    assert.equal((await client.threads.delete(thread.id)).deleted, true);
    await refused(client.threads.get(thread.id), 404, new RegExp(thread.id));
  });
}

async function chart(client) {
  const agent = await client.createAgent("m", { tools: [{ type: "code_interpreter" }] });
  const thread = await client.threads.create({ messages: [{ role: "user", content: PROMPT }] });
  const run = await check("runs.createAndPoll", async () => {
    const ended = await client.runs.createAndPoll(thread.id, agent.id, FAST);
    assert.equal(ended.status, "completed", ended.lastError?.message);
    assert.ok(ended.usage.totalTokens > 0);
    return ended;
  });
  const steps = await check("runSteps.list", async () => {
    const found = await all(client.runSteps.list(thread.id, run.id, { order: "asc" }));
    assert.deepEqual(found.map(({ type }) => type), ["tool_calls", "message_creation"]);
    return found;
  });
  await check("runSteps.get", async () => assert.deepEqual(await client.runSteps.get(thread.id, run.id, steps[0].id), steps[0]));
  await check("files.getContent", async () => {
    const [answer] = await all(client.messages.list(thread.id, { limit: 1 }));
    const image = answer.content.find(({ type }) => type === "image_file");
    const content = await client.files.getContent(image.imageFile.fileId).asNodeStream();
    const bytes = Buffer.concat(await all(content.body));
    assert.equal(bytes.subarray(1, 4).toString(), "PNG");
  });
}

async function runs(client) {
  const agent = await client.createAgent("m", { name: "told", instructions: SCRIPT, tools: [WEATHER] });
  const begin = { messages: [{ role: "user", content: "Begin." }] };
  const thread = await client.threads.create(begin);
  const waiting = await check("runs.create streams", async () => {
    const [found, names] = await events(client.runs.create(thread.id, agent.id));
    assert.deepEqual(names, [...BEGINNING, ...CALL]);
    return found.find(({ event }) => event === "thread.run.requires_action").data;
  });
  await check("runs.submitToolOutputs", async () => {
    const [call] = waiting.requiredAction.submitToolOutputs.toolCalls;
    assert.deepEqual([call.function.name, call.function.arguments], ["weather", '{"city": "Oslo"}']);
    const outputs = [{ toolCallId: call.id, output: "rain over Oslo" }];
    const [found, names] = await events(client.runs.submitToolOutputs(thread.id, waiting.id, outputs));
    assert.deepEqual(names, [...RESUMED, ...ANSWER]);
    assert.equal(said(found), "It is: rain over Oslo");
  });
  await check("runs.get", async () => assert.equal((await client.runs.get(thread.id, waiting.id)).status, "completed"));
  await check("runs.update", async () =>
    assert.equal((await client.runs.update(thread.id, waiting.id, { metadata: { n: "2" } })).metadata.n, "2"));
  const second = await check("runs.create", async () => {
    const made = await client.runs.create(thread.id, agent.id, { metadata: { n: "3" }, temperature: 0.5 });
    assert.deepEqual([made.status, made.assistantId, made.metadata.n], ["queued", agent.id, "3"]);
    return made;
  });
  await check("runs.list", async () =>
    assert.deepEqual(ids(await all(client.runs.list(thread.id, { order: "asc" }))), [waiting.id, second.id]));
  await check("runs.cancel", async () =>
    assert.match((await client.runs.cancel(thread.id, second.id)).status, /^cancell(ing|ed)$/));
  await check("runs.createThreadAndRun", async () => {
    const plain = await client.createAgent("m", { instructions: JSON.stringify([{ text: "All is well." }]) });
    const [found, names] = await events(client.runs.createThreadAndRun(plain.id, { thread: begin }));
    assert.deepEqual(names, ["thread.created", ...BEGINNING, ...ANSWER]);
    assert.equal(said(found), "All is well.");
    assert.ok((await client.runs.createThreadAndRun(plain.id, { thread: begin })).id.startsWith("run_"));
  });
}

async function files(client) {
  const file = await check("files.upload", async () => {
    const made = await upload(client, "cities.csv");
    assert.deepEqual([made.filename, made.bytes, made.purpose], ["cities.csv", CSV.length, "assistants"]);
    return made;
  });
  await check("files.uploadAndPoll", async () => {
    const content = Readable.from([CSV]);
    const ended = await client.files.uploadAndPoll(content, "assistants", { fileName: "polled.csv", ...FAST });
    assert.deepEqual([ended.status, ended.filename], ["processed", "polled.csv"]);
  });
  await check("files.get", async () => assert.deepEqual(await client.files.get(file.id), file));
  await check("files.list", async () => assert.ok(ids((await client.files.list({ purpose: "assistants" })).data).includes(file.id)));
  await check("files.delete", async () => {
    assert.equal((await client.files.delete(file.id)).deleted, true);
    await refused(client.files.get(file.id), 404, new RegExp(file.id));
  });
}

async function vectorStores(client) {
  const [one, two, three] = ids(await Promise.all(["1.csv", "2.csv", "3.csv"].map((name) => upload(client, name))));
  const store = await check("vectorStores.createAndPoll", async () => {
    const ended = await client.vectorStores.createAndPoll({ fileIds: [one], name: "polled", ...FAST });
    assert.deepEqual([ended.status, ended.fileCounts.completed], ["completed", 1]);
    return ended;
  });
  await check("vectorStores.create", async () => {
    const expiry = { anchor: "last_active_at", days: 2 };
    const made = await client.vectorStores.create({ name: "store", expiresAfter: expiry });
    assert.equal(made.expiresAfter.days, 2);
    assert.deepEqual(ids(await all(client.vectorStores.list({ limit: 1 }))), [made.id]);
    await check("vectorStores.delete", async () => assert.equal((await client.vectorStores.delete(made.id)).deleted, true));
  });
  await check("vectorStores.get", async () => assert.equal((await client.vectorStores.get(store.id)).usageBytes, store.usageBytes));
  await check("vectorStores.update", async () =>
    assert.equal((await client.vectorStores.update(store.id, { name: "renamed" })).name, "renamed"));
  await check("vectorStores.list", async () => assert.ok(ids(await all(client.vectorStores.list())).includes(store.id)));
  await check("vectorStoreFiles.create", async () =>
    assert.equal((await client.vectorStoreFiles.create(store.id, { fileId: two })).id, two));
  await check("vectorStoreFiles.createAndPoll", async () =>
    assert.equal((await client.vectorStoreFiles.createAndPoll(store.id, { fileId: three, ...FAST })).status, "completed"));
  await check("vectorStoreFiles.get", async () =>
    assert.equal((await client.vectorStoreFiles.get(store.id, two)).vectorStoreId, store.id));
  await check("vectorStoreFiles.list", async () =>
    assert.deepEqual(ids(await all(client.vectorStoreFiles.list(store.id, { order: "asc" }))), [one, two, three]));
  await check("vectorStoreFiles.delete", async () => {
    assert.equal((await client.vectorStoreFiles.delete(store.id, two)).deleted, true);
    assert.deepEqual(ids(await all(client.vectorStoreFiles.list(store.id, { order: "asc" }))), [one, three]);
  });
  const other = await client.vectorStores.create();
  const batches = client.vectorStoreFileBatches;
  const batch = await check("vectorStoreFileBatches.createAndPoll", async () => {
    const ended = await batches.createAndPoll(other.id, { fileIds: [one, two], ...FAST });
    assert.deepEqual([ended.status, ended.fileCounts.completed], ["completed", 2]);
    return ended;
  });
  await check("vectorStoreFileBatches.get", async () => assert.equal((await batches.get(other.id, batch.id)).status, "completed"));
  await check("vectorStoreFileBatches.list", async () =>
    assert.deepEqual(ids(await all(batches.list(other.id, batch.id, { order: "asc" }))), [one, two]));
  const begun = await check("vectorStoreFileBatches.create", async () => {
    const made = await batches.create(other.id, { fileIds: [three] });
    assert.equal(made.fileCounts.total, 1);
    return made;
  });
  await check("vectorStoreFileBatches.cancel", async () => assert.equal((await batches.cancel(other.id, begun.id)).id, begun.id));
}

async function wrongKey(client) {
  await check("a wrong key is refused", () => refused(client.threads.create(), 401, /key/));
}

async function main() {
  const at = pairs.findIndex((word, place) => word === "--on" && pairs[place + 1]?.startsWith("https:"));
  assert.notEqual(at, -1, "no services over TLS were named: --on OFFLINE TOLD");
  const [offline, told] = pairs.slice(at + 1, at + 3);
  const parts = [
    ...[agents, threads, chart, files, vectorStores].map((part) => [part, offline, KEY]),
    [runs, told, KEY],
    [wrongKey, offline, "another-key"],
  ];
  for (const [part, url, key] of parts) {
    try {
      await part(recorded(connect(url, key)));
    } catch (error) {
      if (!(error instanceof Unfinished)) {
        console.log(`FAILED  ${part.name}: ${error.stack}`);
        failed.add(part.name);
      }
      console.log(`        the rest of the scenario '${part.name}' is left out`);
    }
  }
  const names = offered(connect(offline, KEY));
  for (const name of names.filter((one) => !passed.has(one) && !failed.has(one))) {
    console.log(`FAILED  ${name}: ${called.has(name) ? "nothing looked at what came of it" : "it was not called"}`);
    failed.add(name);
  }
  const made = names.filter((name) => called.has(name)), good = names.filter((name) => passed.has(name) && !failed.has(name));
  console.log(`\n${TITLE}: ${names.length} operations offered, ${made.length} called, ${good.length} passed`);
  return failed.size ? 1 : 0;
}

main().then((status) => { process.exitCode = status; });
