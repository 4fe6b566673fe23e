import type { OperationPorts } from "@/core/ports";
import { deleteChannel } from "@/operations/channels/delete-channel";
import { deleteKey } from "@/operations/keys/delete-key";
import { deleteModelGroup } from "@/operations/model-groups/delete-model-group";
import { putModel } from "@/operations/models/put-model";
import type { OperationContext } from "@/operations/operation";
import { runInside } from "@/operations/run-operation";
import { deleteUserGroup } from "@/operations/user-groups/delete-user-group";
import { deleteUser } from "@/operations/users/delete-user";
import type { ConfigFile } from "./config-file";
import type { Step } from "./step";

type Row = { readonly id: number; readonly name: string; readonly managedBy: "file" | null };

/** Removes what the file owns and no longer names, never what a person made. Prices are rows that later rows replace: they stay. */
export function prune(file: ConfigFile): readonly Step[] {
  const keys = new Set(file.keys.map(({ user, name }) => keyName(user, name)));
  const users = new Set(file.users.map(({ name }) => name.toLowerCase()));
  const userGroups = new Set(file.userGroups.map(({ name }) => name.toLowerCase()));
  const channels = new Set(file.channels.map(({ name }) => name.toLowerCase()));
  const models = new Set(file.models.map(({ name }) => name));
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
    step("user groups", async (context) => {
      const gone = unnamed(await listUserGroups(context.ports), ({ name }) => userGroups.has(name.toLowerCase()));
      for (const { id } of gone) await runInside(deleteUserGroup, { id }, context);
    }),
    step("models", async (context) => {
      const rows = (await context.ports.models.list()).filter(({ managedBy }) => managedBy === "file");
      for (const { name } of rows.filter((row) => !models.has(row.name))) await runInside(putModel, { name }, context);
    }),
    step("channels", async (context) => {
      const gone = unnamed(await listChannels(context.ports), ({ name }) => channels.has(name.toLowerCase()));
      for (const { id } of gone) await runInside(deleteChannel, { id }, context);
    }),
  ];
}

/** The same for model groups, which go first: their models may be those of other groups from now on. */
export function pruneModelGroups(file: ConfigFile): readonly Step[] {
  const named = new Set(file.modelGroups.map(({ name }) => name.toLowerCase()));
  return [
    step("model groups", async (context) => {
      const gone = unnamed(await listModelGroups(context.ports), ({ name }) => named.has(name.toLowerCase()));
      for (const { id } of gone) await runInside(deleteModelGroup, { id }, context);
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
const listUserGroups = (ports: OperationPorts) => ports.userGroups.list({});
const listModelGroups = (ports: OperationPorts) => ports.modelGroups.list({});

function keyName(user: string, name: string): string {
  return `${user.toLowerCase()}/${name.toLowerCase()}`;
}
