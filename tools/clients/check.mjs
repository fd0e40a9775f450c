// The official clients for node of fal, Replicate and Black Forest Labs against the simulator; run by `.ci/clients`.
//
// Takes the simulator's ready file as its only argument. Each check prints a line; the first that fails ends it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { deflateSync, crc32 } from "node:zlib";

import { createBlackForestLabs } from "@ai-sdk/black-forest-labs";
import { createReplicate } from "@ai-sdk/replicate";
import { ApiError, createFalClient } from "@fal-ai/client";
import Replicate from "replicate";

const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { fal: falUrls, replicate: replicateUrls } = ready.services;
const GENERATOR = "fal-ai/flux-2/klein/4b/base/lora";
const SMALL = { prompt: "a fox", image_size: { width: 256, height: 256 } };

function picture() {
  const [width, height] = [256, 256];
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
    head.writeUInt32BE(data.length);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(width * 3, 120)]);
  const rows = deflateSync(Buffer.concat(Array(height).fill(row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

async function bytesAt(address) {
  const answer = await fetch(address);
  assert.equal(answer.status, 200, address);
  return Buffer.from(await answer.arrayBuffer());
}

async function refused(promise, status) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.status ?? error.statusCode ?? error.response?.status, status, String(error));
    return true;
  });
}

// @fal-ai/client has its hosts written in; they are exchanged on the way out.
const HOSTS = { "queue.fal.run": falUrls.queue, "rest.fal.ai": falUrls.rest };
function fal(credentials) {
  const rewritten = (input, init) => {
    const url = new URL(input.url ?? input);
    const own = HOSTS[url.host];
    return fetch(own ? `${own}${url.pathname}${url.search}` : input, init);
  };
  return createFalClient({ credentials, fetch: rewritten });
}

const falClient = fal(ready.keys.fal);
const replicate = new Replicate({ auth: ready.keys.replicate, baseUrl: `${replicateUrls.api}/v1`, fileEncodingStrategy: "upload" });
// @ai-sdk/black-forest-labs sends its key to the address of the picture too, which the simulator refuses, so that a
// client of ours that did so would be found out.
function withoutKey(url, init) {
  if (!String(url).startsWith(ready.delivery_url)) return fetch(url, init);
  const headers = new Headers(init?.headers);
  headers.delete("x-key");
  return fetch(url, { ...init, headers });
}
const bfl = createBlackForestLabs({
  apiKey: ready.keys.bfl, baseURL: `${ready.submit_url}/v1`, pollIntervalMillis: 50, fetch: withoutKey,
});
const replicateSdk = createReplicate({ apiToken: ready.keys.replicate, baseURL: `${replicateUrls.api}/v1` });
const nothingMore = { n: 1, size: undefined, aspectRatio: undefined, seed: 4, providerOptions: {}, files: undefined, mask: undefined };

