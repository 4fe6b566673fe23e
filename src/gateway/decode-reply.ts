import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { AppError } from "@/core/errors";
import type { UpstreamCall, UpstreamSink } from "./gateway-deps";

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** What stands between an upstream that compressed its reply unasked and the relay. */
export type ReplyDecoder = {
  /** Takes the coded chunks. */
  readonly sink: Pick<UpstreamSink, "onChunk" | "onEnd" | "onError">;
  /** Back-pressure and abort of the decoded side. */
  readonly call: UpstreamCall;
};

/**
 * A decoder for the `content-encoding` of a reply, or null when its body is relayed as it is. A corrupt body ends as `upstream_truncated`.
 * Throws `upstream_error` for a coding that nobody asked for and nobody here can read.
 */
export function decodeReply(coding: string, upstream: UpstreamCall, sink: UpstreamSink): ReplyDecoder | null {
  const name = coding.trim().toLowerCase();
  if (name === "" || name === "identity") return null;
  const decoder = DECODERS[name]?.();
  if (decoder === undefined) throw new AppError("upstream_error", { cause: "coding" });
  let isOver = false;
  const stop = (error: AppError) => {
    if (isOver) return;
    isOver = true;
    decoder.destroy();
    upstream.abort();
    sink.onError(error);
  };
  decoder.on("data", (chunk: Buffer) => {
    if (!isOver) sink.onChunk(chunk);
  });
  decoder.on("end", () => {
    if (isOver) return;
    isOver = true;
    sink.onEnd(null);
  });
  decoder.on("error", (cause) => stop(new AppError("upstream_truncated", { cause: "coding" }, { cause })));
  decoder.on("drain", () => upstream.resume());
  return {
    sink: {
      onChunk: (chunk) => {
        if (!isOver && !decoder.write(chunk)) upstream.pause();
      },
      onEnd: (last) => void (last === null ? decoder.end() : decoder.end(last)),
      onError: stop,
    },
    call: {
      pause: () => void decoder.pause(),
      resume: () => void decoder.resume(),
      abort() {
        isOver = true;
        decoder.destroy();
        upstream.abort();
      },
    },
  };
}
