import { entriesOf } from "@/components/entries-of";
import { formSchema } from "@/components/form-schema";
import { CreateKeyInput, CreateOwnKeyInput } from "@/operations/keys/schema";

/** What the form of a new key holds. */
export type KeyFormValues = {
  userId: string;
  name: string;
  /** Days from now, or `never`. */
  expiry: string;
  access: "all" | "some";
  /** One name per line. */
  models: string;
  /** One address or network per line. */
  ipAllow: string;
  ipDeny: string;
};

const DAY_MS = 86_400_000;

/** The values of an empty form. */
export const EMPTY_KEY_FORM: KeyFormValues = {
  ...{ userId: "", name: "", expiry: "never", access: "all", models: "" },
  ...{ ipAllow: "", ipDeny: "" },
};

function ownInput(values: KeyFormValues, now: number) {
  return {
    name: values.name,
    expiresAt: values.expiry === "never" ? null : new Date(now + Number(values.expiry) * DAY_MS).toISOString(),
    models: values.access === "all" ? null : entriesOf(values.models),
  };
}

/** The form's values as input of `keys.create`. */
export const keyFormSchema = formSchema(CreateKeyInput, (values: KeyFormValues) => ({
  ...ownInput(values, Date.now()),
  userId: values.userId === "" ? undefined : Number(values.userId),
  ipAllow: entriesOf(values.ipAllow),
  ipDeny: entriesOf(values.ipDeny),
}));

/** The form's values as input of `me.keys.create`. */
export const ownKeyFormSchema = formSchema(CreateOwnKeyInput, (values: KeyFormValues) => ownInput(values, Date.now()));
