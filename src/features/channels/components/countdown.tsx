"use client";

import { useEffect, useState } from "react";

/** Minutes and seconds until an instant, `0:42`; `0:00` from then on. */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The time left until an instant (epoch ms), counted down each second. */
export function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    const renew = () => setNow(Date.now());
    renew();
    const timer = setInterval(renew, 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="tabular-nums" data-user-text>
      {now === null ? "" : countdownText(until - now)}
    </span>
  );
}
