import { rmSync } from "node:fs";
import type { Journal } from "@/core/ledger/journal";
import type { Clock } from "@/lib/clock";
import { admitText, ceilingText } from "./frame-text";
import { createJournalDirectory, type JournalOwner } from "./journal-directory";
import { type JournalFiles, systemJournalFiles } from "./journal-files";
import { createSegments } from "./segments";
import { createTurnWriter, type JournalSync } from "./turn-writer";

/** What a journal works with. */
export type JournalOptions = {
  /** Folder of all journals: `data/journal`. Created when missing. */
  readonly root: string;
  readonly replica: string;
  /** The running process. */
  readonly owner: JournalOwner;
  readonly clock: Clock;
  readonly sync: JournalSync;
  /** Size at which admissions are refused. */
  readonly maxBytes: number;
  /** How long segments stay after all their requests are in the ledger. Less when the journal is half full. */
  readonly keepMs: number;
  /** The journal cannot be written any more: the process must end with exit code 3. Called once. */
  readonly onFatal: (error: unknown) => void;
  readonly files?: JournalFiles;
};

const SEGMENT_BYTES = 16 * 1024 * 1024;

/**
 * The journal of this process, in a directory of its own (reliability-and-security.md 2.5). Appends return at once; the frames of one
 * event-loop turn leave in one write behind it. Closing removes the directory when the ledger has everything, else it stays for the next
 * start to adopt. Throws the system's error when the directory cannot be created.
 */
export function createJournal(options: JournalOptions): Journal {
  const { clock, maxBytes, keepMs, files = systemJournalFiles } = options;
  const directory = createJournalDirectory(options.root, options.replica, options.owner);
  const segments = createSegments(directory);
  // Eight segments at least, so that a small journal can give space back before it is full.
  const segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(maxBytes / 8));
  const writer = createTurnWriter({ ...options, files, directory, segments, segmentBytes });
  const removeUnneeded = () => {
    writer.remove(segments.takeUnneeded({ before: clock.now() - keepMs, keepBytes: maxBytes / 2 }));
  };
  return {
    admit(frame) {
      segments.need(frame.id);
      writer.append("admit", admitText(frame));
    },
    ceiling: (frame) => writer.append("ceiling", ceilingText(frame)),
    settle({ id, kind, text }) {
      writer.append("settle", text);
      if (kind === "voided") segments.release(id);
    },
    flushed(ids) {
      writer.append("flushed", JSON.stringify(ids));
      for (const id of ids) segments.release(id);
      removeUnneeded();
    },
    written: () => writer.written(),
    isFull: () => writer.isBlocked() || segments.totalBytes() >= maxBytes,
    sizeBytes: () => segments.totalBytes(),
    async close() {
      const isWhole = !writer.isBlocked();
      await writer.close();
      if (isWhole && !segments.isNeeded()) rmSync(directory, { recursive: true, force: true });
    },
  };
}
