import type { DocsOperation, DocsParameter } from "./read-document";

/** Names of the snippets, in the order of their tabs. */
export const TOOLS = ["curl", "typescript", "python"] as const;
/** One of the ways to call the API. */
export type Tool = (typeof TOOLS)[number];

/** One call to write down. */
export type SnippetCall = {
  readonly method: string;
  /** Whole, with its query. */
  readonly url: string;
  /** undefined: no body. */
  readonly body: unknown;
  readonly needsToken: boolean;
};

/** The call of an operation with the values of its example; `origin` such as `https://llm.example.com`. */
export function exampleCall(operation: DocsOperation, origin: string): SnippetCall {
  const values = Object.fromEntries(operation.parameters.map(({ name, example }) => [name, example]));
  return {
    method: operation.method,
    url: origin + fillPath(operation, values),
    body: operation.body === null ? undefined : (operation.body.example ?? {}),
    needsToken: !operation.isOpen,
  };
}

/** A path and query filled with values by name; empty ones stay out of the query and leave their place in the path open. */
export function fillPath(
  { path, parameters }: { path: string; parameters: readonly Pick<DocsParameter, "name" | "in">[] },
  values: Readonly<Record<string, string>>,
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    (values[name] ?? "") === "" ? place : encodeURIComponent(values[name] ?? ""),
  );
  const query = new URLSearchParams(
    parameters
      .filter((parameter) => parameter.in === "query" && (values[parameter.name] ?? "") !== "")
      .map(({ name }) => [name, values[name] ?? ""]),
  ).toString();
  return query === "" ? filled : `${filled}?${query}`;
}

const TEXTS: Readonly<Record<Tool, (call: SnippetCall) => string>> = {
  curl: ({ method, url, body, needsToken }) =>
    [
      `curl${method === "GET" ? "" : ` -X ${method}`} ${shellWord(url)}`,
      ...(needsToken ? ['-H "Authorization: Bearer $SLUICE_TOKEN"'] : []),
      ...(body === undefined
        ? []
        : ['-H "Content-Type: application/json"', `-d ${quoted(JSON.stringify(body, null, 2))}`]),
    ].join(" \\\n  "),
  typescript: ({ method, url, body, needsToken }) => {
    const headers = [
      ...(needsToken ? [`Authorization: \`Bearer \${process.env.SLUICE_TOKEN}\``] : []),
      ...(body === undefined ? [] : ['"Content-Type": "application/json"']),
    ];
    const options = [
      ...(method === "GET" ? [] : [`method: "${method}"`]),
      ...(headers.length === 0 ? [] : [`headers: { ${headers.join(", ")} }`]),
      ...(body === undefined ? [] : [`body: JSON.stringify(${indented(JSON.stringify(body, null, 2))})`]),
    ];
    const rest = options.length === 0 ? "" : `, {\n${options.map((option) => `  ${option},\n`).join("")}}`;
    return `const reply = await fetch(${JSON.stringify(url)}${rest});
console.log(reply.status, await reply.json());`;
  },
  python: ({ method, url, body, needsToken }) => {
    const options = [
      JSON.stringify(url),
      ...(needsToken ? [`headers={"Authorization": f"Bearer {os.environ['SLUICE_TOKEN']}"}`] : []),
      ...(body === undefined ? [] : [`json=${toPython(body, "    ")}`]),
    ];
    return `${needsToken ? "import os\n" : ""}import requests

reply = requests.${method.toLowerCase()}(
${options.map((option) => `    ${option},\n`).join("")})
print(reply.status_code, reply.json())`;
  },
};

/** The text of a call for a tool. The token is read from the variable `SLUICE_TOKEN`. */
export function requestSnippet(tool: Tool, call: SnippetCall): string {
  return TEXTS[tool](call);
}

const indented = (text: string) => text.replaceAll("\n", "\n  ");
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const shellWord = (text: string) => (/^[\w:/.%@-]+$/.test(text) ? text : quoted(text));

/** A JSON value as Python writes it; `indent` is that of the line it begins on. */
function toPython(value: unknown, indent: string): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const lines = Array.isArray(value)
    ? value.map((each) => `${inner}${toPython(each, inner)},\n`)
    : Object.entries(value).map(([name, each]) => `${inner}${JSON.stringify(name)}: ${toPython(each, inner)},\n`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return lines.length === 0 ? open + close : `${open}\n${lines.join("")}${indent}${close}`;
}
