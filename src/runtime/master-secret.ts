import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { startFault } from "./start-fault";

/**
 * The master secret: `SLUICE_SECRET`, or with an embedded database the one in `<data>/secret`, made once with mode 0600.
 * Throws a StartFault when an external database leaves none.
 */
export function masterSecret(options: { given: string | null; isEmbedded: boolean; dataDir: string }): string {
  if (options.given !== null) return options.given;
  if (!options.isEmbedded)
    throw startFault(
      "SLUICE_SECRET is required with DATABASE_URL: make one with openssl rand -base64 48, keep it, and give it to every replica",
    );
  const path = join(options.dataDir, "secret");
  const kept = readSecret(path);
  if (kept !== null) return kept;
  const made = randomBytes(48).toString("base64url");
  const half = `${path}.new`;
  const file = openSync(half, "w", 0o600);
  writeSync(file, `${made}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(half, path);
  return made;
}

function readSecret(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw startFault(`${path} cannot be read: make it readable for this account, or set SLUICE_SECRET`, { cause });
  }
  if (Buffer.byteLength(text) < 32)
    throw startFault(`${path} is shorter than 32 bytes: restore it from a backup, or set SLUICE_SECRET`);
  return text;
}
