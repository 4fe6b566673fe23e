import { promisify } from "node:util";
import { brotliDecompress, gunzip, type InputType, inflate, inflateRaw, zstdDecompress } from "node:zlib";
import { AppError } from "@/core/errors";

/** How a request body is coded. */
export type BodyEncoding = "identity" | "gzip" | "deflate" | "br" | "zstd";

/** A body that grows more than this on decoding is refused. */
const MAX_RATIO = 100;

/**
 * The coding of a body from its `content-encoding`.
 * @throws `unsupported_encoding` for a list and for any other name (protocols-and-pricing.md 4.1)
 */
export function bodyEncoding(contentEncoding: string | undefined): BodyEncoding {
  const name = (contentEncoding ?? "").trim().toLowerCase();
  switch (name) {
    case "":
    case "identity":
      return "identity";
    case "gzip":
    case "deflate":
    case "br":
    case "zstd":
      return name;
    default:
      throw new AppError("unsupported_encoding", { encoding: name.slice(0, 64) });
  }
}

type Decoded = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };
type Decompress = (input: InputType, options: { info: true; maxOutputLength: number }) => Promise<Decoded>;

// The types of node:zlib do not know the `info` form of their promisified functions.
const inflateZlib = promisify(inflate) as unknown as Decompress;
const inflateBare = promisify(inflateRaw) as unknown as Decompress;
const DECOMPRESS: Readonly<Record<Exclude<BodyEncoding, "identity">, Decompress>> = {
  gzip: promisify(gunzip) as unknown as Decompress,
  deflate: (input, options) => (isZlib(input as Uint8Array) ? inflateZlib : inflateBare)(input, options),
  br: promisify(brotliDecompress) as unknown as Decompress,
  zstd: promisify(zstdDecompress) as unknown as Decompress,
};

/** Clients send `deflate` with the zlib header as well as without it. */
function isZlib(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

/**
 * Decodes a whole body.
 * @param limitBytes largest decoded size; the growth is bounded by it and by 100 times the coded size, whichever is less
 * @throws `body_too_large` beyond either bound, `body_decode_failed` for corrupt, cut or trailing data
 */
export async function decodeBody(bytes: Uint8Array, encoding: BodyEncoding, limitBytes: number): Promise<Uint8Array> {
  if (encoding === "identity") return bytes;
  const maxOutputLength = Math.max(1, Math.min(limitBytes, bytes.length * MAX_RATIO));
  let decoded: Decoded;
  try {
    decoded = await DECOMPRESS[encoding](bytes, { info: true, maxOutputLength });
  } catch (cause) {
    const isTooLarge = (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    throw new AppError(isTooLarge ? "body_too_large" : "body_decode_failed", isTooLarge ? { limitBytes } : {}, {
      cause,
    });
  }
  if (decoded.engine.bytesWritten !== bytes.length) throw new AppError("body_decode_failed");
  return decoded.buffer;
}
