import { afterEach, describe, expect, test } from "vitest";
import type { ChannelNews, ChannelPeers } from "./channel-peers";

/** What the suite needs of an implementation: replicas that share one store. */
export type PeersScene = {
  /** Joins one more replica. */
  join(): ChannelPeers;
  /** Lets news arrive until `isDone`. */
  settle(isDone: () => boolean): Promise<void>;
};

/** Every implementation of `ChannelPeers` passes this. */
export function channelPeersContract(name: string, openScene: () => Promise<PeersScene>): void {
  describe(`channel peers in ${name}`, () => {
    const joined: ChannelPeers[] = [];
    afterEach(() => {
      for (const peers of joined.splice(0)) peers.close();
    });
    const join = async (scene: PeersScene) => {
      const peers = scene.join();
      joined.push(peers);
      const heard: ChannelNews[] = [];
      peers.listen((news) => void heard.push(news));
      return { peers, heard };
    };

    test("what one replica tells, the others hear and it does not", async () => {
      const scene = await openScene();
      const [a, b] = [await join(scene), await join(scene)];
      const cooling: ChannelNews = { kind: "cooling", channelId: 1, model: "gpt-4o", forMs: 60_000 };
      await scene.settle(() => {
        if (b.heard.length === 0) a.peers.tell(cooling);
        return b.heard.length > 0;
      });
      const [first] = b.heard;
      expect(first).toMatchObject({ kind: "cooling", channelId: 1, model: "gpt-4o" });
      expect(a.heard).toEqual([]);
    });

    test("a test that went well is told, and told again when it is made again", async () => {
      const scene = await openScene();
      const [a, b] = [await join(scene), await join(scene)];
      await scene.settle(() => {
        if (b.heard.length === 0) a.peers.tell({ kind: "passed", channelId: 1, forMs: 60_000 });
        return b.heard.length > 0;
      });
      const before = b.heard.length;
      await scene.settle(() => {
        if (b.heard.length === before) a.peers.tell({ kind: "passed", channelId: 1, forMs: 61_000 });
        return b.heard.length > before;
      });
      for (const news of b.heard) expect(news).toMatchObject({ kind: "passed", channelId: 1 });
      expect(a.heard).toEqual([]);
    });

    test("a test that went well says nothing of the breaker", async () => {
      const scene = await openScene();
      const a = await join(scene);
      a.peers.tell({ kind: "tripped", channelId: 1, forMs: 60_000, openings: 2, goodProbes: 1 });
      a.peers.tell({ kind: "passed", channelId: 1, forMs: 60_000 });
      const b = await join(scene);
      await scene.settle(() => b.heard.some(({ kind }) => kind === "tripped"));
      expect(b.heard.filter(({ kind }) => kind === "tripped")).toMatchObject([{ channelId: 1, openings: 2 }]);
    });

    test("one that joins later is told what is still true", async () => {
      const scene = await openScene();
      const a = await join(scene);
      a.peers.tell({ kind: "tripped", channelId: 1, forMs: 60_000, openings: 2, goodProbes: 1 });
      a.peers.tell({ kind: "cooling", channelId: 2, model: "a:b", forMs: 60_000 });
      a.peers.tell({ kind: "cooling", channelId: 2, model: "a:b", forMs: 1_000 });
      a.peers.tell({ kind: "tripped", channelId: 3, forMs: 60_000, openings: 1, goodProbes: 0 });
      a.peers.tell({ kind: "closed", channelId: 3 });
      const b = await join(scene);
      await scene.settle(() => b.heard.length >= 2);
      const heard = [...b.heard].sort((one, other) => one.channelId - other.channelId);
      expect(heard).toMatchObject([
        { kind: "tripped", channelId: 1, openings: 2, goodProbes: 1 },
        { kind: "cooling", channelId: 2, model: "a:b" },
      ]);
      for (const news of heard) if (news.kind !== "closed") expect(news.forMs).toBeGreaterThan(50_000);
      for (const news of heard) if (news.kind !== "closed") expect(news.forMs).toBeLessThanOrEqual(60_000);
    });

    test("one request at a time may probe a channel, in all replicas together", async () => {
      const scene = await openScene();
      const [a, b] = [await join(scene), await join(scene)];
      const taken = await Promise.all([a, b, a, b].map(({ peers }) => peers.takeProbe(1)));
      const probes = taken.filter((probe) => probe !== null);
      expect(probes).toHaveLength(1);
      expect(await b.peers.takeProbe(2)).not.toBeNull();
      const [probe] = probes;
      probe?.end(null);
      let next = await a.peers.takeProbe(1);
      await scene.settle(() => {
        if (next === null)
          void Promise.resolve(a.peers.takeProbe(1)).then((again) => {
            next = again;
          });
        return next !== null;
      });
      probe?.end(null);
      expect(await b.peers.takeProbe(1)).toBeNull();
    });

    test("a bad probe keeps the others from probing, however soon they ask", async () => {
      const scene = await openScene();
      const [a, b] = [await join(scene), await join(scene)];
      const probe = await a.peers.takeProbe(1);
      probe?.end({ kind: "tripped", channelId: 1, forMs: 60_000, openings: 2, goodProbes: 0 });
      await scene.settle(() => b.heard.length > 0);
      expect(b.heard).toMatchObject([{ kind: "tripped", channelId: 1, openings: 2 }]);
      expect(await b.peers.takeProbe(1)).toBeNull();
    });
  });
}
