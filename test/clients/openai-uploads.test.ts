import { describe, expect, test } from "vitest";
import { openScene, openSpentScene } from "./support/open-scene";
import { OPENAI_NAMES, openaiOf } from "./support/openai-clients";

const fileOf = () => new File([Buffer.alloc(3_200, 7)], "hello.mp3", { type: "audio/mpeg" });

describe.concurrent.each(OPENAI_NAMES)("%s", (name) => {
  test("sends up a recording and gets its text, whole and as a stream", async () => {
    await using scene = await openScene();
    const client = openaiOf(name, { url: `${scene.url}/v1`, key: scene.key });
    const script = { text: "hello there", chunks: 2, inputTokens: 30, outputTokens: 5 };
    scene.upstream.next(script, script);
    const ask = { model: "gpt-4o-transcribe", file: fileOf() };
    expect((await client.audio.transcriptions.create(ask)).text).toBe("hello there");
    let text = "";
    for await (const event of await client.audio.transcriptions.create({ ...ask, file: fileOf(), stream: true }))
      if (event.type === "transcript.text.delta") text += event.delta;
    expect(text).toBe("hello there");
    await scene.idle();
    expect(scene.upstream.served).toMatchObject(Array(2).fill({ path: "/v1/audio/transcriptions" }));
    expect(scene.upstream.served[0]?.body).toContain('filename="hello.mp3"');
    expect(scene.entries()).toMatchObject(Array(2).fill({ outcome: "ok", tokens: 35, costSource: "upstream" }));
  });

  test("sends up an image to edit", async () => {
    await using scene = await openScene();
    scene.upstream.next({ inputTokens: 40, outputTokens: 4_000 });
    const client = openaiOf(name, { url: `${scene.url}/v1`, key: scene.key });
    const image = new File([Buffer.alloc(900, 9)], "lock.png", { type: "image/png" });
    const reply = await client.images.edit({ model: "gpt-image-1", image, prompt: "with snow" });
    expect(reply.data).toHaveLength(1);
    await scene.idle();
    expect(scene.entries()).toMatchObject([{ outcome: "ok", tokens: 4_040 }]);
  });

  test("is refused over a spent limit, once, and the file goes nowhere", async () => {
    await using scene = await openSpentScene({ window: "5h" });
    const client = openaiOf(name, { url: `${scene.url}/v1`, key: scene.key });
    const call = client.audio.transcriptions.create({ model: "gpt-4o-transcribe", file: fileOf() });
    await expect(call).rejects.toMatchObject({ status: 429, code: "insufficient_quota" });
    await scene.idle();
    expect(scene.left.denials).toMatchObject([{ code: "limit_exceeded", operation: "transcription" }]);
    expect(scene.upstream.served).toHaveLength(0);
  });
});
