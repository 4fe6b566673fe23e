import type { Redis } from "ioredis";

/** The same connection, but what listens through it hears nothing, as when messages are lost. */
export function deafClient(client: Redis): Redis {
  const listener = { on() {}, async connect() {}, async subscribe() {}, disconnect() {} };
  return new Proxy(client, {
    get(target, name) {
      if (name === "duplicate") return () => listener;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
