import type { AppError } from "@/core/errors";
import type { ProcessRole } from "@/core/vocabulary";
import type { Gateway } from "@/gateway/gateway-deps";
import type { Actor, Operation } from "@/operations/operation";
import type { OpenApiDocument } from "@/rest/openapi-document";

/** The sign-in of a dashboard request: to an account, or with a key. */
export type CurrentAccount = {
  readonly userId: number;
  readonly name: string;
  readonly email: string | null;
  readonly role: "admin" | "user";
  readonly locale: string | null;
  readonly timeZone: string | null;
  /** Of a sign-in with a key alone. */
  readonly keyId: number | null;
};

/** Result of an operation run at an edge that must not throw (server actions). */
export type ActionResult<T> =
  | { readonly ok: true; readonly data: T; readonly configVersion: number }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: string;
        readonly params: Readonly<Record<string, string | number | boolean | null>>;
        readonly requestId: string;
        readonly fields: readonly {
          path: string;
          code: string;
          params?: Readonly<Record<string, string | number | boolean | null>>;
        }[];
        /** Of a version_conflict: what is there now, as the operation that reads it answers. */
        readonly current?: unknown;
      };
    };

/** Everything a host needs, built once and stopped once. Pages reach it through bridge/. */
export type Services = {
  readonly role: ProcessRole;
  readonly gateway: Gateway;
  /** Runs an operation by name: permission, parse, transaction, audit. Throws AppError. */
  runOperation(name: string, input: unknown, actor: Actor): Promise<{ output: unknown; configVersion: number }>;
  readonly operations: readonly Operation[];
  /** Web handlers: `/api/auth/*`; `/api/v1/*` and `/api/openapi.json`. */
  handleAuth(request: Request): Promise<Response>;
  handleRest(request: Request): Promise<Response>;
  /** The OpenAPI document of `/api/v1`, made with its first use and kept. */
  openApiDocument(): Promise<OpenApiDocument>;
  /** The account behind a dashboard request's headers, or null. */
  currentAccount(headers: Headers): Promise<CurrentAccount | null>;
  probes: {
    health(): { status: number; body: string };
    ready(): { status: number; body: string };
    metrics(request: {
      headers: Readonly<Record<string, string>>;
      remoteAddress: string;
    }): Promise<{ status: number; body: string; contentType: string }>;
  };
  /** Body limit of `/v1` in bytes. */
  readonly bodyLimit: number;
  /** All bodies of `/v1` in memory together, bytes. */
  readonly bodyBudget: number;
  /** A client of `/v1` that takes nothing for this long is gone, ms. */
  readonly clientStallMs: number;
  /** Public origin in force: SLUICE_PUBLIC_URL, else the setting; null: that of each request. */
  publicUrl(): string | null;
  /** Whether the signed-out may read the documentation: the setting in force. */
  areDocsPublic(): boolean;
  /** A new request id, `req_...`, for errors of pages and actions. */
  newRequestId(): string;
  /** Logs a fault of a page or an action under the request id that its reader is shown. */
  reportFault(error: AppError, requestId: string): void;
};
