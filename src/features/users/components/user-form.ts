import { entriesOf } from "@/components/entries-of";
import { formSchema } from "@/components/form-schema";
import { CreateUserInput, SetPasswordInput, UpdateUserInput, type User } from "@/operations/users/schema";

/** What the form of a new user holds. */
export type NewUserValues = { name: string; email: string; role: string; password: string };

/** The values of an empty form. */
export const EMPTY_USER: NewUserValues = { name: "", email: "", role: "user", password: "" };

const textOrNull = (text: string) => (text.trim() === "" ? null : text);

/** The form's values as input of `users.create`. */
export const newUserSchema = formSchema(CreateUserInput, (values: NewUserValues) => ({
  ...values,
  email: textOrNull(values.email),
  password: values.password === "" ? null : values.password,
}));

/** What the form of a profile holds; `auto` and "" stand for null. */
export type ProfileValues = {
  name: string;
  email: string;
  role: string;
  enabled: boolean;
  locale: string;
  timeZone: string;
  /** One address or network per line. */
  ipAllow: string;
  ipDeny: string;
};

/** The profile of a user as the form shows it. */
export function profileOf(user: User): ProfileValues {
  const { name, role, enabled } = user;
  return {
    ...{ name, role, enabled },
    email: user.email ?? "",
    locale: user.locale ?? "auto",
    timeZone: user.timeZone ?? "",
    ipAllow: user.ipAllow.join("\n"),
    ipDeny: user.ipDeny.join("\n"),
  };
}

/** The form's values as input of `users.update` for this version of the user. */
export const profileSchema = ({ id, version }: Pick<User, "id" | "version">) =>
  formSchema(UpdateUserInput, (values: ProfileValues) => ({
    ...values,
    id,
    version,
    email: textOrNull(values.email),
    locale: values.locale === "auto" ? null : values.locale,
    timeZone: textOrNull(values.timeZone),
    ipAllow: entriesOf(values.ipAllow),
    ipDeny: entriesOf(values.ipDeny),
  }));

/** The form's values as input of `users.setPassword`. */
export const passwordSchema = (id: number) =>
  formSchema(SetPasswordInput, ({ password }: { password: string }) => ({ id, password }));
