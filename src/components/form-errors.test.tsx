// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { FormErrors } from "./form-errors";
import { toProblem } from "./problem";

const refused = toProblem({
  code: "validation_failed",
  requestId: "req_7",
  fields: [
    { path: "name", code: "name_required" },
    { path: "limits[2].amount", code: "amount_invalid" },
  ],
});

test("the summary takes the focus and names only what no field can show", () => {
  renderScreen(<FormErrors problem={refused} shown={["name"]} />);
  const summary = screen.getByRole("alert");
  expect(summary.textContent).toContain("Some fields are not right.");
  expect(summary.textContent).toContain("limits[2].amount");
  expect(summary.textContent).toContain("req_7");
  expect(summary.textContent).not.toContain("Enter a name.");
  expect(document.activeElement?.contains(summary)).toBe(true);
});

test("without a problem there is nothing", () => {
  expect(renderScreen(<FormErrors problem={null} shown={[]} />).container.textContent).toBe("");
});
