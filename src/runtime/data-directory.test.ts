import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findOwner, openDataDirectory } from "./data-directory";
import { masterSecret } from "./master-secret";
import { bootId, identityOf } from "./process-identity";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owner = () => JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));

test("the first process owns the directory until it releases it", () => {
  const directory = openDataDirectory(join(folder, "a/b"));
  expect(findOwner(directory.path)?.pid).toBe(process.pid);
  directory.release();
  expect(findOwner(directory.path)).toBeNull();
  expect(readdirSync(directory.path)).toEqual([]);
});

test("a directory that a living process owns is refused with its pid", () => {
  const child = spawn("sleep", ["60"]);
  try {
    writeFileSync(join(folder, "owner.json"), JSON.stringify(identityOf(child.pid ?? 0)));
    expect(() => openDataDirectory(folder)).toThrow(`in use by process ${child.pid}`);
    expect(owner().pid).toBe(child.pid);
  } finally {
    child.kill("SIGKILL");
  }
});

test.each([
  ["a pid that is gone", { pid: 999_999_999, startedAt: "1", bootId: bootId() }],
  ["a pid that was reused", { pid: process.pid, startedAt: "1", bootId: bootId() }],
  ["another boot of the machine", { ...identityOf(process.pid), bootId: "another" }],
])("the owner file of %s is replaced", (_, dead) => {
  writeFileSync(join(folder, "owner.json"), JSON.stringify(dead));
  openDataDirectory(folder).release();
});

test("an owner file of garbage is replaced", () => {
  writeFileSync(join(folder, "owner.json"), "{");
  openDataDirectory(folder);
  expect(owner().pid).toBe(process.pid);
});

test("a path that cannot be a folder is refused with the variable's name", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => openDataDirectory(join(folder, "file"))).toThrow(/^SLUICE_DATA_DIR: .* cannot be written/);
});

test("the secret is made once, readable by its owner alone", () => {
  const first = masterSecret({ given: null, isEmbedded: true, dataDir: folder });
  expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32);
  expect(statSync(join(folder, "secret")).mode & 0o777).toBe(0o600);
  expect(masterSecret({ given: null, isEmbedded: true, dataDir: folder })).toBe(first);
});

test("a given secret wins and writes no file; an external database needs one", () => {
  expect(masterSecret({ given: "x".repeat(40), isEmbedded: true, dataDir: folder })).toBe("x".repeat(40));
  expect(readdirSync(folder)).toEqual([]);
  expect(() => masterSecret({ given: null, isEmbedded: false, dataDir: folder })).toThrow(/^SLUICE_SECRET is required/);
});

test("a secret file that lost its content is not replaced in silence", () => {
  writeFileSync(join(folder, "secret"), "");
  expect(() => masterSecret({ given: null, isEmbedded: true, dataDir: folder })).toThrow(/shorter than 32 bytes/);
});