const CHECKS = {
  "@fal-ai/client uploads": async () => {
    const blob = new Blob([picture()], { type: "image/png" });
    const address = await falClient.storage.upload(blob, { lifecycle: { expiresIn: "1d" } });
    assert.deepEqual(await bytesAt(address), picture());
  },
  "@fal-ai/client subscribes by polling": async () => {
    const states = [];
    const { data, requestId } = await falClient.subscribe(GENERATOR, {
      input: SMALL, logs: true, pollInterval: 50, onQueueUpdate: (update) => states.push(update.status),
    });
    assert.equal(states.at(-1), "COMPLETED");
    assert.ok(requestId && (await bytesAt(data.images[0].url)).length);
  },
  "@fal-ai/client subscribes to a stream": async () => {
    const { data } = await falClient.subscribe(GENERATOR, { input: SMALL, logs: true, mode: "streaming" });
    assert.equal(data.images.length, 1);
  },
  "@fal-ai/client goes step by step and cancels": async () => {
    const submitted = [];
    for (let number = 0; number < 4; number++) submitted.push(await falClient.queue.submit(GENERATOR, { input: SMALL }));
    await falClient.queue.cancel(GENERATOR, { requestId: submitted.at(-1).request_id });
    await falClient.queue.subscribeToStatus(GENERATOR, { requestId: submitted[0].request_id, pollInterval: 50 });
    const result = await falClient.queue.result(GENERATOR, { requestId: submitted[0].request_id });
    assert.equal(result.data.images.length, 1);
  },
  "@fal-ai/client is refused by words": async () => {
    await refused(falClient.subscribe(GENERATOR, { input: {}, pollInterval: 50 }), 422);
    await assert.rejects(fal("no:body").subscribe(GENERATOR, { input: SMALL }), (error) => error instanceof ApiError && error.status === 401);
  },
  "replicate tells models and hardware": async () => {
    assert.ok((await replicate.hardware.list()).length);
    const model = await replicate.models.get("black-forest-labs", "flux-2-klein-4b");
    assert.ok(model.latest_version.openapi_schema.components.schemas.Input);
    assert.equal((await replicate.accounts.current()).type, "user");
  },
  "replicate runs official models": async () => {
    const [first] = await replicate.run("black-forest-labs/flux-schnell", { input: { prompt: "a fox", megapixels: "0.25" } });
    assert.ok((await first.blob()).size);
    const single = await replicate.run("black-forest-labs/flux-kontext-pro", { input: { prompt: "blue", input_image: picture() } });
    assert.ok((await single.blob()).size);
  },
  "replicate polls, cancels and lists": async () => {
    const input = { prompt: "a fox", megapixels: "0.25" };
    const prediction = await replicate.predictions.create({ model: "black-forest-labs/flux-dev", input });
    assert.equal((await replicate.wait(prediction, { interval: 50 })).status, "succeeded");
    const other = await replicate.predictions.create({ model: "black-forest-labs/flux-dev", input });
    await replicate.predictions.cancel(other.id);
    const ids = (await replicate.predictions.list()).results.map((item) => item.id);
    assert.ok(ids.includes(prediction.id) && ids.includes(other.id));
  },
  "replicate is refused by words": async () => {
    await refused(replicate.predictions.create({ model: "black-forest-labs/flux-dev", input: {} }), 422);
    const stranger = new Replicate({ auth: "r8_nobody", baseUrl: `${replicateUrls.api}/v1` });
    await refused(stranger.accounts.current(), 401);
  },
  "@ai-sdk/replicate runs an official model": async () => {
    const made = await replicateSdk.image("black-forest-labs/flux-schnell").doGenerate({ ...nothingMore, prompt: "a fox", aspectRatio: "3:2" });
    assert.ok(made.images[0].length);
  },
  "@ai-sdk/black-forest-labs makes pictures": async () => {
    for (const [model, more] of [["flux-pro-1.1", { size: "256x256" }], ["flux-dev", {}], ["flux-2-pro", {}], ["flux-kontext-pro", { aspectRatio: "1:1" }]]) {
      const made = await bfl.image(model).doGenerate({ ...nothingMore, prompt: "a fox", ...more });
      assert.ok(made.images[0].length, model);
    }
  },
  "@ai-sdk/black-forest-labs edits a picture": async () => {
    const file = { type: "file", mediaType: "image/png", data: new Uint8Array(picture()) };
    const made = await bfl.image("flux-2-pro").doGenerate({ ...nothingMore, prompt: "blue", files: [file] });
    assert.ok(made.images[0].length);
  },
  "@ai-sdk/black-forest-labs is refused by words": async () => {
    const stranger = createBlackForestLabs({ apiKey: "nobody", baseURL: `${ready.submit_url}/v1` });
    await refused(stranger.image("flux-dev").doGenerate({ ...nothingMore, prompt: "a fox" }), 403);
    const wrong = { ...nothingMore, prompt: "a fox", providerOptions: { blackForestLabs: { safetyTolerance: 6 } } };
    await refused(bfl.image("flux-2-pro").doGenerate(wrong), 422);
  },
};

for (const [name, check] of Object.entries(CHECKS)) {
  try {
    await check();
  } catch (error) {
    console.log(`FAILED  ${name}: ${error.stack ?? error}`);
    process.exit(1);
  }
  console.log(`ok      ${name}`);
}
