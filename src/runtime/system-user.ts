import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";

/** An account of the operating system that a child process runs as. */
export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

/** Reads `/etc/passwd` text for one account, by name or by uid; null when there is none. */
export function findSystemUser(passwd: string, wanted: string | number): SystemUser | null {
  for (const line of passwd.split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name === undefined || uid === undefined || gid === undefined) continue;
    if (name === wanted || Number(uid) === wanted) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/**
 * The account PostgreSQL must run as, which refuses root: the owner of an existing cluster, else `postgres`, else `nobody`.
 * Null when this process is not root: then it runs as we do. No account is created.
 */
export function postgresUser(cluster: string): SystemUser | null {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) {
    return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  }
  const passwd = readFileSync("/etc/passwd", "utf8");
  return findSystemUser(passwd, "postgres") ?? findSystemUser(passwd, "nobody") ?? NOBODY;
}

const NOBODY: SystemUser = { name: "nobody", uid: 65534, gid: 65534 };

/** Whether `user` may enter `folder` and read what is in it; asked of the kernel, so that every kind of permission counts. */
export function canEnter(folder: string, user: SystemUser | null): boolean {
  if (user === null) return true;
  const asked = spawnSync("/bin/sh", ["-c", 'cd "$1" 2>/dev/null', "sh", folder], {
    uid: user.uid,
    gid: user.gid,
    cwd: "/",
    env: {} as NodeJS.ProcessEnv,
    stdio: "ignore",
  });
  return asked.status === 0;
}
