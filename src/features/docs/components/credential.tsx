"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

/** Which credential calls are tried with: the reader's own sign-in, or an access token typed in. */
export type Credential = { readonly kind: "session" | "token"; readonly token: string };

type Held = {
  readonly credential: Credential;
  /** False: nobody is signed in, so there is no sign-in to use. */
  readonly isSignedIn: boolean;
  readonly set: (credential: Credential) => void;
};

const Context = createContext<Held>({
  credential: { kind: "token", token: "" },
  isSignedIn: false,
  set: () => undefined,
});

/** Holds the credential for all operations below it, in memory alone: it is gone with the page. */
export function CredentialProvider({ isSignedIn, children }: { isSignedIn: boolean; children: ReactNode }) {
  const [credential, set] = useState<Credential>({ kind: isSignedIn ? "session" : "token", token: "" });
  const held = useMemo(() => ({ credential, isSignedIn, set }), [credential, isSignedIn]);
  return <Context value={held}>{children}</Context>;
}

/** The credential in use, and the way to choose another. */
export function useCredential(): Held {
  return useContext(Context);
}
