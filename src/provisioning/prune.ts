import type { OperationPorts } from "@/core/ports";
import { deleteChannel } from "@/operations/channels/delete-channel";
import { deleteKey } from "@/operations/keys/delete-key";
import type { OperationContext } from "@/operations/operation";
import { runInside } from "@/operations/run-operation";
import { deleteUser } from "@/operations/users/delete-user";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

type Row = { readonly id: number; readonly name: string; readonly managedBy: "file" | null };

/** Removes what the file owns and no longer names, never what a person made. Prices are rows that later rows replace: they stay. */
export function prune(file: ConfigFile): readonly Step[] {
  const keys = new Set(file.keys.map(({ user, name }) => keyName(user, name)));
  const users = new Set(file.users.map(({ name }) => name.toLowerCase()));
  const channels = new Set(file.channels.map(({ name }) => name.toLowerCase()));
  return [
    step("keys", async (context) => {
      const rows = await context.ports.keys.list({});
      const gone = unnamed(rows, ({ userName, name }) => keys.has(keyName(userName, name)));
      for (const { id } of gone) await runInside(deleteKey, { id }, context);
    }),
    step("users", async (context) => {
      const gone = unnamed(await context.ports.users.list({}), ({ name }) => users.has(name.toLowerCase()));
      for (const { id } of gone) await runInside(deleteUser, { id }, context);
    }),
    step("channels", async (context) => {
      const gone = unnamed(await listChannels(context.ports), ({ name }) => channels.has(name.toLowerCase()));
      for (const { id } of gone) await runInside(deleteChannel, { id }, context);
    }),
  ];
}

function step(list: string, run: (context: OperationContext) => Promise<void>): Step {
  return { path: "prune", label: `${list} that the file no longer names`, run };
}

function unnamed<Entry extends Row>(rows: readonly Entry[], isNamed: (row: Entry) => boolean): readonly Entry[] {
  return rows.filter((row) => row.managedBy === "file" && !isNamed(row));
}

const listChannels = (ports: OperationPorts) => ports.channels.list();

function keyName(user: string, name: string): string {
  return `${user.toLowerCase()}/${name.toLowerCase()}`;
}
