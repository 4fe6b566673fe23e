import type { Messages } from "next-intl";
import { getMessages } from "next-intl/server";
import type { ReactNode } from "react";
import { MessageLayer } from "./message-layer";

/**
 * Gives the client components below it the words of the namespaces they use. The document's layout has sent
 * `common`, `errors` and `shell` already; a page sends its own and no others.
 */
export async function PageMessages(props: { namespaces: readonly (keyof Messages)[]; children: ReactNode }) {
  const all = await getMessages();
  const messages = Object.fromEntries(props.namespaces.map((name) => [name, all[name]])) as Partial<Messages>;
  return <MessageLayer messages={messages}>{props.children}</MessageLayer>;
}
