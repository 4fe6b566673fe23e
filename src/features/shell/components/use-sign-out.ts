"use client";

import { useLocale } from "next-intl";
import { useState } from "react";
import { getPathname } from "@/i18n/navigation";

/** Ends the sign-in and loads the sign-in page anew, so that nothing of the account stays in memory. */
export function useSignOut(): { signOut: () => void; pending: boolean } {
  const locale = useLocale();
  const [pending, setPending] = useState(false);
  const signOut = () => {
    setPending(true);
    void fetch("/api/auth/sign-out", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    })
      .then(() => window.location.assign(getPathname({ href: "/login", locale })))
      .catch(() => setPending(false)); // offline: still signed in, and the menu can be used again
  };
  return { signOut, pending };
}
