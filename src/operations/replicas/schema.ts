import { z } from "zod";
import { instant, noInput } from "../references";

/** Input of `replicas.list`: nothing. */
export const ListReplicasInput = noInput;

/** A running process of this gateway. */
export const Replica = z
  .object({
    id: z.string(),
    /** What it serves. */
    role: z.string(),
    /** Its release. */
    version: z.string(),
    /** The configuration that it works by. */
    configVersion: z.int(),
    startedAt: instant,
    /** Its last heartbeat; they come every few seconds. */
    seenAt: instant,
  })
  .meta({ id: "Replica" });
/** Output of `replicas.list`, the newest heartbeat first. */
export const ReplicaList = z.object({ items: z.array(Replica) });
