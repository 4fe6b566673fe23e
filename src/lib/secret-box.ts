import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** Seals short texts with AES-256-GCM under keys derived from SLUICE_SECRET (reliability-and-security.md 9). */
export type SecretBox = {
  /** `v1.<keyId>.<nonce>.<data+tag>`, base64url parts; `context` is bound as associated data. */
  seal(plain: string, context: string): string;
  /** The plain text, or null when the key is unknown, the text was altered or it belongs to another context. */
  open(sealed: string, context: string): string | null;
  /** True when the text was sealed under a previous secret. */
  isPrevious(sealed: string): boolean;
};

/** 32 bytes for one purpose: `credentials`, `cookies`, `tokens`. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "sluice", purpose, 32));
}

/** A box over the current secret and the previous ones, which open but never seal. */
export function createSecretBox(secret: string, previous: readonly string[] = []): SecretBox {
  const keys = [secret, ...previous].map((value) => {
    const key = deriveKey(value, "credentials");
    return { key, id: createHash("sha256").update(key).digest("base64url").slice(0, 8) };
  });
  const current = keys[0];
  if (current === undefined) throw new RangeError("a secret box needs a secret");
  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", current.key, nonce).setAAD(Buffer.from(context));
      const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1.${current.id}.${nonce.toString("base64url")}.${data.toString("base64url")}`;
    },
    open(sealed, context) {
      const [version, id, nonce, data] = sealed.split(".");
      const key = keys.find((candidate) => candidate.id === id);
      if (version !== "v1" || key === undefined || nonce === undefined || data === undefined) return null;
      try {
        const bytes = Buffer.from(data, "base64url");
        const decipher = createDecipheriv("aes-256-gcm", key.key, Buffer.from(nonce, "base64url"));
        decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
    isPrevious: (sealed) => sealed.split(".")[1] !== current.id,
  };
}
