import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTestPostgres } from "@test/setup/test-postgres";
import type { Figure, Row } from "./row";
import { bigBodyRow, cpuRow, streamCpuRow } from "./rows/cpu";
import { firstTokenRow, latencyRow } from "./rows/latency";
import { ledgerDrainRow } from "./rows/ledger";
import { denialRow, growthRow, redisCpuRow } from "./rows/limits";
import { idleMemoryRow, openStreamsRow } from "./rows/memory";
import { reportsRow } from "./rows/reports";
import { scanRow } from "./rows/scan";
import { openStage } from "./stage";

const ROWS: readonly Row[] = [
  idleMemoryRow,
  cpuRow,
  streamCpuRow,
  redisCpuRow,
  denialRow,
  latencyRow,
  firstTokenRow,
  bigBodyRow,
  scanRow,
  growthRow,
  ledgerDrainRow,
  openStreamsRow,
  reportsRow,
];

const dist = dirname(dirname(fileURLToPath(import.meta.url)));
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const rows = ROWS.filter((row) => only === undefined || row.name === only);
if (rows.length === 0) {
  console.error(`No row is called ${only}. Rows: ${ROWS.map((row) => row.name).join(", ")}`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-db-"));
chmodSync(folder, 0o711); // the database has an account of its own
const database = await startTestPostgres(folder);
const figures: Figure[] = [];
try {
  const stage = await openStage(database.url, dist);
  try {
    for (const row of rows) figures.push(...(await row.run(stage)));
  } finally {
    await stage.close();
  }
} finally {
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}

const table = toTable(figures);
console.log(table);
if (only === undefined) writeFileSync(join(dist, "../bench/RESULTS.md"), resultsFile(table));

/** A table with padded columns, as the formatter of this repository wants it. */
function toTable(list: readonly Figure[]): string {
  const verdict = (passes: boolean | null) => (passes === null ? "-" : passes ? "pass" : "short");
  const cells = [
    ["figure", "bar", "measured", "result"],
    ...list.map((row) => [row.figure, row.bar, row.measured, verdict(row.passes)]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}

function resultsFile(text: string): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`;
  return `# Benchmark results

\`npm run bench\` on ${date}, commit ${commit}, ${machine}. Client, upstream and gateway share the cores; every ratio is the median of five
pairs taken in turn in one run. CPU is user and system time of the process from the operating system's accounting; the database
runs apart and is not in it.

${text}
`;
}
