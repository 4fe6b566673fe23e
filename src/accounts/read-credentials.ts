import { AppError } from "@/core/errors";

const MAX_BYTES = 16 * 1024;

/** E-mail and password of a sign-in request. Throws malformed_json, request_too_large; what cannot be a sign-in is sign_in_failed. */
export async function readCredentials(request: Request): Promise<{ email: string; password: string }> {
  const body = parse(await readText(request));
  const { email, password } = body;
  if (typeof email !== "string" || typeof password !== "string") throw new AppError("sign_in_failed");
  if (email.length > 254 || password.length > 128) throw new AppError("sign_in_failed");
  return { email: email.trim(), password };
}

async function readText(request: Request): Promise<string> {
  if (!(request.headers.get("content-type") ?? "").startsWith("application/json")) throw new AppError("malformed_json");
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new AppError("request_too_large", { maxBytes: MAX_BYTES });
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function parse(text: string): { readonly email?: unknown; readonly password?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // answered below, like every other body that is no object
  }
  throw new AppError("malformed_json");
}
