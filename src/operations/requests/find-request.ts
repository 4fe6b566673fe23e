import type { RequestDetail } from "@/core/ledger/request-log";
import type { OperationPorts } from "@/core/ports";
import { parseRequestId } from "@/lib/id";
import { existing } from "../existing";

/** A request by its public id. Throws not_found, for what cannot be an id as well. */
export async function findRequest(id: string, ports: OperationPorts): Promise<RequestDetail> {
  const hex = parseRequestId(id);
  return existing(hex === null ? null : await ports.requests.find(hex));
}
