import { existsSync } from "node:fs";
import { ask, run } from "./run-command.mjs";

/** Programs and fonts that the tests use besides Node, by Debian package. */
const NEEDED = [
  { package: "redis-server", isThere: () => ask("redis-server", ["--version"]) !== null },
  { package: "chromium", isThere: () => existsSync(process.env.CHROMIUM_PATH ?? "/usr/bin/chromium") },
  { package: "fonts-noto-cjk", isThere: () => (ask("fc-list", [":lang=ja", "family"]) ?? "") !== "" },
];

/** Installs what is missing by apt when root on Debian; elsewhere says what to install and goes on. */
export async function bootstrap() {
  const missing = NEEDED.filter((each) => !each.isThere()).map((each) => each.package);
  if (missing.length === 0) return;
  const isDebian = existsSync("/etc/debian_version") && process.getuid?.() === 0;
  if (!isDebian) {
    console.log(
      `Please install: ${missing.join(", ")} (Chromium elsewhere: set CHROMIUM_PATH). Tests that need it will fail.`,
    );
    return;
  }
  console.log(`Installing ${missing.join(", ")} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  await run("apt-get", ["update", "-qq"], { env });
  if ((await run("apt-get", install, { env })) !== 0)
    console.log(`apt-get could not install ${missing.join(", ")}: tests that need it will fail.`);
}
