import type { KeyPosition } from "@/core/keys/key";
import { isText, isWhole } from "../list-output";

/** The position of a row in lists of keys. */
export const keyPosition = ({ userName, name, id }: KeyPosition) => [userName, name, id];

/** The position of lists of keys: by owner, name and id. */
export function readKeyPosition([userName, name, id]: readonly unknown[]): KeyPosition | null {
  return isText(userName) && isText(name) && isWhole(id) ? { userName, name, id } : null;
}
