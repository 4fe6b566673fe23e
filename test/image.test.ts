import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

type Service = {
  image?: string;
  build?: string;
  environment: Record<string, string>;
  volumes: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
};
type Compose = { services: Record<string, Service>; volumes: Record<string, unknown> };

const compose = parse(readFileSync("docker-compose.yaml", "utf8")) as Compose;
const dockerfile = readFileSync("Dockerfile", "utf8");
const service = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

describe("docker-compose.yaml", () => {
  test("runs Sluice, PostgreSQL 18 and Redis 7, each with a volume that is declared", () => {
    expect(service("postgres").image).toBe("postgres:18");
    expect(service("redis").image).toBe("redis:7");
    expect(service("sluice").build).toBe(".");
    for (const { volumes } of Object.values(compose.services))
      for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(":")[0]);
  });

  test("starts Sluice once both stores are healthy", () => {
    expect(service("postgres").healthcheck?.test.join(" ")).toContain("pg_isready");
    expect(service("redis").healthcheck?.test.join(" ")).toContain("ping");
    expect(service("sluice").depends_on).toEqual({
      postgres: { condition: "service_healthy" },
      redis: { condition: "service_healthy" },
    });
  });

  test("has no default for a secret: an unset one stops it with the variable's name", () => {
    expect(service("sluice").environment.SLUICE_SECRET).toMatch(/^\$\{SLUICE_SECRET:\?/);
    expect(service("postgres").environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
    expect(service("sluice").environment.DATABASE_URL).toContain(":${POSTGRES_PASSWORD:?");
  });

  test("keeps Redis from evicting counters", () => {
    expect(readFileSync("docker-compose.yaml", "utf8")).toMatch(/"--maxmemory-policy", "noeviction"/);
  });
});

describe("the image", () => {
  test("is built in stages on node:24-slim, runs without root and has a health check", () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(bases.length).toBeGreaterThan(1);
    expect(new Set(bases)).toEqual(new Set(["node:24-slim"]));
    expect(dockerfile.lastIndexOf("\nUSER node\n")).toBeGreaterThan(dockerfile.lastIndexOf("\nFROM "));
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\n?.*healthz/m);
    expect(dockerfile).toContain('"--disable-sigusr1"');
    expect(dockerfile).toContain('"--no-parallel-scavenge"');
  });

  test("copies only what is there, and leaves data and build output of the host behind", () => {
    const copied = [...dockerfile.matchAll(/^COPY --from=build \S*\s*(?:--chown=\S+ )?((?:\/app\/\S+ )+)/gm)]
      .flatMap((match) => (match[1] ?? "").trim().split(" "))
      .map((path) => path.replace("/app/", ""))
      .filter((path) => !["node_modules", "dist", ".next"].includes(path));
    for (const path of copied) expect(existsSync(path), path).toBe(true);
    const ignored = readFileSync(".dockerignore", "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining(["node_modules", "dist", ".next", "data", ".git"]));
  });
});
