import { fileURLToPath } from "node:url";
import { createCallerAddress } from "@/runtime/caller-address";
import { ownsPath } from "@/runtime/gateway-path";
import { dutiesOf } from "@/runtime/role";
import { type Runtime, start } from "@/runtime/start";
import { nodeAdapter } from "@/transport/node-adapter";
import { createDrain, type Drain } from "./drain";
import { explainFailure, say } from "./exit";
import { listenForFaults } from "./faults";
import { createHttpServer } from "./http-server";
import { listen, originOf } from "./listen";
import { probeListener } from "./probe-listener";
import { listenForStop } from "./stop-signals";
import { tellCaller } from "./tell-caller";

/** How far this process has come; signals may arrive at any point. */
type Progress = { runtime: Runtime | null; drain: Drain | null; isStopping: boolean };

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CRASH_MS = 800;

const progress: Progress = { runtime: null, drain: null, isStopping: false };
listenForFaults({
  log: () => progress.runtime?.log ?? null,
  // The role is known only once the environment is read; until then every fault is fatal.
  get endsOnRejection() {
    return progress.runtime === null || !dutiesOf(progress.runtime.env.role).servesConsole;
  },
  end: () => void setTimeout(() => process.exit(1), CRASH_MS).unref(),
});
listenForStop({
  stop: (signal) => void stop(signal),
  hurry: () => progress.drain?.hurry(),
  quit: () => process.exit(130),
  describe: () => progress.runtime?.describe(),
});

const served = serve();
try {
  await served;
} catch (error) {
  if (!progress.isStopping) await endWith(explainFailure(error));
}

/** Starts everything in order: runtime, pages, listener. */
async function serve(): Promise<void> {
  const runtime = await start({
    root: ROOT,
    say,
    isCancelled: () => progress.isStopping,
    onFatal: (fault) => process.exit(explainFailure(fault)),
  });
  if (runtime === null) throw new Error("the services were started before the server");
  progress.runtime = runtime;
  const { env, services } = runtime;
  const { servesConsole } = dutiesOf(env.role);
  const pages = servesConsole ? await (await import("./console")).prepareConsole({ dir: ROOT, port: env.port }) : null;
  const gateway = nodeAdapter(services.gateway, { clock: runtime.clock, ...env });
  const server = createHttpServer({
    role: env.role,
    isGatewayPath: ownsPath,
    gateway: (request, response) => void gateway(request, response),
    probe: probeListener(services.probes),
    console: pages === null ? null : tellCaller(pages, createCallerAddress(env.trustedProxies)),
    maxConnections: env.maxConnections,
  });
  const drain = createDrain({
    server,
    gateway: services.gateway,
    drainMs: env.drainMs,
    setDraining: () => runtime.setPhase("draining"),
    say,
  });
  if (progress.isStopping) return;
  const port = await listen(server, env);
  progress.drain = drain;
  runtime.setPhase("serving");
  announce(runtime, originOf(env.host, port));
}

/** One write, so that a reader of the first line has the second as well. */
function announce({ env, setupToken }: Runtime, origin: string): void {
  const open = env.publicUrl ?? origin;
  const lines = [`Sluice serves ${origin}${env.publicUrl === null ? "" : ` (public: ${env.publicUrl})`}`];
  if (setupToken !== null) lines.push(`Set it up (this link works once): ${open}/setup#token=${setupToken}`);
  say(lines.join("\n"));
  process.send?.({ url: origin });
}

/** Drains, stops everything that was started, and ends with code 0. */
async function stop(signal: "SIGTERM" | "SIGINT"): Promise<void> {
  progress.isStopping = true;
  const { runtime, drain } = progress;
  // A start that is still under way gives up at its next step and cleans up behind itself.
  if (drain === null) await served.catch(() => undefined);
  else await drain.run(signal === "SIGTERM" ? (runtime?.env.drainDelayMs ?? 0) : 0);
  await endWith(0);
}

async function endWith(code: number): Promise<never> {
  await progress.runtime?.stop();
  process.exit(code);
}
