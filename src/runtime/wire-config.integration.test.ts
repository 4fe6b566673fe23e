import { buildDatabase } from "@test/build-database";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { DEFAULT_BREAKER } from "@/core/channels/breaker";
import { credentialContext } from "@/core/channels/credential-context";
import { NO_LIMITER } from "@/core/channels/limiter";
import { createSecretBox } from "@/lib/secret-box";
import { createLogger } from "@/observability/logger";
import { channelStore } from "@/stores/postgres/channel-store";
import { settingStore } from "@/stores/postgres/setting-store";
import { createCatalogue } from "@/stores/price-seed/create-catalogue";
import { wireConfig } from "./wire-config";

test("a setting that the environment fixes is in force whatever is stored, and the others are as stored", async () => {
  const database = await buildDatabase();
  try {
    await settingStore(database.db).write({ failOpen: true, modelGroupLimits: true, enforcement: "strict" });
    const { config } = await wireConfig({
      database,
      databaseUrl: database.url,
      secrets: createSecretBox("a secret of more than thirty-two characters"),
      catalogue: createCatalogue(),
      environment: { failOpen: false, modelGroupLimits: false },
      authStaleMs: 1000,
      shared: null,
      clock: fakeClock("2026-11-21T12:00:00Z"),
      log: createLogger(),
    });
    const settings = { failOpen: false, modelGroupLimits: false, enforcement: "strict", publicUrl: null };
    expect(config.current().settings).toMatchObject(settings);
  } finally {
    await database.drop();
  }
});

test.each([
  ["the second credential of a channel alone opens", 2, true],
  ["none opens where it is kept", 3, false],
])("a start where %s", async (_, id, starts) => {
  const database = await buildDatabase();
  const secrets = createSecretBox("a secret of more than thirty-two characters");
  try {
    const channels = channelStore(database.db);
    const { id: channelId } = await channels.insert({
      ...{
        name: "main",
        protocols: ["openai-chat"],
        operations: null,
        provider: null,
        baseUrl: "https://a.example.com",
      },
      ...{ models: [{ name: "m", upstream: "m" }], priority: 0, weight: 1, costMultiplierPpm: 1_000_000 },
      ...{ timeouts: { connectMs: 1, firstByteMs: 1, idleMs: 1 }, headers: { set: {}, remove: [] } },
      ...{ usageInStream: "auto", inputIncludesCache: false, onDisconnect: null, limiter: NO_LIMITER, overflow: null },
      ...{ breaker: DEFAULT_BREAKER, rpm: null, tpm: null, userGroups: [], enabled: true, managedBy: null },
    });
    await channels.setCredentials(channelId, [
      { id: 1, enabled: true, sealed: "blind" },
      { id, enabled: true, sealed: secrets.seal("sk-second", credentialContext(channelId, 2)) },
    ]);
    const wired = wireConfig({
      ...{ database, databaseUrl: database.url, secrets, catalogue: createCatalogue(), environment: {} },
      ...{ authStaleMs: 1000, shared: null, clock: fakeClock("2026-11-21T12:00:00Z"), log: createLogger() },
    });
    if (starts) expect((await wired).config.current().channels[0]?.credential).toBe("sk-second");
    else await expect(wired).rejects.toThrow("SLUICE_SECRET does not open the stored credentials");
  } finally {
    await database.drop();
  }
});
