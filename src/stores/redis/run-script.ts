import { createHash } from "node:crypto";
import type { RedisClient } from "./client";

/** A Lua script with the hash that Redis knows it by. */
export type Script = { readonly name: string; readonly text: string; readonly sha: string };

/** What a script is called with. */
export type ScriptCall = { readonly keys: readonly string[]; readonly args: readonly (string | number)[] };

/** Names a script and hashes it. */
export function defineScript(name: string, text: string): Script {
  return { name, text, sha: createHash("sha1").update(text).digest("hex") };
}

/**
 * Runs a script by its hash; a server that does not know it is given the text, and keeps it. Calls that are made in one turn leave together, in
 * order. Rejects with an Error that names the script when there is no answer in time or the script fails.
 */
export async function runScript(client: RedisClient, script: Script, { keys, args }: ScriptCall): Promise<unknown> {
  try {
    return await client.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!isUnknownScript(error)) throw toFault(script, error);
  }
  try {
    return await client.eval(script.text, keys.length, ...keys, ...args);
  } catch (error) {
    throw toFault(script, error);
  }
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}

function toFault(script: Script, cause: unknown): Error {
  return new Error(`the counter store did not answer ${script.name}`, { cause });
}
