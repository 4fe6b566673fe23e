import type { OwnRequestDetail, RequestDetail } from "@/operations/requests/schema";

/** A request as an admin sees it, or as its owner does. */
export type ShownRequest = RequestDetail | OwnRequestDetail;

/** True for what admins see: with user, channel, attempts and decision. */
export function isFullDetail(request: ShownRequest): request is RequestDetail {
  return "decision" in request;
}
