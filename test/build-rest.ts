import { createLiveFeed } from "@/core/channels/live-feed";
import { CLIENT_ADDRESS_HEADER } from "@/lib/client-address";
import { OPERATIONS } from "@/operations/registry";
import { createRest } from "@/rest/create-rest";
import { openApiDocument } from "@/rest/openapi-document";
import { TEST_PASSWORD, type TestOperations } from "./build-operations";
import { fakeClock } from "./fake-clock";

const ORIGIN = "http://localhost:3000";

/** A call of the admin API: `headers` besides Host; a body makes it JSON. */
type Call = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};
/** What came back, read whole. */
type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

/** The admin API over a test's operations, and ways to come in. */
export type TestRest = {
  /** Sends no Origin and no credential but those in `headers`. */
  ask(call: Call): Promise<Answer>;
  /** Headers of a browser that is signed in with the password of `signUp`. */
  browserOf(name: string): Promise<Record<string, string>>;
  /** Headers of a browser that is signed in with a key. */
  keyHolder(secret: string): Promise<Record<string, string>>;
  /** POST to `/api/auth/...` from a page of ours. */
  signIn(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
};

/** Builds the admin API as the process has it, without a server. */
export function buildRest(operations: TestOperations): TestRest {
  const rest = createRest({
    operations: OPERATIONS,
    run: operations.run,
    currentAccount: operations.accounts.current,
    presentAccessToken: operations.presentAccessToken,
    publicUrl: () => null,
    openApiDocument: async () => openApiDocument({ operations: OPERATIONS, examples: {}, version: "0.0.0" }),
    liveChannels: createLiveFeed({
      clock: fakeClock(),
      name: "a",
      read: async () => ({ asOf: 0, stale: false, source: "shared", rows: [] }),
    }),
    newRequestId: () => "req_1",
    reportFault: (error) => operations.faults.push(error),
  });
  const signIn: TestRest["signIn"] = (path, body, headers = {}) =>
    operations.accounts.handle(
      new Request(`${ORIGIN}/api/auth/${path}`, {
        method: "POST",
        headers: { host: "localhost:3000", origin: ORIGIN, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    );
  const browser = (reply: Response) => ({ origin: ORIGIN, cookie: cookieOf(reply) });
  return {
    async ask({ method = "GET", path, headers = {}, body }) {
      const typed = body === undefined ? {} : { "content-type": "application/json" };
      const reply = await rest(
        new Request(`${ORIGIN}/api/v1${path}`, {
          method,
          headers: { host: "localhost:3000", [CLIENT_ADDRESS_HEADER]: "203.0.113.7", ...typed, ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Record<string, unknown> };
    },
    browserOf: async (name) =>
      browser(await signIn("sign-in/email", { email: `${name}@example.com`, password: TEST_PASSWORD })),
    keyHolder: async (secret) => browser(await signIn("sign-in/key", { key: secret })),
    signIn,
  };
}

/** The cookies that a reply sets, as a browser sends them back. */
export function cookieOf(reply: Response): string {
  return reply.headers
    .getSetCookie()
    .filter((cookie) => !cookie.includes("Max-Age=0"))
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
