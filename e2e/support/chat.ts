/** One call of the real `/v1`, not streamed; returns the request id and the status. */
export async function chat(
  url: string,
  key: string,
  script = "",
): Promise<{ requestId: string; status: number; code: string | null }> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      ...(script === "" ? {} : { "x-upstream-script": script }),
    },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] }),
  });
  await reply.text();
  return {
    requestId: reply.headers.get("x-sluice-request-id") ?? "",
    status: reply.status,
    code: reply.headers.get("x-sluice-code"),
  };
}
