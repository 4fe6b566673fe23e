import { createHash } from "node:crypto";
import { AppError, toAppError } from "@/core/errors";
import type { RenderedError } from "@/protocols/protocol";
import { authenticate } from "./authenticate";
import type { Caller, EngineDeps, Exchange } from "./exchange";
import { fail } from "./fail";
import { listModels } from "./list-models";
import { renderUsage } from "./render-usage";
import { withRequestId } from "./reply-head";

/** A local call; `withoutBody` for HEAD. */
export type LocalCall = { readonly exchange: Exchange; readonly withoutBody: boolean };

/** A call that is answered here: nothing goes upstream, nothing is counted (class L of protocols-and-pricing.md 1.2). */
export async function handleLocal(local: LocalCall, deps: EngineDeps): Promise<void> {
  const { exchange } = local;
  let caller: Caller | null = null;
  try {
    caller = await authenticate(exchange, deps);
    send(await render(caller, local, deps), local, deps);
  } catch (error) {
    fail(toAppError(error), { exchange, caller, model: exchange.names.model }, deps);
  }
}

async function render(caller: Caller, local: LocalCall, deps: EngineDeps): Promise<RenderedError> {
  if (local.exchange.route.operation !== "usage") return renderList(caller, local, deps);
  return renderUsage(await deps.readUsage(caller), { caller, config: deps.config.current() });
}

function renderList(caller: Caller, { exchange }: LocalCall, deps: EngineDeps): RenderedError {
  const { protocol, request, names } = exchange;
  const { model } = names;
  const inAny = request.query.get("protocol") === "all";
  const protocols = inAny ? null : (protocol.listsFor ?? [protocol.id]);
  const models = listModels({ caller, protocols, shape: protocol.id }, deps);
  if (model === null) return protocol.renderModels(models, request.query);
  const found = models.find(({ id }) => id === model);
  if (found === undefined) throw new AppError("model_not_found", { model });
  return protocol.renderModel(found);
}

function send(rendered: RenderedError, { exchange, withoutBody }: LocalCall, deps: EngineDeps): void {
  const { reply, request } = exchange;
  const etag = `"${createHash("sha256").update(rendered.body).digest("base64url").slice(0, 22)}"`;
  const headers = withRequestId({ ...rendered.headers, etag }, exchange, deps);
  if (isKnown(etag, request.headers["if-none-match"])) {
    reply.start(304, headers);
    reply.end();
  } else {
    headers["content-length"] = String(rendered.body.length);
    reply.start(rendered.status, headers);
    if (withoutBody) reply.end();
    else reply.end(rendered.body);
  }
}

/** True when a client has the reply already: `if-none-match` lists tags, weak ones too, or says `*`. */
function isKnown(etag: string, listed: string | undefined): boolean {
  if (listed === undefined) return false;
  return listed.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag);
}
