import { expect, test } from "vitest";
import { parsePidFile } from "./postmaster-pid";
import { findSystemUser } from "./system-user";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";

test("an account is found by name and by uid, an unknown one is not", () => {
  expect(findSystemUser(PASSWD, "nobody")).toEqual({ name: "nobody", uid: 65534, gid: 65534 });
  expect(findSystemUser(PASSWD, 0)?.name).toBe("root");
  expect(findSystemUser(PASSWD, "postgres")).toBeNull();
});

test.each([
  ["4711\n/data\n1\n5432\n\n127.0.0.1\n", { pid: 4711, port: 5432 }],
  ["4711", { pid: 4711, port: null }],
  ["-4711\n\n\nport", { pid: null, port: null }],
  ["", { pid: null, port: null }],
])("the pid file %j says %o", (text, expected) => {
  expect(parsePidFile(text)).toEqual(expected);
});
