import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import postgres from "postgres";
import { ALICE_KEY, BOB_KEY } from "./support/start-sluice";
import { expect, test } from "./support/test";

test("the openai package streams and reads whole answers, with the usage the upstream counted", async ({ sluice }) => {
  const client = new OpenAI({ apiKey: ALICE_KEY, baseURL: `${sluice.url}/v1` });
  const whole = await client.chat.completions.create({
    model: "gpt-4o",
    messages: [{ role: "user", content: "How many?" }],
  });
  expect(whole.choices[0]?.message.content).toContain("counted every token");
  expect(whole.usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 50 });

  const stream = await client.chat.completions.create({
    model: "gpt-4o",
    messages: [{ role: "user", content: "How many?" }],
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let total = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    total = chunk.usage?.total_tokens ?? total;
  }
  expect(text).toBe(whole.choices[0]?.message.content);
  expect(total).toBe(150);
});

test("a stream that did not ask for usage shows none, although the gateway counted it", async ({ sluice }) => {
  const client = new OpenAI({ apiKey: ALICE_KEY, baseURL: `${sluice.url}/v1` });
  const stream = await client.chat.completions.create({
    model: "gpt-4o",
    messages: [{ role: "user", content: "How many?" }],
    stream: true,
  });
  const usages: unknown[] = [];
  for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage);
  expect(usages).toEqual([]);
});

test("the anthropic package streams and reads whole answers", async ({ sluice }) => {
  const client = new Anthropic({ apiKey: ALICE_KEY, baseURL: sluice.url });
  const ask = {
    model: "claude-sonnet-4-5",
    max_tokens: 64,
    messages: [{ role: "user" as const, content: "How many?" }],
  };
  const whole = await client.messages.create(ask);
  expect(whole.content[0]).toMatchObject({ type: "text" });
  expect(whole.usage).toMatchObject({ input_tokens: 100, output_tokens: 50 });
  const streamed = await client.messages.stream(ask).finalMessage();
  expect(streamed.content).toEqual(whole.content);
  expect(streamed.usage.output_tokens).toBe(50);
});

test("an unknown key is refused in each package's own error class and is not tried again", async ({ sluice }) => {
  const apiKey = `sk-sluice-${"x".repeat(43)}`;
  const openai = new OpenAI({ apiKey, baseURL: `${sluice.url}/v1` });
  await expect(openai.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
  const anthropic = new Anthropic({ apiKey, baseURL: sluice.url });
  await expect(anthropic.models.list()).rejects.toThrow(Anthropic.AuthenticationError);
});

test("a spent limit is told in each package's own error class, with its numbers, and is not tried again", async ({
  sluice,
}) => {
  const sql = postgres(sluice.databaseUrl, { max: 1 });
  let sent = 0;
  const counting: typeof fetch = (...ask) => {
    sent++;
    return fetch(...ask);
  };
  const openai = new OpenAI({ apiKey: BOB_KEY, baseURL: `${sluice.url}/v1`, fetch: counting });
  const anthropic = new Anthropic({ apiKey: BOB_KEY, baseURL: sluice.url, fetch: counting });
  const messages = [{ role: "user" as const, content: "How many?" }];
  const chat = () => openai.chat.completions.create({ model: "gpt-4o", messages });
  try {
    await chat();
    // What bob has done in all his time, in the tests before this one too, is more than he may do.
    await sql`insert into limits (subject_type, user_id, unit, "window", state, amount)
      select 'user', id, 'requests', 'total', 'limit', 1 from users where name = 'bob'`;
    await expect
      .poll(() =>
        chat().then(
          () => null,
          (error: unknown) => error,
        ),
      )
      .toBeInstanceOf(OpenAI.RateLimitError);
    sent = 0;
    const refused = await chat().catch((error: unknown) => error);
    expect(sent).toBe(1);
    const usage = await fetch(`${sluice.url}/v1/usage`, { headers: { authorization: `Bearer ${BOB_KEY}` } });
    const { used } = (await usage.json()).limits[0];
    expect(Number(used)).toBeGreaterThanOrEqual(1);
    expect(refused).toMatchObject({
      ...{ status: 429, code: "insufficient_quota" },
      error: { details: { code: "limit_exceeded", limit: { unit: "requests", window: "total", cap: "1", used } } },
    });
    const called = anthropic.messages.create({ model: "claude-sonnet-4-5", max_tokens: 64, messages });
    await expect(called).rejects.toThrow(Anthropic.RateLimitError);
    expect(sent).toBe(2);
  } finally {
    await sql`delete from limits`;
    await sql.end();
  }
});

test("an upstream error reaches the client with its own words", async ({ sluice }) => {
  const client = new OpenAI({ apiKey: ALICE_KEY, baseURL: `${sluice.url}/v1`, maxRetries: 0 });
  const call = client.chat.completions.create(
    { model: "gpt-4o", messages: [{ role: "user", content: "Fail" }] },
    { headers: { "x-upstream-script": "status=400;errorType=context_length_exceeded" } },
  );
  await expect(call).rejects.toMatchObject({ status: 400, code: "context_length_exceeded" });
});

test("both packages list the models the key may use", async ({ sluice }) => {
  const openai = new OpenAI({ apiKey: ALICE_KEY, baseURL: `${sluice.url}/v1` });
  const names: string[] = [];
  for await (const model of openai.models.list()) names.push(model.id);
  expect(names).toEqual(["claude-sonnet-4-5", "gpt-4o"]);
  const anthropic = new Anthropic({ apiKey: ALICE_KEY, baseURL: sluice.url });
  const page = await anthropic.models.list();
  expect(page.data.map((model) => model.id)).toEqual(["claude-sonnet-4-5", "gpt-4o"]);
});
