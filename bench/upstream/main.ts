import { startScriptedUpstream } from "./scripted-upstream";

// A process of its own for the demo and the benchmarks: prints its URL as one line, ends with its parent.
const upstream = await startScriptedUpstream({
  port: Number(process.env.UPSTREAM_PORT ?? 0),
  keepLog: false,
  defaults: { intervalMs: Number(process.env.UPSTREAM_INTERVAL_MS ?? 40) },
});
console.log(upstream.url);

const stop = () => void upstream.close().then(() => process.exit(0));
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.stdin.on("end", stop).resume();
