import { governedFields, isScanError, scanBody } from "@/protocols/scan-body";
import { median } from "../load";
import type { Figure, Row } from "../row";

/** protocols-and-pricing.md 4.2: the scan of a 300 KB body over `JSON.parse` of its text, by what the body holds. */
const KINDS: readonly { readonly name: string; readonly most: number; readonly line: string }[] = [
  { name: "prose", most: 1.3, line: "The quick brown fox jumps over the lazy dog, and nobody minds. " },
  {
    name: "code",
    most: 1.3,
    line: "  if (count > 0 && items[count] != null) {\n    return items[count].name + 'x';\n  }\n",
  },
  { name: "escapes", most: 2, line: '"a\\b"\n\t' },
];
const FIELDS = governedFields(["model", "stream", "stream_options", "max_tokens", "n", "tools"]);
const BODY_BYTES = 300 * 1024;
const ROUNDS = 60;
const PAIRS = 9;

function bodyOf(line: string): Buffer {
  const messages: { role: string; content: string }[] = [];
  const content = line.repeat(Math.ceil(2_000 / line.length));
  for (let bytes = 0; bytes < BODY_BYTES; bytes += JSON.stringify(content).length)
    messages.push({ role: "user", content });
  return Buffer.from(JSON.stringify({ model: "bench", stream: true, messages }));
}

function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** CPU of the body scanner over the engine's own parser, in this process, in turn. */
export const scanRow: Row = {
  name: "scan",
  async run(): Promise<readonly Figure[]> {
    return KINDS.map(({ name, most, line }) => {
      const body = bodyOf(line);
      const scan = () => {
        if (isScanError(scanBody(body, FIELDS))) throw new Error("the body is refused");
      };
      const parse = () => void JSON.parse(body.toString());
      cpuOf(scan);
      cpuOf(parse);
      const ratio = median(Array.from({ length: PAIRS }, () => cpuOf(scan) / cpuOf(parse)));
      return {
        figure: `CPU of scanning 300 KB of ${name} / of JSON.parse`,
        bar: `<= ${most}`,
        measured: ratio.toFixed(2),
        passes: ratio <= most,
      };
    });
  },
};
