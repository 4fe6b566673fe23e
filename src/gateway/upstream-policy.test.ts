import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classifyAddress, judgeDestination, type UpstreamPolicy } from "./upstream-policy";

const policy = (patch: Partial<UpstreamPolicy> = {}): UpstreamPolicy => ({
  privateAddresses: "listed",
  listed: [],
  forbidden: [],
  ...patch,
});
const at = (address: string, port = 443, host = address) => ({ host, port, address, isTls: true });

describe("classifyAddress", () => {
  test.each([
    ["0.0.0.0", "forbidden"],
    ["169.254.169.254", "forbidden"],
    ["192.0.0.8", "forbidden"],
    ["100.100.100.200", "forbidden"],
    ["168.63.129.16", "forbidden"],
    ["224.0.0.1", "forbidden"],
    ["255.255.255.255", "forbidden"],
    ["::", "forbidden"],
    ["fe80::1", "forbidden"],
    ["ff02::1", "forbidden"],
    ["fd00:ec2::254", "forbidden"],
    ["2001:0:1::1", "forbidden"],
    ["127.0.0.1", "private"],
    ["10.1.2.3", "private"],
    ["172.31.255.255", "private"],
    ["192.168.0.1", "private"],
    ["100.64.0.1", "private"],
    ["198.19.0.1", "private"],
    ["::1", "private"],
    ["fc00::1", "private"],
    ["fec0::1", "private"],
    ["8.8.8.8", "public"],
    ["172.32.0.1", "public"],
    ["2606:4700::1111", "public"],
  ])("%s is %s", (address, expected) => expect(classifyAddress(address)).toBe(expected));

  test.each([
    ["::ffff:127.0.0.1", "private"],
    ["::ffff:169.254.169.254", "forbidden"],
    ["::ffff:8.8.8.8", "public"],
    ["::7f00:1", "private"],
    ["64:ff9b::a9fe:a9fe", "forbidden"],
    ["64:ff9b::0a00:1", "private"],
    ["2002:7f00:0001::", "private"],
    ["2002:0808:0808::", "public"],
  ])("%s is judged by the IPv4 address it carries: %s", (address, expected) =>
    expect(classifyAddress(address)).toBe(expected),
  );

  test("text that is no address has no class", () => {
    expect(classifyAddress("example.com")).toBeNull();
    expect(classifyAddress("")).toBeNull();
  });

  test("an IPv4 address and its mapped form are always of one class", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(classifyAddress(`::ffff:${address}`)).toBe(classifyAddress(address));
      }),
    );
  });
});

describe("judgeDestination", () => {
  test("a public address needs TLS", () => {
    expect(judgeDestination(at("8.8.8.8"), policy())).toBeNull();
    expect(judgeDestination({ ...at("8.8.8.8", 80), isTls: false }, policy())?.class).toBe("plain_http");
  });

  test("a private address passes where private addresses are allowed", () => {
    expect(
      judgeDestination({ ...at("127.0.0.1", 80), isTls: false }, policy({ privateAddresses: "allow" })),
    ).toBeNull();
  });

  test("a private address that is not listed is refused and the variable is named", () => {
    expect(judgeDestination(at("10.0.0.1"), policy())).toEqual({
      class: "private",
      variable: "SLUICE_UPSTREAM_ALLOW",
    });
  });

  test.each([
    [["10.0.0.0/8"], true],
    [["10.0.0.1:443"], true],
    [["llm.internal:443"], true],
    [["llm.internal:444"], false],
    [["10.1.0.0/16"], false],
    [["fc00::/7"], false],
  ])("a private address listed as %s passes: %s", (listed, passes) => {
    const refusal = judgeDestination(at("10.0.0.1", 443, "llm.internal"), policy({ listed }));
    expect(refusal === null).toBe(passes);
  });

  test("what is forbidden stays forbidden when it is listed", () => {
    const open = policy({ privateAddresses: "allow", listed: ["169.254.0.0/16", "0.0.0.0/0"] });
    expect(judgeDestination(at("169.254.169.254"), open)?.class).toBe("forbidden");
    expect(judgeDestination(at("8.8.8.8", 443, "metadata.google.internal"), open)?.class).toBe("forbidden");
  });

  test("the gateway's own database is never called", () => {
    const own = policy({ privateAddresses: "allow", forbidden: ["127.0.0.1:5432"] });
    expect(judgeDestination(at("127.0.0.1", 5432, "localhost"), own)?.class).toBe("forbidden");
    expect(judgeDestination(at("127.0.0.1", 5433, "localhost"), own)).toBeNull();
  });
});
