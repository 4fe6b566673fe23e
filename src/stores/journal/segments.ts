import { join } from "node:path";

/** One file of a journal. */
type Segment = {
  readonly path: string;
  size: number;
  /** Requests that are not in the ledger and whose first frame lies here. */
  open: number;
  /** When the next one was begun, epoch ms; null for the current one. */
  closedAt: number | null;
};

/** Which segments there are and which of them are still needed. */
export type Segments = {
  /** Path of the segment that takes the next frames. */
  currentPath(): string;
  currentSize(): number;
  totalBytes(): number;
  /** Path of the segment after the current one. */
  nextPath(): string;
  /** Begins the next segment. */
  roll(now: number): void;
  grow(bytes: number): void;
  /** A frame of this request is written or about to be. */
  need(id: string): void;
  /** This request is in the ledger, or owes it nothing. */
  release(id: string): void;
  /** True when some request still needs its frames. */
  isNeeded(): boolean;
  /** Forgets and returns the oldest segments that nobody needs: those closed before `before`, while more than `keepBytes` are left also younger ones. */
  takeUnneeded(ask: { before: number; keepBytes: number }): readonly string[];
};

/** File name of the n-th segment. */
function segmentName(number: number): string {
  return `${String(number).padStart(8, "0")}.seg`;
}

/** True for the name of a segment; their alphabetical order is the order of writing. */
export function isSegmentName(name: string): boolean {
  return /^\d{8}\.seg$/.test(name);
}

/** The segments of a new journal directory: one, empty. They are deleted oldest first, so a settlement never goes before its admission. */
export function createSegments(directory: string): Segments {
  let count = 0;
  let total = 0;
  const nextPath = () => join(directory, segmentName(count + 1));
  const begin = (): Segment => {
    const path = nextPath();
    count++;
    return { path, size: 0, open: 0, closedAt: null };
  };
  let current = begin();
  const segments = [current];
  const neededFrom = new Map<string, Segment>();
  return {
    currentPath: () => current.path,
    nextPath,
    currentSize: () => current.size,
    totalBytes: () => total,
    roll(now) {
      current.closedAt = now;
      current = begin();
      segments.push(current);
    },
    grow(bytes) {
      current.size += bytes;
      total += bytes;
    },
    need(id) {
      if (neededFrom.has(id)) return;
      neededFrom.set(id, current);
      current.open++;
    },
    release(id) {
      const first = neededFrom.get(id);
      if (first === undefined) return;
      neededFrom.delete(id);
      first.open--;
    },
    isNeeded: () => neededFrom.size > 0,
    takeUnneeded({ before, keepBytes }) {
      const paths: string[] = [];
      for (const segment of [...segments]) {
        if (segment.open > 0 || segment.closedAt === null) break;
        if (segment.closedAt > before && total <= keepBytes) break;
        segments.shift();
        total -= segment.size;
        paths.push(segment.path);
      }
      return paths;
    },
  };
}
