/** Named formats of numbers and instants; messages and the formatting components use these names. */
export const formats = {
  number: {
    count: { maximumFractionDigits: 0 },
    compact: { notation: "compact", maximumFractionDigits: 1 },
    percent: { style: "percent", maximumFractionDigits: 1 },
    oneDigit: { maximumFractionDigits: 1 },
  },
  dateTime: {
    day: { dateStyle: "medium" },
    shortDay: { month: "short", day: "numeric" },
    minute: { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" },
    second: { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" },
    timeOfDay: { hour: "numeric", minute: "2-digit", second: "2-digit" },
    full: {
      year: "numeric",
      month: "long",
      day: "numeric",
      hour: "numeric",
      minute: "2-digit",
      second: "2-digit",
      timeZoneName: "short",
    },
  },
} as const;

/** Names of the formats, for the type of messages and `useFormatter`. */
export type Formats = typeof formats;
