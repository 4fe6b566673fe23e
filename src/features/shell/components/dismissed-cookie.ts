/** Cookie with the codes of the banners that the reader has dismissed, so that the server does not draw them again. */
export const DISMISSED_COOKIE = "sluice_dismissed";

/** The codes in the cookie's value. */
export const parseDismissed = (value: string | undefined): readonly string[] =>
  (value ?? "").split(".").filter((code) => code !== "");
