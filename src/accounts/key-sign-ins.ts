import { createHash, randomBytes } from "node:crypto";
import type { KeySignInStore } from "@/core/access/key-sign-in";
import { readCookie, signInCookie } from "@/core/access/sign-in-cookies";
import type { AuthSnapshot, AuthSource } from "@/core/auth-snapshot";
import { AppError } from "@/core/errors";
import { isAddressAllowed } from "@/core/keys/address-rules";
import { checkKey } from "@/core/keys/check-key";
import { digestKey } from "@/core/keys/key-secret";
import { clientAddress } from "@/lib/client-address";
import type { Clock } from "@/lib/clock";
import { SIGN_IN_LIFE, TOUCH_MS } from "./sign-in-life";

/** What sign-in with a key needs. */
export type KeySignInDeps = {
  readonly store: KeySignInStore;
  /** Keys as `/v1` knows them, read anew. */
  readonly keys: AuthSource;
  readonly clock: Clock;
};

/** Sign-ins with a key (reliability-and-security.md SEC8): they see their user's own data and end with the secret that made them. */
export type KeySignIns = {
  /** Value of a new sign-in's cookie. Throws key_sign_in_failed for every key that `/v1` would refuse from that address, whatever the reason. */
  begin(key: string, address: string | null): Promise<string>;
  /** The key behind a request's cookie; null without one, when it is over, or when the key opens nothing any more. Extends the idle time. */
  current(headers: Headers): Promise<AuthSnapshot | null>;
  /** Ends the sign-in of a request's cookies, if there is one. */
  end(headers: Headers): Promise<void>;
  /** Deletes sign-ins that are over at `now` (epoch ms). */
  expire(now: number): Promise<void>;
};

/** Builds sign-in with a key. */
export function createKeySignIns({ store, keys, clock }: KeySignInDeps): KeySignIns {
  /** The key of a secret's digest when it opens `/v1` from the address; an address that is not told passes no rule. */
  const openKey = async (digest: string, address: string | null): Promise<AuthSnapshot | null> => {
    const found = await keys.findByDigest(digest);
    if (found === null || checkKey(found, clock.now()) !== null) return null;
    return isAddressAllowed(found.addressRules, address ?? "") ? found : null;
  };
  return {
    async begin(key, address) {
      const keyDigest = digestKey(key);
      const opened = keyDigest === null ? null : await openKey(keyDigest, address);
      const cookie = randomBytes(32).toString("base64url");
      const isMade =
        keyDigest !== null && opened !== null && (await store.insert(digestOf(cookie), { keyDigest, at: clock.now() }));
      if (!isMade) throw new AppError("key_sign_in_failed");
      return cookie;
    },
    async current(headers) {
      const [digest] = digestsIn(headers);
      const found = digest === undefined ? null : await store.find(digest);
      if (digest === undefined || found === null) return null;
      const now = clock.now();
      const isOver = now - found.seenAt > SIGN_IN_LIFE.idleMs || now - found.createdAt > SIGN_IN_LIFE.absoluteMs;
      const key = isOver ? null : await openKey(found.keyDigest, clientAddress(headers));
      if (key === null) {
        await store.delete(digest);
        return null;
      }
      if (now - found.seenAt > TOUCH_MS) await store.touch(digest, now);
      return key;
    },
    async end(headers) {
      for (const digest of digestsIn(headers)) await store.delete(digest);
    },
    expire: (now) => store.expire({ created: now - SIGN_IN_LIFE.absoluteMs, seen: now - SIGN_IN_LIFE.idleMs }),
  };
}

/** Digests of the cookies of sign-ins with a key, the secure one first; those that could not be ours are left out. */
function digestsIn(headers: Headers): readonly string[] {
  const header = headers.get("cookie");
  const values = [true, false].map((isSecure) => readCookie(header, signInCookie("key", isSecure)));
  return values
    .filter((value) => value !== null && /^[A-Za-z0-9_-]{43}$/.test(value))
    .map((value) => digestOf(value ?? ""));
}

function digestOf(cookie: string): string {
  return createHash("sha256").update(cookie).digest("hex");
}
