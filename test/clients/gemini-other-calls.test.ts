import { describe, expect, test } from "vitest";
import { GENAI_NAMES, genaiOf } from "./support/genai-clients";
import { MODELS, openScene, openSpentScene } from "./support/open-scene";

const VERSIONS = { "@google/genai 3": "v1", "@google/genai 2": "v1beta" } as const;
const SORTED = [...MODELS].sort();

describe.concurrent.each(GENAI_NAMES)("%s", (name) => {
  const version = VERSIONS[name];

  test(`calls under /${version}, and the same version is called upstream`, async () => {
    await using scene = await openScene();
    await genaiOf(name, scene).models.generateContent({ model: "gemini-2.5-flash", contents: "How many?" });
    await scene.idle();
    expect(scene.visits[0]?.url).toMatch(new RegExp(`^/${version}/models/`));
    expect(scene.upstream.served[0]?.path).toBe(`/${version}/models/gemini-2.5-flash:generateContent`);
  });

  test("counts tokens over a spent limit of money, free of charge", async () => {
    await using scene = await openSpentScene({ window: "5h" });
    scene.upstream.next({ inputTokens: 17 });
    const ask = { model: "gemini-2.5-flash", contents: "How many?" };
    expect((await genaiOf(name, scene).models.countTokens(ask)).totalTokens).toBe(17);
    await scene.idle();
    expect(scene.entries()).toEqual([]);
    expect(scene.upstream.served).toHaveLength(1);
  });

  test("gets embeddings by :batchEmbedContents, which are charged", async () => {
    await using scene = await openScene();
    const ask = { model: "gemini-embedding-001", contents: ["one", "two"] };
    const { embeddings } = await genaiOf(name, scene).models.embedContent(ask);
    expect(embeddings?.map(({ values }) => values)).toEqual(Array(2).fill([0.25, -0.5, 0.125]));
    await scene.idle();
    expect(scene.visits[0]?.url).toContain(":batchEmbedContents");
    expect(scene.entries()).toMatchObject([{ outcome: "ok" }]);
    expect(scene.entries()[0]?.costNanoUsd).toBeGreaterThan(0);
  });

  test("lists all models that the key may use, page by page, and one by its name", async () => {
    await using scene = await openScene();
    const client = genaiOf(name, scene);
    const names: (string | undefined)[] = [];
    for await (const model of await client.models.list({ config: { pageSize: 2 } })) names.push(model.name);
    expect(names).toEqual(SORTED.map((id) => `models/${id}`));
    expect(await client.models.get({ model: "gemini-2.5-flash" })).toMatchObject({ name: "models/gemini-2.5-flash" });
    await expect(client.models.get({ model: "nobody-has-this" })).rejects.toMatchObject({ status: 404 });
    expect(scene.upstream.served).toHaveLength(0);
  });
});
