import type { ExamplesOf } from "../operation-example";

/** Examples of the operations on the viewer. */
export const VIEWER_EXAMPLES: ExamplesOf<"viewer.get"> = {
  "viewer.get": {
    input: {},
    output: {
      user: {
        ...{ id: 12, name: "ada", email: "ada@example.com", role: "user", locale: "en", timeZone: "Europe/Berlin" },
      },
      via: "password",
      can: ["me:read", "me:write"],
      features: { testRequest: true, checklist: false },
      banners: [],
      ...{ gatewayName: "Sluice", version: "0.1.0", publicUrl: "https://llm.example.com" },
      ...{ zone: "Europe/Berlin", weekStart: "monday" },
    },
  },
};
