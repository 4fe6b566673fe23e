import type { ProcessRole } from "@/core/vocabulary";

/** What a process of one role builds and serves. */
export type RoleDuties = {
  /** Answers `/v1`. */
  readonly servesGateway: boolean;
  /** Loads Next and answers pages and `/api`. */
  readonly servesConsole: boolean;
  /** Brings the schema up to date; others wait for a version they accept. */
  readonly migrates: boolean;
};

/** The duties of a process role (`SLUICE_ROLE`). */
export function dutiesOf(role: ProcessRole): RoleDuties {
  const servesConsole = role !== "gateway";
  return { servesGateway: role !== "console", servesConsole, migrates: servesConsole };
}
