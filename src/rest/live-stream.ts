import type { LiveEvent, LiveFeed } from "@/core/channels/live-feed";
import { PRIVATE_HEADERS } from "@/lib/problem-json";
import { toLiveChannels } from "@/operations/channels/live-channels";

/** Whose stream it is: ids of the channels asked for (undefined: all) and the newest event the reader has. */
export type LiveStreamAsk = {
  readonly ids: readonly number[] | undefined;
  readonly lastEventId: string | null;
  /** Raised when the reader goes. */
  readonly signal: AbortSignal;
  /** False when the reader may not read any more: its sign-in or token has ended, or its role. Asked every 15 s or so; never rejects. */
  mayReadOn(): Promise<boolean>;
};

/** A reader that takes nothing for this many events is cut off: it comes back with `Last-Event-ID`. */
const MAX_UNREAD = 64;
/** Events come once a second at most: a busy board is judged as often as a quiet one, whose heartbeats come every 15 s. */
const EVENTS_PER_CHECK = 15;

/**
 * The live board as server-sent events: `snapshot`, `delta`, `heartbeat` (channels-and-rates.md V1). It ends when the reader leaves, and no
 * proxy on the way may hold it back. Who loses the right to read it loses the stream within seconds (SEC7).
 */
export function liveStream(feed: LiveFeed, { ids, lastEventId, signal, mayReadOn }: LiveStreamAsk): Response {
  let leave = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOver = false;
        let told = 0;
        const end = () => {
          if (isOver) return;
          isOver = true;
          leave();
          controller.close();
        };
        leave = feed.subscribe(lastEventId, (event) => {
          if ((controller.desiredSize ?? 0) <= 0) return end();
          controller.enqueue(new TextEncoder().encode(eventText(event, ids)));
          told++;
          if (event.kind === "heartbeat" || told % EVENTS_PER_CHECK === 0)
            void mayReadOn().then((may) => (may ? undefined : end()));
        });
        signal.addEventListener("abort", () => leave(), { once: true });
      },
      cancel: () => leave(),
    },
    { highWaterMark: MAX_UNREAD },
  );
  return new Response(body, {
    headers: {
      ...PRIVATE_HEADERS,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

/** A change that does not concern the reader is a heartbeat: it must not take the silence for an outage. */
function eventText(event: LiveEvent, ids: readonly number[] | undefined): string {
  const heartbeat = `event: heartbeat\nid: ${event.id}\ndata: {}\n\n`;
  if (event.kind === "heartbeat") return heartbeat;
  const shown = toLiveChannels(event.reading, ids);
  const isOther = event.kind === "delta" && event.reading.rows.length > 0 && shown.rows.length === 0;
  return isOther ? heartbeat : `event: ${event.kind}\nid: ${event.id}\ndata: ${JSON.stringify(shown)}\n\n`;
}
