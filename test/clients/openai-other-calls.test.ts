import { describe, expect, test } from "vitest";
import { openScene, openSpentScene, type Scene } from "./support/open-scene";
import { OPENAI_NAMES, type OpenAIName, openaiOf } from "./support/openai-clients";

const open = (name: OpenAIName, { url, key }: Scene) => openaiOf(name, { url: `${url}/v1`, key });

describe.concurrent.each(OPENAI_NAMES)("%s", (name) => {
  test.for([["one text", "How many?"] as const, ["three texts", ["one", "two", "three"]] as const])(
    "gets embeddings of %s, counted by the tokens that it shows",
    async ([, input]) => {
      await using scene = await openScene();
      scene.upstream.next({ inputTokens: 400 });
      const given = typeof input === "string" ? input : [...input];
      const reply = await open(name, scene).embeddings.create({ model: "text-embedding-3-small", input: given });
      expect(reply.data.map(({ embedding }) => embedding)).toEqual(
        Array(typeof input === "string" ? 1 : input.length).fill([0.25, -0.5, 0.125]),
      );
      await scene.idle();
      expect(reply.usage).toEqual({ prompt_tokens: 400, total_tokens: 400 });
      expect(scene.entries()).toMatchObject([{ outcome: "ok", tokens: 400, costNanoUsd: 1_000_000 }]);
    },
  );

  test("is refused embeddings over a spent limit, once", async () => {
    await using scene = await openSpentScene({ window: "5h" });
    const call = open(name, scene).embeddings.create({ model: "text-embedding-3-small", input: "How many?" });
    await expect(call).rejects.toMatchObject({ status: 429, code: "insufficient_quota" });
    await scene.idle();
    expect(scene.left.denials).toMatchObject([{ code: "limit_exceeded", operation: "embedding" }]);
    expect(scene.upstream.served).toHaveLength(0);
  });

  test("completes a text in the older interface, whole and as a stream", async () => {
    await using scene = await openScene();
    const client = open(name, scene);
    const ask = { model: "gpt-4o", prompt: "How many?" };
    scene.upstream.next({ text: "Forty-two.", chunks: 2 }, { text: "Forty-two.", chunks: 2 });
    expect((await client.completions.create(ask)).choices[0]?.text).toBe("Forty-two.");
    let text = "";
    for await (const part of await client.completions.create({ ...ask, stream: true }))
      text += part.choices[0]?.text ?? "";
    expect(text).toBe("Forty-two.");
    await scene.idle();
    expect(scene.entries()).toMatchObject(Array(2).fill({ outcome: "ok", costSource: "upstream" }));
  });

  test("moderates and counts tokens over a spent limit of money, free of charge", async () => {
    await using scene = await openSpentScene({ window: "5h" });
    const client = open(name, scene);
    const { results } = await client.moderations.create({ model: "omni-moderation-latest", input: "How many?" });
    expect(results).toMatchObject([{ flagged: false }]);
    scene.upstream.next({ inputTokens: 17 });
    const counted = await client.responses.inputTokens.count({ model: "gpt-4o", input: "How many?" });
    expect(counted.input_tokens).toBe(17);
    await scene.idle();
    expect(scene.entries()).toEqual([]);
    expect(scene.upstream.served).toHaveLength(2);
  });

  test("makes an image and speaks", async () => {
    await using scene = await openScene();
    const client = open(name, scene);
    scene.upstream.next({ inputTokens: 40, outputTokens: 4_000 }, { text: "hello" });
    const image = await client.images.generate({ model: "gpt-image-1", prompt: "a lock on a canal" });
    expect(image.data).toHaveLength(1);
    const speech = await client.audio.speech.create({ model: "gpt-4o-mini-tts", voice: "alloy", input: "hello" });
    expect(Buffer.from(await speech.arrayBuffer()).toString()).toMatch(/^ID3hello/);
    await scene.idle();
    expect(scene.entries()).toMatchObject([{ outcome: "ok", tokens: 4_040 }, { outcome: "ok" }]);
    expect(scene.left.requests.map(({ operation }) => operation)).toEqual(["image", "speech"]);
  });
});
