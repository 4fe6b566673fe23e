import { describe, expect, test } from "vitest";
import { ANTHROPIC_NAMES, anthropicOf } from "./support/anthropic-clients";
import { MODELS, openScene } from "./support/open-scene";
import { OPENAI_NAMES, openaiOf } from "./support/openai-clients";

const SORTED = [...MODELS].sort();
const UNKNOWN = "nobody-has-this";

describe.concurrent.each(OPENAI_NAMES)("%s lists models", (name) => {
  test("all that the key may use, and one by its name", async () => {
    await using scene = await openScene();
    const client = openaiOf(name, { url: `${scene.url}/v1`, key: scene.key });
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toEqual(SORTED);
    expect(await client.models.retrieve("gpt-4o")).toMatchObject({ id: "gpt-4o", object: "model" });
    await expect(client.models.retrieve(UNKNOWN)).rejects.toMatchObject({ status: 404, code: "model_not_found" });
    expect(scene.upstream.served).toHaveLength(0);
  });
});

describe.concurrent.each(ANTHROPIC_NAMES)("%s lists models", (name) => {
  test("all that the key may use, page by page, and one by its name", async () => {
    await using scene = await openScene();
    const client = anthropicOf(name, { url: scene.url, key: scene.key });
    const ids: string[] = [];
    for await (const { id } of client.models.list({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(SORTED);
    expect(scene.visits).toHaveLength(Math.ceil(SORTED.length / 2));
    expect(await client.models.retrieve("gpt-4o")).toMatchObject({ id: "gpt-4o", type: "model" });
    await expect(client.models.retrieve(UNKNOWN)).rejects.toMatchObject({ status: 404 });
    expect(scene.upstream.served).toHaveLength(0);
  });
});
