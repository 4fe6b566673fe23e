import type { KeyRow } from "@/core/keys/key";
import { existing, isOwnKey, ownUserId } from "../existing";
import type { OperationContext } from "../operation";

/** A key of the actor. Another user's, and for a sign-in with a key every other one, is `not_found`, like an unknown one (SEC4). */
export async function ownKey(id: number, { ports, actor }: OperationContext): Promise<KeyRow> {
  const userId = ownUserId(actor);
  const row = await ports.keys.find(id);
  return existing(row?.userId === userId && isOwnKey(actor, row.id) ? row : null);
}
