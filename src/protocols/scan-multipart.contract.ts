import { type Random, seededRandom } from "@test/seeded-random";
import { boundaryOf, type FormScan, isFormFault, scanMultipart } from "./scan-multipart";

/**
 * The differential contract of `scanMultipart` against the form parser of the platform: seeded forms, many of them broken. What is accepted
 * here is accepted there, with the same fields and files; what is well-formed and unambiguous is accepted here.
 */
export const BOUNDARY = "----WebKitFormBoundaryx7MA4YWxkTrZu0gW";
export const CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const GOVERNED = ["model", "n", "size"];

const NAMES = ["model", "n", "size", "prompt", "file", "image[]", "Model", "model[]", "имя", "a b"];
const VALUES = ["gpt-image-1", "", "2", "1024x1024", "two\r\nlines", "é€😀", "--", "\r\n--", "ends in a line\r\n"];
const PIECES = [
  ...["\r\n", "\n", "\r", "--", ";", '"', "=", ":", " ", "\t", "\\", "\0", "%22", "\xff", "é"],
  ...[`--${BOUNDARY}`, `\r\n--${BOUNDARY}`, `\r\n--${BOUNDARY}--`, BOUNDARY, 'name="model"', "filename=", "name*="],
  ...["Content-Transfer-Encoding: base64\r\n", 'Content-Disposition: form-data; name="model"\r\n', "\r\n\r\n"],
];

type Part = { readonly name: string; readonly value: Buffer; readonly isFile: boolean };

function partOf(random: Random): Part {
  const isFile = random(4) === 0;
  const value = Buffer.from(pick(VALUES, random));
  const bytes = Buffer.concat([value, Buffer.from(Array.from({ length: random(40) }, () => random(256)))]);
  return { name: pick(NAMES, random), value: isFile ? bytes : value, isFile };
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[random(list.length)] as T;
}

function write(parts: readonly Part[], random: Random): Buffer {
  const written = parts.map(({ name, value, isFile }) => {
    const quoted = random(5) === 0 && /^[a-z]+$/.test(name) ? name : `"${name}"`;
    const file = isFile ? `; filename="${pick(["a.png", "", "a b.mp3"], random)}"` : "";
    const type = isFile || random(6) === 0 ? "\r\nContent-Type: text/plain" : "";
    return Buffer.concat([
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name=${quoted}${file}${type}\r\n\r\n`),
      value,
      Buffer.from("\r\n"),
    ]);
  });
  return Buffer.concat([...written, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** The case of a seed: a form, in three of four cases with up to three mutations. */
export function formAt(seed: number): Buffer {
  const random = seededRandom(seed);
  let bytes = write(
    Array.from({ length: random(5) }, () => partOf(random)),
    random,
  );
  const mutations = random(4);
  for (let step = 0; step < mutations; step++) bytes = mutate(bytes, random);
  return bytes;
}

function mutate(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1);
  switch (random(4)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(4))]);
    case 1:
      return bytes.subarray(0, at);
    case 2: {
      const copy = Buffer.from(bytes);
      if (at < copy.length) copy[at] = random(256);
      return copy;
    }
    default:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(PIECES, random), "latin1"), bytes.subarray(at)]);
  }
}

type Entries = readonly (readonly [name: string, value: string | Buffer])[];

async function reference(bytes: Buffer, contentType: string): Promise<Entries | null> {
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData();
    return await Promise.all(
      [...form.entries()].map(async ([name, value]) => {
        return [name, typeof value === "string" ? value : Buffer.from(await value.arrayBuffer())] as const;
      }),
    );
  } catch {
    return null;
  }
}

/** What a form says by the scanner; null: it was refused. */
export function scanForm(bytes: Buffer, contentType = CONTENT_TYPE): FormScan | null {
  const boundary = boundaryOf(contentType);
  const scan = typeof boundary === "string" ? scanMultipart(bytes, boundary, GOVERNED) : { field: null };
  return isFormFault(scan) ? null : scan;
}

/** The platform refuses a content that holds the boundary without its dashes, which no delimiter is. */
function hasBareBoundary(bytes: Buffer): boolean {
  return bytes.toString("latin1").split(BOUNDARY).length !== bytes.toString("latin1").split(`--${BOUNDARY}`).length;
}

/** Throws where the scanner and the platform's parser disagree about a form that the scanner accepts; returns whether it does. */
export async function checkForm(bytes: Buffer): Promise<boolean> {
  const scan = scanForm(bytes);
  if (scan === null) return false;
  const entries = await reference(bytes, CONTENT_TYPE);
  if (entries === null && hasBareBoundary(bytes)) return true;
  if (entries === null) throw new Error("accepted here, refused by the platform");
  const files = entries.filter(([, value]) => typeof value !== "string");
  if (files.length !== scan.fileCount) throw new Error(`${scan.fileCount} files, ${files.length} for the platform`);
  const size = files.reduce((sum, [, value]) => sum + value.length, 0);
  if (size !== scan.fileBytes) throw new Error(`${scan.fileBytes} bytes of files, ${size} for the platform`);
  for (const name of GOVERNED) {
    const field = scan.fields.get(name);
    const own = field === undefined ? [] : [bytes.toString("utf8", field.valueStart, field.valueEnd)];
    const other = entries.filter(([given]) => given === name).map(([, value]) => value);
    if (JSON.stringify(own) !== JSON.stringify(other)) throw new Error(`${name}: ${own} here, ${other} there`);
  }
  return true;
}
