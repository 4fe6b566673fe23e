import type { RequestListener } from "node:http";
import next from "next";

/** Prepares Next and returns its listener. The only file outside the pages that imports it; load it on demand. */
export async function prepareConsole(options: {
  dir: string;
  hostname: string;
  port: number;
}): Promise<RequestListener> {
  const faultListeners = process.listeners("uncaughtException");
  const app = next({
    dev: false,
    dir: options.dir,
    hostname: options.hostname,
    port: options.port,
    customServer: true,
  });
  await app.prepare();
  // Next adds a listener that only logs: a fault must end the process (reliability-and-security.md N9).
  for (const listener of process.listeners("uncaughtException")) {
    if (!faultListeners.includes(listener)) process.removeListener("uncaughtException", listener);
  }
  const handle = app.getRequestHandler();
  return (request, response) => void handle(request, response);
}
