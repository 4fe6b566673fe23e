import { crc32c } from "@/lib/crc32c";

/*
 * A frame: length u32 (of what follows the checksum), CRC32C u32 (over the same), version u8, type u8, payload (UTF-8 JSON). Integers are
 * little-endian. Frames lie one behind the other; none crosses a segment.
 */

/** Version of the payloads that this release writes: members by position. */
export const FRAME_VERSION = 2;
/** The oldest version that is still read: members by name. A replica that died before an upgrade may have left it. */
export const OLDEST_FRAME_VERSION = 1;
/** Type bytes. */
export const FRAME_TYPES = { admit: 1, ceiling: 2, settle: 3, flushed: 4 } as const;
/** Name of a frame type. */
export type FrameName = keyof typeof FRAME_TYPES;

const HEADER_BYTES = 8;
const PREFIX_BYTES = HEADER_BYTES + 2;
const START_BYTES = 64 * 1024;
/** No frame is longer: a length beyond it is garbage. */
const MAX_LENGTH = 64 * 1024 * 1024;

/** Collects the frames of one event-loop turn. */
export type FrameBuffer = {
  append(name: FrameName, payload: string): void;
  /** Bytes not consumed; valid until the next append. */
  bytes(): Uint8Array;
  readonly length: number;
  /** Drops the first `count` bytes: they are on disk. */
  consume(count: number): void;
};

/** An empty buffer, which grows as needed and keeps its memory. */
export function createFrameBuffer(): FrameBuffer {
  let memory = Buffer.allocUnsafe(START_BYTES);
  let length = 0;
  return {
    append(name, payload) {
      const room = length + PREFIX_BYTES + payload.length * 3;
      if (room > memory.length) {
        const larger = Buffer.allocUnsafe(Math.max(room, memory.length * 2));
        memory.copy(larger, 0, 0, length);
        memory = larger;
      }
      const body = length + HEADER_BYTES;
      const end = length + PREFIX_BYTES + memory.write(payload, length + PREFIX_BYTES, "utf8");
      memory[body] = FRAME_VERSION;
      memory[body + 1] = FRAME_TYPES[name];
      memory.writeUInt32LE(end - body, length);
      memory.writeUInt32LE(crc32c(memory, body, end), length + 4);
      length = end;
    },
    bytes: () => memory.subarray(0, length),
    get length() {
      return length;
    },
    consume(count) {
      memory.copyWithin(0, count, length);
      length -= count;
      if (length === 0 && memory.length > 16 * START_BYTES) memory = Buffer.allocUnsafe(START_BYTES);
    },
  };
}

/** One frame found in a segment. */
export type Frame = { readonly version: number; readonly type: number; readonly payload: string; readonly end: number };

/** What reading a segment found besides frames. */
export type SegmentReading = {
  readonly frames: readonly Frame[];
  /** Where the readable part ends when bytes follow that are no frame; null when nothing is left over. */
  readonly tornAt: number | null;
  /** Bytes that are no frame lie between frames. */
  readonly hasGap: boolean;
};

/** Reads every frame of a segment; what is no frame is skipped up to the next one. */
export function readFrames(segment: Buffer): SegmentReading {
  const frames: Frame[] = [];
  let position = 0;
  let hasGap = false;
  while (position < segment.length) {
    const frame = frameAt(segment, position) ?? nextFrame(segment, position + 1);
    if (frame === null) return { frames, tornAt: position, hasGap };
    if (frame.start !== position) hasGap = true;
    frames.push(frame);
    position = frame.end;
  }
  return { frames, tornAt: null, hasGap };
}

type PlacedFrame = Frame & { readonly start: number };

function frameAt(segment: Buffer, start: number): PlacedFrame | null {
  const body = start + HEADER_BYTES;
  if (start + PREFIX_BYTES > segment.length) return null;
  const length = segment.readUInt32LE(start);
  const end = body + length;
  if (length < 2 || length > MAX_LENGTH || end > segment.length) return null;
  if (segment.readUInt32LE(start + 4) !== crc32c(segment, body, end)) return null;
  const payload = segment.toString("utf8", start + PREFIX_BYTES, end);
  return { version: segment.readUInt8(body), type: segment.readUInt8(body + 1), payload, start, end };
}

/** The first frame at or behind `from`; the version byte is looked at first, as payloads hold no control characters. */
function nextFrame(segment: Buffer, from: number): PlacedFrame | null {
  for (let at = from + HEADER_BYTES; at < segment.length; at++) {
    const byte = segment[at] as number;
    if (byte < OLDEST_FRAME_VERSION || byte > FRAME_VERSION) continue;
    const frame = frameAt(segment, at - HEADER_BYTES);
    if (frame !== null) return frame;
  }
  return null;
}
