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
};

const DAY_MS = 86_400_000;

/** The values of an empty form. */
export const EMPTY_KEY_FORM: KeyFormValues = { userId: "", name: "", expiry: "never", access: "all", models: "" };

/** The names in a text, one per line or comma. */
function namesOf(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function ownInput(values: KeyFormValues, now: number) {
  return {
    name: values.name,
    expiresAt: values.expiry === "never" ? null : new Date(now + Number(values.expiry) * DAY_MS).toISOString(),
    models: values.access === "all" ? null : namesOf(values.models),
  };
}

/** The form's values as input of `keys.create`. */
export const keyFormSchema = formSchema(CreateKeyInput, (values: KeyFormValues) => ({
  ...ownInput(values, Date.now()),
  userId: values.userId === "" ? undefined : Number(values.userId),
}));

/** The form's values as input of `me.keys.create`. */
export const ownKeyFormSchema = formSchema(CreateOwnKeyInput, (values: KeyFormValues) => ownInput(values, Date.now()));
