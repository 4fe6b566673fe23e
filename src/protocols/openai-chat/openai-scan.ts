import type { BodyScan } from "../scan-body";
import type { FormScan } from "../scan-multipart";
import type { StreamUsage } from "./stream-options";

/** What the scan of a body leaves for building the upstream request. `usage` null: no stream is made to report it. */
export type OpenAiScan =
  | { readonly kind: "json"; readonly body: BodyScan; readonly usage: StreamUsage | null }
  | { readonly kind: "form"; readonly form: FormScan };
