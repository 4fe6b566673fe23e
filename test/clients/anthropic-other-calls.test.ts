import { describe, expect, test } from "vitest";
import { ANTHROPIC_NAMES, anthropicOf } from "./support/anthropic-clients";
import { openSpentScene } from "./support/open-scene";

describe.concurrent.each(ANTHROPIC_NAMES)("%s", (name) => {
  test("counts tokens over a spent limit of money, free of charge", async () => {
    await using scene = await openSpentScene({ window: "5h" });
    scene.upstream.next({ inputTokens: 17 });
    const counted = await anthropicOf(name, scene).messages.countTokens({
      model: "claude-sonnet-4-5",
      messages: [{ role: "user", content: "How many?" }],
    });
    expect(counted.input_tokens).toBe(17);
    await scene.idle();
    expect(scene.entries()).toEqual([]);
    expect(scene.upstream.served).toMatchObject([{ path: "/v1/messages/count_tokens" }]);
  });
});
