import { buildDatabase } from "@test/build-database";
import { fakeClock } from "@test/fake-clock";
import { expect, test } from "vitest";
import { createSecretBox } from "@/lib/secret-box";
import { createLogger } from "@/observability/logger";
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
      shared: null,
      authStaleMs: 1000,
      clock: fakeClock("2026-11-21T12:00:00Z"),
      log: createLogger(),
    });
    const settings = { failOpen: false, modelGroupLimits: false, enforcement: "strict", publicUrl: null };
    expect(config.current().settings).toMatchObject(settings);
  } finally {
    await database.drop();
  }
});
