const AREAS = /^\/(admin|me|why|docs)(\/|\?|$)/;
/** Any origin: it only serves to see whether a path leaves it. */
const BASE = "http://return.invalid";

/** The page to go to after signing in: `next` when it is a path to a page of ours, else `/`, which picks by role. */
export function returnPath(next: string | null): string {
  if (next === null || !AREAS.test(next) || !URL.canParse(next, BASE)) return "/";
  const url = new URL(next, BASE);
  return url.origin === BASE && AREAS.test(url.pathname) ? url.pathname + url.search : "/";
}
