import { type Messages, useTranslations } from "next-intl";

type Component = Exclude<keyof Messages["requests"]["component"], "tool" | "imageVariant">;

const COMPONENTS: Readonly<Record<Component, true>> = {
  input_text: true,
  input_audio: true,
  input_image: true,
  input_video: true,
  cache_read_text: true,
  cache_read_audio: true,
  cache_read_image: true,
  cache_read_video: true,
  cache_write: true,
  cache_write_long: true,
  output_text: true,
  output_audio: true,
  output_image: true,
  output_video: true,
  image: true,
  character: true,
  audio_hour: true,
  request: true,
};

const isKnown = (component: string): component is Component => Object.hasOwn(COMPONENTS, component);

/** What a line of the cost math counts. */
export function ComponentName({ component }: { component: string }) {
  const t = useTranslations("requests.component");
  if (isKnown(component)) return t(component);
  if (component.startsWith("tool.")) return t("tool", { name: component.slice("tool.".length) });
  if (component.startsWith("image.")) return t("imageVariant", { name: component.slice("image.".length) });
  return <span data-user-text>{component}</span>;
}
