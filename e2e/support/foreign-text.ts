import { expect, type Page } from "@playwright/test";

/** Shows the dashboard in the pseudo-locale from here on, where the product allows it. */
export async function speakPseudo(page: Page, url: string): Promise<void> {
  await page.context().addCookies([{ name: "sluice-pseudo-locale", value: "1", url }]);
}

/** Fails, at the end of the test, for each text or accessible name on the page that came past the messages; `place` says where. */
export async function expectPseudo(page: Page, place: string): Promise<void> {
  await expect(page.locator("body"), place).toContainText("⟦");
  expect.soft(await page.evaluate(foreignText), place).toEqual([]);
}

/** Runs in the page: what has letters, stands outside of ⟦⟧ and is nobody's own words (`data-user-text`). */
function foreignText(): readonly string[] {
  const NAMES = [
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "aria-roledescription",
    "title",
    "placeholder",
    "alt",
  ];
  const OTHERS = ["data-label", "label"]; // shown by style sheets; groups of options
  const found: string[] = [];
  let depth = 0;

  /** The letters outside of brackets; brackets may open in one text node and close in a later one. */
  const outside = (text: string) => {
    let rest = "";
    for (const letter of text) {
      if (letter === "⟦") depth++;
      else if (letter === "⟧") depth--;
      else if (depth === 0) rest += letter;
    }
    return rest;
  };
  const note = (kind: string, element: Element, text: string) => {
    if (!/\p{L}/u.test(text) || element.closest("[data-user-text]") !== null) return;
    found.push(`${kind} of <${element.tagName.toLowerCase()}>: ${text.trim().slice(0, 80)}`);
  };

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || element.closest("script, style, template, textarea") !== null) continue;
    const text = outside(node.textContent ?? "");
    if (element.role === "presentation" && text === "x") continue; // what a meter carries to be read at all
    if (element.checkVisibility()) note("text", element, text);
  }
  for (const element of [...document.querySelectorAll("body *")].filter((each) => each.checkVisibility())) {
    for (const name of [...NAMES, ...OTHERS]) {
      depth = 0;
      note(name, element, outside(element.getAttribute(name) ?? ""));
    }
  }
  depth = 0;
  note("title", document.documentElement, outside(document.title));
  return found;
}
