import { expect, test } from "vitest";
import { boundaryOf, isFormFault, scanMultipart } from "./scan-multipart";
import { BOUNDARY, CONTENT_TYPE, checkForm, formAt, scanForm } from "./scan-multipart.contract";

const part = (headers: string, value = "x") => `--${BOUNDARY}\r\n${headers}\r\n\r\n${value}\r\n`;
const field = (name: string, value = "x") => part(`Content-Disposition: form-data; name="${name}"`, value);
const last = `--${BOUNDARY}--\r\n`;
const scan = (text: string) => scanForm(Buffer.from(text, "latin1"));
const model = (text: string) => {
  const form = scan(text);
  const span = form?.fields.get("model");
  return span === undefined ? null : form?.bytes.toString("utf8", span.valueStart, span.valueEnd);
};

test("a form gives its fields and the size of its files", () => {
  const file = part(
    'content-disposition: form-data; name="image[]"; filename="a.png"\r\nContent-Type: image/png',
    "\xff\0",
  );
  const form = scan(field("model", "gpt-image-1") + file + field("prompt") + file + last);
  expect(model(field("model", "gpt-image-1") + file + last)).toBe("gpt-image-1");
  expect(form).toMatchObject({ fileCount: 2, fileBytes: 4 });
  expect([...(form?.fields.keys() ?? [])]).toEqual(["model"]);
});

test.each([
  ["an unquoted name", part("Content-Disposition: form-data; name=model"), "x"],
  ["an empty value", field("model", ""), ""],
  ["line ends around the form", `\r\n${field("model")}`, "x"],
  ["headers in any case and spaces behind them", part('CONTENT-DISPOSITION:form-data; name="model" \r\nX-A: b'), "x"],
  [
    "text in UTF-8",
    part('Content-Disposition: form-data; name="model"\r\nContent-Type: text/plain; charset=UTF-8'),
    "x",
  ],
  [
    "a coding that changes nothing",
    part('Content-Disposition: form-data; name="model"\r\nContent-Transfer-Encoding: 8bit'),
    "x",
  ],
  ["a value with line ends", field("model", "a\r\nb"), "a\r\nb"],
])("%s is read", (_what, text, value) => {
  expect(model(text + last)).toBe(value);
});

test.each([
  ["no last delimiter", field("model")],
  ["a last delimiter without its dashes", `${field("model")}--${BOUNDARY}\r\n`],
  ["text before the first delimiter", `preamble\r\n${field("model")}${last}`],
  ["text behind the last", `${field("model")}${last}epilogue`],
  ["a delimiter inside a value", field("model", `a--${BOUNDARY}b`) + last],
  ["a delimiter with text behind it", `${field("model")}--${BOUNDARY} \r\n${last}`],
  ["bare line feeds", (field("model") + last).replaceAll("\r\n", "\n")],
  ["a part without headers", `--${BOUNDARY}\r\n\r\nx\r\n${last}`],
  ["a part without an empty line", `--${BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n${last}`],
  ["a part without a name", part("Content-Disposition: form-data") + last],
  ["a part that is no form data", part('Content-Disposition: attachment; name="model"') + last],
  ["a folded header", part('Content-Disposition: form-data;\r\n name="model"') + last],
  ["a bare carriage return in a header", part('Content-Disposition: form-data; name="a"\rX: form-data') + last],
  ["a zero byte in a header", part('Content-Disposition: form-data; name="a\0"') + last],
  [
    "two dispositions",
    part('Content-Disposition: form-data; name="a"\r\ncontent-disposition: form-data; name="model"') + last,
  ],
  ["two names in one", part('Content-Disposition: form-data; name="a"; name="model"') + last],
  ["a name in the extended form", part("Content-Disposition: form-data; name=\"a\"; name*=utf-8''model") + last],
  ["a name in pieces", part('Content-Disposition: form-data; name="a"; name*0="mo"; name*1="del"') + last],
  ["a name with an escape", part('Content-Disposition: form-data; name="mo\\del"') + last],
  [
    "a name behind a quote in a file name",
    part('Content-Disposition: form-data; name="a"; filename="x\\"; name=model; y="') + last,
  ],
  ["headers above 8 KiB", part(`Content-Disposition: form-data; name="a"\r\nX: ${"x".repeat(8192)}`) + last],
  ["a coded content", part('Content-Disposition: form-data; name="model"\r\nContent-Transfer-Encoding: base64') + last],
  ["a governed field as a file", part('Content-Disposition: form-data; name="model"; filename="m"') + last],
  [
    "a governed field with an empty file name",
    part('Content-Disposition: form-data; name="model"; filename=""') + last,
  ],
  [
    "a governed field in another charset",
    part('Content-Disposition: form-data; name="model"\r\nContent-Type: text/plain; charset=utf-16') + last,
  ],
  ["a governed field that is no UTF-8", field("model", "\xff") + last],
  ["a name that only differs in case", field("Model") + last],
  ["a name with an index", field("model[]") + last],
  ["the field that names a charset", field("_charset_", "utf-7") + last],
  ["too many parts", field("a").repeat(1001) + last],
])("%s is refused", (_what, text) => {
  expect(scan(text)).toBeNull();
});

test.each(["model", "n", "size"])("a second %s is refused by its name, wherever it stands", (name) => {
  const body = Buffer.from(field(name) + field("prompt") + field(name) + last);
  expect(scanMultipart(body, BOUNDARY, ["model", "n", "size"])).toEqual({ field: name });
});

test("a file name may hold a quote", () => {
  expect(scan(part('Content-Disposition: form-data; name="file"; filename="a\\"b.mp3"') + last)?.fileCount).toBe(1);
});

test.each([
  [CONTENT_TYPE, BOUNDARY],
  ['Multipart/Form-Data; charset=utf-8; Boundary="a b"', "a b"],
  ["multipart/form-data", null],
  ["multipart/form-data; boundary=", null],
  ["multipart/form-data; boundary=a; boundary=b", null],
  ['multipart/form-data; boundary="a "', null],
  [`multipart/form-data; boundary=${"x".repeat(71)}`, null],
  ["multipart/form-data; boundary=a, application/json", null],
  ["multipart/mixed; boundary=a", null],
  ["application/json", undefined],
  [undefined, undefined],
])("the boundary of %s", (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary);
});

test("every cut of a form is refused", () => {
  const whole = Buffer.from(`${field("model")}${field("n", "2")}--${BOUNDARY}--`);
  for (let at = 0; at < whole.length; at++) expect(scanForm(whole.subarray(0, at)), `cut at ${at}`).toBeNull();
  expect(scanForm(whole)).not.toBeNull();
});

test("5 MB of a file are skipped without a copy, and reading takes time in proportion", () => {
  const file = part('Content-Disposition: form-data; name="file"; filename="a.mp3"', "\r\n--".repeat(1_250_000));
  const body = Buffer.from(field("model") + file + last);
  const found = scanMultipart(body, BOUNDARY, ["model"]);
  expect(isFormFault(found) ? null : [found.fileBytes, found.bytes.buffer === body.buffer]).toEqual([5_000_000, true]);
});

test("forms that are accepted say the same to the platform's parser", async () => {
  let accepted = 0;
  for (let seed = 0; seed < 3_000; seed++) {
    const bytes = formAt(seed);
    try {
      if (await checkForm(bytes)) accepted++;
    } catch (error) {
      expect.fail(`case ${seed}: ${bytes.toString("base64")}: ${String(error)}`);
    }
  }
  expect(accepted).toBeGreaterThan(300);
});
