// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { CredentialProvider } from "./credential";
import type { Sender } from "./send-call";
import type { TriedOperation } from "./tried-operation";
import { TryItForm } from "./try-it-form";

const READ: TriedOperation = {
  ...{ id: "users.get", method: "GET", path: "/api/v1/users/{id}", isOpen: false, isStream: false, asksFirst: false },
  parameters: [
    { name: "id", in: "path", isRequired: true, example: "12", choices: [] },
    { name: "q", in: "query", isRequired: false, example: "ada", choices: [] },
  ],
  body: null,
};
const WRITE: TriedOperation = {
  ...{ id: "users.create", method: "POST", path: "/api/v1/users", isOpen: false, isStream: false, asksFirst: true },
  parameters: [{ name: "Idempotency-Key", in: "header", isRequired: false, example: "", choices: [] }],
  body: '{"name":"ada"}',
};

/** A sender that notes what it is asked for and answers with `reply`. */
function noting(reply: () => Response | Promise<Response>) {
  const calls: { url: string; init: RequestInit }[] = [];
  const sender: Sender = {
    fetch: async (url, init = {}) => {
      calls.push({ url: String(url), init });
      return reply();
    },
    now: () => 0,
  };
  return { calls, sender };
}

const json = (value: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json", ...headers } });

function show(operation: TriedOperation, sender: Sender, isSignedIn = true) {
  renderScreen(
    <CredentialProvider isSignedIn={isSignedIn}>
      <TryItForm operation={operation} sender={sender} />
    </CredentialProvider>,
  );
}
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

test("a read is sent at once with the reader's sign-in, and its reply is shown with status and request id", async () => {
  const { calls, sender } = noting(() => json({ id: 12 }, 200, { "x-sluice-request-id": "req_1" }));
  show(READ, sender);
  press("Send");
  expect(await screen.findByText("200")).toBeTruthy();
  expect(calls[0]?.url).toBe("/api/v1/users/12");
  expect(calls[0]?.init).toMatchObject({ method: "GET", credentials: "same-origin" });
  expect(screen.getByText("req_1")).toBeTruthy();
  expect(screen.getByRole("region", { name: "Body of the answer" }).textContent).toBe('{\n  "id": 12\n}');
});

test("a required parameter that is empty is told at its field, and nothing is sent", () => {
  const { calls, sender } = noting(() => json({}));
  show(READ, sender);
  fireEvent.change(screen.getByLabelText("id"), { target: { value: " " } });
  press("Send");
  expect(screen.getByText("Enter a value.")).toBeTruthy();
  expect(calls).toEqual([]);
});

test.each([
  ["{", "This is not JSON."],
  ["[1]", "The body must be a JSON object."],
])("a body of %s is told at its field, and nothing is sent or asked", (body, sentence) => {
  const { calls, sender } = noting(() => json({}));
  show(WRITE, sender);
  fireEvent.change(screen.getByLabelText("Body"), { target: { value: body } });
  press("Send");
  expect(screen.getByText(sentence)).toBeTruthy();
  expect(screen.queryByRole("alertdialog")).toBeNull();
  expect(calls).toEqual([]);
});

test("a call that may change something is asked about first, naming method and path", async () => {
  const { calls, sender } = noting(() => json({ id: 1 }));
  show(WRITE, sender);
  press("Send");
  const dialog = await screen.findByRole("alertdialog");
  expect(dialog.textContent).toContain("POST /api/v1/users");
  expect(calls).toEqual([]);
  fireEvent.click(within(dialog).getByRole("button", { name: "Send" }));
  await waitFor(() => expect(calls).toHaveLength(1));
  expect(calls[0]?.init).toMatchObject({ method: "POST", body: '{"name":"ada"}' });
});

test("a call that the reader does not confirm is not sent", async () => {
  const { calls, sender } = noting(() => json({}));
  show(WRITE, sender);
  press("Send");
  fireEvent.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(calls).toEqual([]);
});

test("an idempotency key goes into its header, and a new one is made on demand", async () => {
  const { calls, sender } = noting(() => json({}));
  show({ ...WRITE, asksFirst: false }, sender);
  press("Fill in a new key");
  press("Send");
  await waitFor(() => expect(calls).toHaveLength(1));
  const headers = new Headers(calls[0]?.init.headers);
  expect(headers.get("idempotency-key")).toMatch(/^[0-9a-f-]{36}$/);
});

test("an access token goes into its header alone, without the sign-in", async () => {
  const { calls, sender } = noting(() => json({}));
  show(READ, sender);
  fireEvent.click(screen.getByRole("radio", { name: "Access token" }));
  press("Send");
  expect(screen.getByText("Enter a value.")).toBeTruthy();
  fireEvent.change(screen.getByLabelText("Access token", { selector: "input[type=password]" }), {
    target: { value: " at-sluice-x " },
  });
  press("Send");
  await waitFor(() => expect(calls).toHaveLength(1));
  expect(calls[0]?.url).not.toContain("at-sluice-x");
  expect(calls[0]?.init.credentials).toBe("omit");
  expect(new Headers(calls[0]?.init.headers).get("authorization")).toBe("Bearer at-sluice-x");
});

test("the signed-out can call with an access token alone", () => {
  show(READ, noting(() => json({})).sender, false);
  expect(screen.queryByRole("radio")).toBeNull();
  expect(screen.getByLabelText("Access token")).toBeTruthy();
});

test("a refusal is shown with its sentence and its body", async () => {
  const { sender } = noting(() => json({ code: "not_found", params: {}, requestId: "req_2" }, 404));
  show(READ, sender);
  press("Send");
  expect((await screen.findByRole("alert")).textContent).toBe("This does not exist, or is not yours to see.");
  expect(screen.getByText("404")).toBeTruthy();
});

test("a server that cannot be reached is told", async () => {
  const { sender } = noting(() => Promise.reject(new TypeError("no network")));
  show(READ, sender);
  press("Send");
  expect((await screen.findByRole("alert")).textContent).toBe("The server cannot be reached. Check your connection.");
});

test("a stream is shown event by event until it is stopped", async () => {
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const writer = stream.writable.getWriter();
  const headers = { "content-type": "text/event-stream; charset=utf-8" };
  const { calls, sender } = noting(() => new Response(stream.readable, { headers }));
  const live = { ...READ, id: "channels.live", path: "/api/v1/channels/live", parameters: [], isStream: true };
  show(live, sender);
  fireEvent.click(screen.getByRole("switch", { name: "As a stream of events" }));
  press("Send");
  await writer.write(new TextEncoder().encode('event: snapshot\ndata: {"rows":[]}\n\nevent: heart'));
  expect(await screen.findByText("1 event")).toBeTruthy();
  expect(screen.getByRole("region").textContent).toBe('event: snapshot\ndata: {"rows":[]}');
  await writer.write(new TextEncoder().encode("beat\ndata: {}\n\n"));
  expect(await screen.findByText("2 events")).toBeTruthy();
  expect(new Headers(calls[0]?.init.headers).get("accept")).toBe("text/event-stream");
  press("Stop");
  expect(calls[0]?.init.signal?.aborted).toBe(true);
});
