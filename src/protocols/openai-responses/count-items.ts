import { isJsonRecord, type JsonRecord, parseJson, recordAt, textAt } from "../parse-json";
import { COUNTED_TOOLS } from "./wire";

const MARKS = COUNTED_TOOLS.map(({ item }) => Buffer.from(item));

/** Collects the items of a response that stand for a run of a counted tool (protocols-and-pricing.md 6). */
export class ItemTally {
  readonly #units = new Map<string, number>();
  readonly #containers = new Set<string>();

  /** Takes one item or a list of them as JSON. Texts without a counted type, which are nearly all, are not parsed. */
  take(json: Buffer): void {
    if (!MARKS.some((mark) => json.includes(mark))) return;
    const parsed = parseJson(json);
    for (const item of Array.isArray(parsed) ? parsed : [parsed]) if (isJsonRecord(item)) this.#count(item);
  }

  #count(item: JsonRecord): void {
    const type = textAt(item, "type");
    const tool = COUNTED_TOOLS.find((counted) => counted.item === type);
    if (tool === undefined) return;
    if (tool.name === "code_session") {
      this.#containers.add(textAt(item, "container_id") ?? "");
      this.#units.set(tool.name, this.#containers.size);
    } else if (tool.name !== "web_search" || isSearch(item)) {
      this.#units.set(tool.name, (this.#units.get(tool.name) ?? 0) + 1);
    }
  }

  /** Units so far; 0 without any. */
  unitsOf(name: string): number {
    return this.#units.get(name) ?? 0;
  }
}

/** Opening a page that was found, and finding in it, is no search. */
function isSearch(item: JsonRecord): boolean {
  const type = textAt(recordAt(item, "action"), "type");
  return type === null || type === "search";
}

/** Units of each counted tool in two tallies of the same response, one of which may be incomplete. */
export function toolUnits(one: ItemTally, other: ItemTally): Readonly<Record<string, number>> {
  const units: Record<string, number> = {};
  for (const { name } of COUNTED_TOOLS) {
    const most = Math.max(one.unitsOf(name), other.unitsOf(name));
    if (most > 0) units[name] = most;
  }
  return units;
}
