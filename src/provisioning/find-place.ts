import type { OperationPorts } from "@/core/ports";
import type { LimitSubject } from "@/core/vocabulary";

/** The subject of a limit that a file names `user:alice`, `group:team-a` or `key:alice/laptop`; null: there is none. */
export async function findSubject(
  name: string,
  ports: OperationPorts,
): Promise<{ readonly kind: LimitSubject; readonly id: number } | null> {
  const [, kind, rest = ""] = /^(user|group|key):(.+)$/su.exec(name) ?? [];
  if (kind === "user") return asSubject("user", await ports.users.findByName(rest));
  if (kind === "group") return asSubject("user_group", await ports.userGroups.findByName(rest));
  return kind === "key" ? asSubject("key", await findKey(rest, ports)) : null;
}

/** The target that a file names `group:frontier` or `global`; null: there is none. */
export async function findTarget(name: string, ports: OperationPorts): Promise<"global" | number | null> {
  if (name === "global") return "global";
  return (await ports.modelGroups.findByName(name.replace(/^group:/, "")))?.id ?? null;
}

/** Names may hold slashes themselves: the first place to split that gives a user and a key of the user is meant. */
async function findKey(name: string, ports: OperationPorts) {
  for (let slash = name.indexOf("/"); slash !== -1; slash = name.indexOf("/", slash + 1)) {
    const owner = await ports.users.findByName(name.slice(0, slash));
    const key = owner === null ? null : await ports.keys.findByName(owner.id, name.slice(slash + 1));
    if (key !== null) return key;
  }
  return null;
}

function asSubject(kind: LimitSubject, row: { readonly id: number } | null) {
  return row === null ? null : { kind, id: row.id };
}
