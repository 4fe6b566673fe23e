import "server-only";
import { headers } from "next/headers";
import { clientAddress } from "@/lib/client-address";
import type { Actor } from "@/operations/operation";
import { getServices } from "./services";

/** Who is behind the request that is being rendered or handled, as an actor of operations; anonymous when nobody is signed in. */
export async function currentActor(): Promise<Actor> {
  const given = await headers();
  const account = await getServices().currentAccount(given);
  const address = clientAddress(given);
  if (account === null) return { kind: "anonymous", via: "page", role: null, userId: null, name: "anonymous", address };
  const { userId, name, role, keyId } = account;
  const actor = { via: "page", role, userId, name, address } as const;
  return keyId === null ? { ...actor, kind: "account" } : { ...actor, kind: "key", keyId };
}
