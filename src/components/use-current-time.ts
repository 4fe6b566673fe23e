"use client";

import { useNow } from "next-intl";
import { useEffect, useState } from "react";

const RENEWAL_MS = 15_000;

/** Now, for "3 days ago": that of the server while the page wakes up, then the browser's own, renewed every 15 s. */
export function useCurrentTime(): Date {
  const rendered = useNow();
  const [now, setNow] = useState(rendered);
  useEffect(() => {
    const renew = () => setNow(new Date());
    renew(); // the page may have been open for hours
    const timer = setInterval(renew, RENEWAL_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
