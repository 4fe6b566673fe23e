/** What a snippet is filled with. `baseUrl` without a slash at its end, such as `https://llm.example.com`. */
export type SnippetValues = {
  readonly baseUrl: string;
  readonly key: string;
  readonly model: string;
  /** Codex speaks Responses where the model is served in it; absent: chat completions. */
  readonly wireApi?: "responses" | "chat";
};

/** Names of the snippets, in the order of their tabs. */
export const SNIPPETS = ["curl", "claudeCode", "codex", "python", "typescript"] as const;
/** One of the ways to call the gateway. */
export type SnippetName = (typeof SNIPPETS)[number];

const TEXTS: Readonly<Record<SnippetName, (values: SnippetValues) => string>> = {
  curl: ({ baseUrl, key, model }) => `curl ${baseUrl}/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }).replaceAll("'", "'\\''")}'`,
  claudeCode: ({ baseUrl, key, model }) => `export ANTHROPIC_BASE_URL=${baseUrl}
export ANTHROPIC_AUTH_TOKEN=${key}
export ANTHROPIC_MODEL=${model}
claude`,
  codex: ({ baseUrl, key, model, wireApi = "chat" }) => `# ~/.codex/config.toml
model = ${JSON.stringify(model)}
model_provider = "sluice"

[model_providers.sluice]
name = "Sluice"
base_url = "${baseUrl}/v1"
env_key = "SLUICE_KEY"
wire_api = "${wireApi}"

# then, in a shell
# export SLUICE_KEY=${key}
# codex`,
  python: ({ baseUrl, key, model }) => `from openai import OpenAI

client = OpenAI(base_url="${baseUrl}/v1", api_key="${key}")
reply = client.chat.completions.create(
    model=${JSON.stringify(model)},
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.choices[0].message.content)`,
  typescript: ({ baseUrl, key, model }) => `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${baseUrl}/v1", apiKey: "${key}" });
const reply = await client.chat.completions.create({
  model: ${JSON.stringify(model)},
  messages: [{ role: "user", content: "Hello" }],
});
console.log(reply.choices[0]?.message.content);`,
};

const ANTHROPIC_TEXTS: Partial<Record<SnippetName, (values: SnippetValues) => string>> = {
  curl: ({ baseUrl, key, model }) => `curl ${baseUrl}/v1/messages \\
  -H "x-api-key: ${key}" \\
  -H "anthropic-version: 2023-06-01" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify({ model, max_tokens: 64, messages: [{ role: "user", content: "Hello" }] }).replaceAll("'", "'\\''")}'`,
  python: ({ baseUrl, key, model }) => `from anthropic import Anthropic

client = Anthropic(base_url="${baseUrl}", api_key="${key}")
reply = client.messages.create(
    model=${JSON.stringify(model)},
    max_tokens=256,
    messages=[{"role": "user", "content": "Hello"}],
)
print(reply.content[0].text)`,
  typescript: ({ baseUrl, key, model }) => `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: "${baseUrl}", apiKey: "${key}" });
const reply = await client.messages.create({
  model: ${JSON.stringify(model)},
  max_tokens: 256,
  messages: [{ role: "user", content: "Hello" }],
});
console.log(reply.content);`,
};

/** The text of a snippet; `speaksAnthropic`: the model is served in the Anthropic Messages format alone. */
export function snippet(name: SnippetName, values: SnippetValues, speaksAnthropic: boolean): string {
  return ((speaksAnthropic ? ANTHROPIC_TEXTS[name] : undefined) ?? TEXTS[name])(values);
}
