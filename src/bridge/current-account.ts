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
  return { kind: "account", via: "page", role: account.role, userId: account.userId, name: account.name, address };
}
