import { z } from "zod";
import { idField, instant, instantField, listOf, orDefault, strict, text, whole } from "../references";

/** Input of `denials.list`, newest first. A cursor belongs to its filters (`cursor_mismatch`). */
export const ListDenialsInput = strict({
  userId: idField.optional(),
  keyId: idField.optional(),
  model: text(200).optional(),
  code: text(60).optional(),
  /** Inclusive. */
  from: instantField.optional(),
  /** Exclusive. */
  to: instantField.optional(),
  cursor: text(1000).optional(),
  limit: orDefault(whole(1, 200), 50),
});

/** A request that was refused before it was admitted. */
export const DenialItem = z
  .object({
    /** `req_...` */
    id: z.string(),
    at: instant,
    user: z.object({ id: z.int(), name: z.string().nullable() }).nullable(),
    key: z.object({ id: z.int().nullable(), name: z.string().nullable(), prefix: z.string().nullable() }).nullable(),
    protocol: z.string(),
    operation: z.string().nullable(),
    model: z.string().nullable(),
    status: z.int(),
    code: z.string(),
    /** What the refusal said: for a limit its denial (quota.md Q61). */
    params: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "DenialItem" });
/** See the schema. */
export type DenialItem = z.infer<typeof DenialItem>;
/** Output of `denials.list`. */
export const DenialList = listOf(DenialItem).meta({ id: "DenialList" });
/** See the schema. */
export type DenialList = z.infer<typeof DenialList>;
