import { AppError } from "@/core/errors";
import { readJson } from "@/lib/read-json";

const MAX_BYTES = 16 * 1024;
/** The longest key that a provisioning file may bring along has 210 characters. */
const MAX_KEY_CHARACTERS = 210;

/** E-mail and password of a sign-in request. Throws malformed_json, request_too_large; what cannot be a sign-in is sign_in_failed. */
export async function readCredentials(request: Request): Promise<{ email: string; password: string }> {
  const { email, password } = await readFields(request);
  if (typeof email !== "string" || typeof password !== "string") throw new AppError("sign_in_failed");
  if (email.length > 254 || password.length > 128) throw new AppError("sign_in_failed");
  return { email: email.trim(), password };
}

/** The key of a sign-in request, without blanks around it. Throws malformed_json, request_too_large; what cannot be a key is key_sign_in_failed. */
export async function readKey(request: Request): Promise<string> {
  const { key } = await readFields(request);
  if (typeof key !== "string" || key.trim().length > MAX_KEY_CHARACTERS) throw new AppError("key_sign_in_failed");
  return key.trim();
}

type Fields = { readonly email?: unknown; readonly password?: unknown; readonly key?: unknown };

async function readFields(request: Request): Promise<Fields> {
  const body = await readJson(request, MAX_BYTES);
  if (body.kind === "too_large") throw new AppError("request_too_large", { maxBytes: MAX_BYTES });
  if (body.kind === "malformed") throw new AppError("malformed_json");
  return typeof body.value === "object" && body.value !== null ? body.value : {};
}
