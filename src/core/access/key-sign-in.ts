/** A sign-in to the dashboard that was made with a key: it reads its own user's data and ends with the key's secret. Instants are epoch ms. */
export type KeySignIn = {
  /** Digest of the secret that it was made with. */
  readonly keyDigest: string;
  readonly createdAt: number;
  readonly seenAt: number;
};

/** Port: sign-ins with keys, by the SHA-256 digest of their cookie; they go with the secret that made them. */
export type KeySignInStore = {
  /** False: the secret is gone. */
  insert(digest: string, signIn: { readonly keyDigest: string; readonly at: number }): Promise<boolean>;
  find(digest: string): Promise<KeySignIn | null>;
  /** Extends the idle time. */
  touch(digest: string, at: number): Promise<void>;
  delete(digest: string): Promise<void>;
  /** Deletes those that were made or last seen before an instant. */
  expire(before: { readonly created: number; readonly seen: number }): Promise<void>;
};
