"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { createApiClient } from "@/api-client/api-client";
import { systemClock } from "@/lib/clock";
import { createLiveConnection, type LiveBoard, type LiveConnectionDeps } from "./live-connection";

const api = createApiClient();
const ADDRESS = "/api/v1/channels/live";
/** Names the lock of the tab that holds the stream, and the channel by which it tells the others. */
const SHARED = "sluice:channels/live";

const NOTHING_YET: LiveBoard = { reading: null, transport: "connecting", isStale: false };

/** The live board of a page. */
export type LiveChannelsState = LiveBoard & {
  readonly isPaused: boolean;
  setPaused(isPaused: boolean): void;
};

/**
 * What the channels are doing, kept up to date while the tab is shown. One tab of a browser holds the stream and tells the others
 * (channels-and-rates.md V3); paused, the board stands still.
 */
export function useLiveChannels(): LiveChannelsState {
  const [board, setBoard] = useState(NOTHING_YET);
  const [isPaused, setIsPaused] = useState(false);
  const newest = useRef(NOTHING_YET);
  const paused = useRef(false);
  useEffect(() => {
    const share = shareBoard((next) => {
      newest.current = next;
      if (!paused.current) setBoard(next);
    });
    const follow = () => (document.visibilityState === "hidden" ? share.leave() : share.join());
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      share.leave();
    };
  }, []);
  const setPaused = useCallback((next: boolean) => {
    paused.current = next;
    setIsPaused(next);
    if (!next) setBoard(newest.current);
  }, []);
  return { ...board, isPaused, setPaused };
}

/** Holds the connection, or hears of the board from the tab that does. */
function shareBoard(onChange: (board: LiveBoard) => void) {
  let leave: (() => void) | null = null;
  return {
    join() {
      if (leave !== null) return;
      const channel = new BroadcastChannel(SHARED);
      const gone = new AbortController();
      channel.onmessage = ({ data }: MessageEvent<LiveBoard | "hello">) => {
        if (data !== "hello") onChange(data);
      };
      channel.postMessage("hello");
      void whenLeading(gone.signal, () => lead(channel, onChange, gone.signal));
      leave = () => {
        gone.abort();
        channel.close();
      };
    },
    leave() {
      leave?.();
      leave = null;
    },
  };
}

/** Web locks exist on secure pages only; elsewhere each tab has a stream of its own. */
async function whenLeading(signal: AbortSignal, task: () => Promise<void>): Promise<void> {
  if (navigator.locks === undefined) return task();
  await navigator.locks.request(SHARED, { signal }, task).catch(() => {});
}

/** Keeps the connection until `signal` is raised. */
function lead(channel: BroadcastChannel, onChange: (board: LiveBoard) => void, signal: AbortSignal): Promise<void> {
  let board = NOTHING_YET;
  const tell = () => {
    if (!signal.aborted && board !== NOTHING_YET) channel.postMessage(board);
  };
  const connection = createLiveConnection({
    clock: systemClock,
    openStream,
    poll: () => api.call("channels.live", {}),
    onChange(next) {
      board = next;
      onChange(next);
      tell();
    },
  });
  channel.addEventListener("message", ({ data }) => {
    if (data === "hello") tell();
  });
  connection.open();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      connection.close();
      resolve();
    });
  });
}

const openStream: LiveConnectionDeps["openStream"] = ({ onEvent, onError }) => {
  const source = new EventSource(ADDRESS);
  for (const kind of ["snapshot", "delta", "heartbeat"] as const)
    source.addEventListener(kind, ({ data }) => onEvent(kind, data));
  source.onerror = onError;
  return { close: () => source.close() };
};
