import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort, launchRedis } from "./start-redis";

/** Three masters without replicas, of a test's own. */
export type TestRedisCluster = {
  /** One per master. */
  readonly urls: readonly string[];
  /** What `work` returns for each master. */
  onEach<T>(work: (node: Redis) => Promise<T>): Promise<readonly T[]>;
  /** Commands that named keys of several slots, since the start. */
  crossedSlots(): Promise<number>;
  stop(): void;
};

const SLOTS = 16_384;
const MASTERS = 3;
/** The bus of a node listens this far above its port. */
const BUS_OFFSET = 10_000;

/** Starts the masters on free ports, gives each a third of the slots and waits until all of them know it. */
export async function startRedisCluster(...settings: readonly string[]): Promise<TestRedisCluster> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-cluster-"));
  const ports: number[] = [];
  while (ports.length < MASTERS) {
    const port = await freePort();
    if (port < 65_536 - BUS_OFFSET && !ports.includes(port)) ports.push(port);
  }
  const children: ChildProcess[] = [];
  for (const port of ports) {
    const own = ["--cluster-enabled", "yes", "--cluster-config-file", `nodes-${port}.conf`, ...settings];
    children.push(await launchRedis({ port, folder, settings: own }));
  }
  const at = settings.indexOf("--requirepass");
  const login = at < 0 ? {} : { password: settings[at + 1] ?? "" };
  const urls = ports.map((port) => `redis://127.0.0.1:${port}`);
  const onEach = <T>(work: (node: Redis, index: number) => Promise<T>) =>
    Promise.all(
      urls.map(async (url, index) => {
        const node = new Redis(url, login);
        return work(node, index).finally(() => node.disconnect());
      }),
    );
  await onEach((node, index) => node.cluster("ADDSLOTSRANGE", boundary(index), boundary(index + 1) - 1));
  await onEach((node) => node.cluster("MEET", "127.0.0.1", ports[0] ?? 0));
  await onEach(async (node) => {
    while (!isWhole(await node.cluster("INFO"))) await sleep(20);
  });
  return {
    ...{ urls, onEach },
    async crossedSlots() {
      const texts = await onEach((node) => node.info("errorstats"));
      return texts.reduce((sum, text) => sum + Number(/errorstat_CROSSSLOT:count=(\d+)/.exec(text)?.[1] ?? 0), 0);
    },
    stop() {
      for (const child of children) child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function boundary(index: number): number {
  return Math.floor((SLOTS * index) / MASTERS);
}

function isWhole(info: unknown): boolean {
  const text = String(info);
  return text.includes("cluster_state:ok") && text.includes(`cluster_known_nodes:${MASTERS}`);
}
