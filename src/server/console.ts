import type { RequestListener } from "node:http";
import next from "next";

/** Events whose listeners are ours alone: Next adds some that only log and can remove others (reliability-and-security.md N9). */
const GUARDED = ["uncaughtException", "unhandledRejection", "SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Prepares Next and returns its listener. The only file outside the pages that imports it; load it on demand. */
export async function prepareConsole(options: { dir: string; port: number }): Promise<RequestListener> {
  const ours = GUARDED.map((event) => ({ event, listeners: process.rawListeners(event) }));
  const app = next({
    dev: false,
    dir: options.dir,
    // Next compares rewrites with this name after it has turned loopback addresses into it; any other would send pages in a ring.
    hostname: "localhost",
    port: options.port,
    customServer: true,
  });
  await app.prepare();
  for (const { event, listeners } of ours) {
    process.removeAllListeners(event);
    for (const listener of listeners) process.on(event, listener as () => void);
  }
  const handle = app.getRequestHandler();
  return (request, response) => void handle(request, response);
}
