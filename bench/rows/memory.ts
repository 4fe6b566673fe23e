import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import type { Figure, Row } from "../row";

const STREAMS = 1000;

/** Resident memory at rest; runs first, before any load. */
export const idleMemoryRow: Row = {
  name: "idle-rss",
  async run(stage): Promise<readonly Figure[]> {
    await sleep(2000);
    const mb = stage.sluice.rssMb();
    return [{ figure: "idle RSS, gateway role", bar: "<= 120 MB", measured: `${mb.toFixed(0)} MB`, passes: mb <= 120 }];
  },
};

/** Resident memory while a thousand streams are open. */
export const openStreamsRow: Row = {
  name: "open-streams",
  async run(stage): Promise<readonly Figure[]> {
    const shot = stage.shot({ stream: true, script: "chunks=20;intervalMs=500" });
    const pool = new Pool(stage.sluice.line, { connections: STREAMS, pipelining: 1, allowH2: false });
    let open = 0;
    const one = async () => {
      const reply = await pool.request({ path: shot.path, method: "POST", headers: shot.headers, body: shot.body });
      let isFirst = true;
      for await (const _ of reply.body) {
        if (isFirst) open++;
        isFirst = false;
      }
    };
    const all = Promise.all(Array.from({ length: STREAMS }, one));
    for (let waited = 0; open < STREAMS && waited < 9000; waited += 100) await sleep(100);
    const mb = stage.sluice.rssMb();
    const opened = open;
    await all;
    await pool.close();
    return [
      {
        figure: `${opened} open streams, gateway role, RSS`,
        bar: "<= 300 MB",
        measured: `${mb.toFixed(0)} MB`,
        passes: mb <= 300 && opened === STREAMS,
      },
    ];
  },
};
