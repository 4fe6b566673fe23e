import type channels from "../../messages/en/channels.json";
import type common from "../../messages/en/common.json";
import type docs from "../../messages/en/docs.json";
import type errors from "../../messages/en/errors.json";
import type keys from "../../messages/en/keys.json";
import type login from "../../messages/en/login.json";
import type me from "../../messages/en/me.json";
import type overview from "../../messages/en/overview.json";
import type requests from "../../messages/en/requests.json";
import type setup from "../../messages/en/setup.json";
import type shared from "../../messages/en/shared.json";
import type shell from "../../messages/en/shell.json";
import type users from "../../messages/en/users.json";
import type { Formats } from "./formats";
import type { Locale } from "./routing";

/** The message files by name. Each is a namespace; a file on disk that is not named here fails a test. */
export const NAMESPACES = [
  "channels",
  "common",
  "docs",
  "errors",
  "keys",
  "login",
  "me",
  "overview",
  "requests",
  "setup",
  "shared",
  "shell",
  "users",
] as const satisfies readonly (keyof AppMessages)[];

type AppMessages = {
  channels: typeof channels;
  common: typeof common;
  docs: typeof docs;
  errors: typeof errors;
  keys: typeof keys;
  login: typeof login;
  me: typeof me;
  overview: typeof overview;
  requests: typeof requests;
  setup: typeof setup;
  shared: typeof shared;
  shell: typeof shell;
  users: typeof users;
};

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: AppMessages;
    Formats: Formats;
  }
}
