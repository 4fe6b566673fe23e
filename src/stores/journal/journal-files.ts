import { closeSync, fdatasync, openSync, writeSync } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { promisify } from "node:util";

/** The file calls of a journal, so that tests can make them fail. All of them throw or reject with the system's error. */
export type JournalFiles = {
  /** Creates a segment; it must not exist. */
  open(path: string): number;
  /** Writes behind what is there and returns how many bytes were taken. */
  write(fd: number, bytes: Uint8Array): number;
  sync(fd: number): Promise<void>;
  close(fd: number): void;
  /** Makes new names in the directory durable, where the system can. */
  syncDirectory(path: string): Promise<void>;
  /** A file that is gone is no error. */
  remove(path: string): Promise<void>;
};

const fdatasyncLater = promisify(fdatasync);

/** The real file system. */
export const systemJournalFiles: JournalFiles = {
  open: (path) => openSync(path, "ax", 0o600),
  write: (fd, bytes) => writeSync(fd, bytes),
  sync: (fd) => fdatasyncLater(fd),
  close: (fd) => closeSync(fd),
  async syncDirectory(path) {
    const directory = await open(path, "r");
    await directory.sync().catch(ignore(["EINVAL", "EPERM", "ENOTSUP"]));
    await directory.close();
  },
  remove: (path) => unlink(path).catch(ignore(["ENOENT"])),
};

function ignore(codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? "")) throw error;
  };
}
