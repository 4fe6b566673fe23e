import type { ImageVariant } from "./price";

type Components = Readonly<Record<string, bigint>>;

/** The price of one image: the component's name, pico-USD, and whether another variant stood in for it. */
export type ImagePrice = { readonly component: string; readonly pico: bigint; readonly isFallback: boolean };

const PREFIX = "image.";
/** What vendors draw when nothing is named. */
const USUAL_SIZE = "1024x1024";
const USUAL_QUALITY = "standard";

/** True for the component of an image and for one of its variants: `image`, `image.1024x1024/hd`, `image.hd`. */
export function isImageComponent(name: string): boolean {
  return name === "image" || name.startsWith(PREFIX);
}

/**
 * The price of an image (protocols-and-pricing.md 7.1): `image.<size>/<quality>`, else `image.<size>`, `image.<quality>`, `image`, else the
 * dearest variant, never free for want of a component. What is not named counts as 1024x1024 and `standard`. Null: no image is priced.
 */
export function resolveImage(components: Components, { size, quality }: ImageVariant): ImagePrice | null {
  const [width, grade] = [size ?? USUAL_SIZE, quality ?? USUAL_QUALITY];
  for (const component of [`${PREFIX}${width}/${grade}`, `${PREFIX}${width}`, `${PREFIX}${grade}`, "image"]) {
    const pico = components[component];
    if (pico !== undefined) return { component, pico, isFallback: false };
  }
  return dearestOf(components, () => true);
}

/**
 * The most that an image of a variant may cost: where the vendor is left to choose size or quality, the dearest of what it may choose.
 * Null: no image is priced.
 */
export function dearestImage(components: Components, variant: ImageVariant): ImagePrice | null {
  const usual = resolveImage(components, variant);
  if (usual === null || (isChosen(variant.size) && isChosen(variant.quality))) return usual;
  const other = dearestOf(
    components,
    (size, quality) => isOpen(variant.size, size) && isOpen(variant.quality, quality),
  );
  return other !== null && other.pico > usual.pico ? other : usual;
}

function isChosen(part: string | null): boolean {
  return part !== null && part !== "auto";
}

function isOpen(asked: string | null, priced: string | null): boolean {
  return !isChosen(asked) || priced === null || priced === asked;
}

function dearestOf(
  components: Components,
  isMeant: (size: string | null, quality: string | null) => boolean,
): ImagePrice | null {
  let dearest: ImagePrice | null = null;
  for (const component in components) {
    const pico = components[component];
    if (pico === undefined || !isImageComponent(component) || !isMeant(...partsOf(component))) continue;
    if (dearest === null || pico > dearest.pico) dearest = { component, pico, isFallback: true };
  }
  return dearest;
}

/** Size and quality that a component names; one word is a size when it looks like one. */
function partsOf(component: string): [size: string | null, quality: string | null] {
  const [first = "", second = null] = component.slice(PREFIX.length).split("/");
  if (second !== null || component === "image") return [first === "" ? null : first, second];
  return /^\d+x\d+$/.test(first) ? [first, null] : [null, first];
}
