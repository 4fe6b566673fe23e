import "server-only";
import type { Services } from "@/runtime/services";
import { getServices as fromSlot } from "@/runtime/services-slot";

/** The running services, from the one slot that server and pages share. Throws when nothing has started them. */
export function getServices(): Services {
  return fromSlot();
}
