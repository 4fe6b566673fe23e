import { AppError } from "@/core/errors";
import { readJson } from "@/lib/read-json";

const MAX_BYTES = 16 * 1024;

/** E-mail and password of a sign-in request. Throws malformed_json, request_too_large; what cannot be a sign-in is sign_in_failed. */
export async function readCredentials(request: Request): Promise<{ email: string; password: string }> {
  const body = await readJson(request, MAX_BYTES);
  if (body.kind === "too_large") throw new AppError("request_too_large", { maxBytes: MAX_BYTES });
  if (body.kind === "malformed") throw new AppError("malformed_json");
  const { email, password } = fieldsOf(body.value);
  if (typeof email !== "string" || typeof password !== "string") throw new AppError("sign_in_failed");
  if (email.length > 254 || password.length > 128) throw new AppError("sign_in_failed");
  return { email: email.trim(), password };
}

function fieldsOf(value: unknown): { readonly email?: unknown; readonly password?: unknown } {
  return typeof value === "object" && value !== null ? value : {};
}
