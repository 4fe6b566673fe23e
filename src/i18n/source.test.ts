import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { messageCatalogue } from "@test/message-catalogue";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const screens = /\/src\/(app|features|components|i18n)\//;
const english = messageCatalogue("en");

function readProgram(): ts.Program {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return ts.createProgram(
    fileNames.filter((file) => screens.test(file) && !/\.test\.tsx?$/.test(file)),
    { ...options, incremental: false, noEmit: true },
  );
}

const program = readProgram();
const checker = program.getTypeChecker();
const sources = program.getSourceFiles().filter((file) => screens.test(file.fileName) && !file.isDeclarationFile);

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

const placeOf = (node: ts.Node) => {
  const file = node.getSourceFile();
  return `${relative(root, file.fileName)}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};

/** The strings that an expression can be; null when it is not a closed set. */
function stringsOf(node: ts.Expression): readonly string[] | null {
  const type = checker.getTypeAtLocation(node);
  const members = type.isUnion() ? type.types : [type];
  return members.every((member) => member.isStringLiteral()) ? members.map((member) => member.value) : null;
}

/** The namespace of `useTranslations("x")`, `getTranslations("x")`, `getTranslations({ namespace: "x" })`; null for other calls. */
function namespaceOf(call: ts.CallExpression): string | null {
  const name = call.expression.getText();
  if (name !== "useTranslations" && name !== "getTranslations") return null;
  const [argument] = call.arguments;
  if (argument === undefined) return "";
  if (ts.isStringLiteral(argument)) return argument.text;
  if (!ts.isObjectLiteralExpression(argument)) return null;
  const property = argument.properties.find((one) => one.name?.getText() === "namespace");
  return property !== undefined && ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer)
    ? property.initializer.text
    : null;
}

/** The translator a call is made on, by its declaration: `const t = useTranslations("x")`, also awaited. */
function translatorOf(call: ts.CallExpression): string | null {
  const callee = ts.isPropertyAccessExpression(call.expression) ? call.expression.expression : call.expression;
  if (!ts.isIdentifier(callee)) return null;
  const declaration = checker.getSymbolAtLocation(callee)?.valueDeclaration;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return null;
  const { initializer } = declaration;
  const made = initializer !== undefined && ts.isAwaitExpression(initializer) ? initializer.expression : initializer;
  return made !== undefined && ts.isCallExpression(made) ? namespaceOf(made) : null;
}

function usedKeys(): { keys: Set<string>; unclear: string[] } {
  const keys = new Set<string>();
  const unclear: string[] = [];
  const see = (node: ts.Node) => {
    if (!ts.isCallExpression(node)) return;
    const namespace = translatorOf(node);
    const [argument] = node.arguments;
    if (namespace === null || argument === undefined) return;
    const names = stringsOf(argument);
    if (names === null) unclear.push(placeOf(node));
    for (const name of names ?? []) keys.add(namespace === "" ? name : `${namespace}.${name}`);
  };
  for (const source of sources) visit(source, see);
  return { keys, unclear };
}

describe("message keys", () => {
  const { keys, unclear } = usedKeys();

  test("are written so that every one that may be asked for is known", () => {
    expect(unclear).toEqual([]);
  });

  test("asked for by the code exist", () => {
    expect([...keys].filter((key) => !english.has(key))).toEqual([]);
  });

  test("that exist are asked for", () => {
    expect([...english.keys()].filter((key) => !keys.has(key))).toEqual([]);
  });
});

describe("text in the source", () => {
  const NAMES = new Set(["aria-label", "aria-description", "aria-valuetext", "title", "placeholder", "alt", "label"]);
  const hasWords = (text: string) => /\p{L}/u.test(text);

  const literalText = (node: ts.Expression): string => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
    if (!ts.isTemplateExpression(node)) return "";
    return node.head.text + node.templateSpans.map((span) => span.literal.text).join("");
  };

  /** The parts of an expression that may be its value: branches, operands of `??`, `||`, `+`; never what is compared. */
  function outcomesOf(node: ts.Expression): readonly ts.Expression[] {
    if (ts.isConditionalExpression(node)) return [...outcomesOf(node.whenTrue), ...outcomesOf(node.whenFalse)];
    if (ts.isParenthesizedExpression(node)) return outcomesOf(node.expression);
    if (!ts.isBinaryExpression(node)) return [node];
    const isShown = [ts.SyntaxKind.PlusToken, ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken];
    if (isShown.includes(node.operatorToken.kind)) return [...outcomesOf(node.left), ...outcomesOf(node.right)];
    return node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? outcomesOf(node.right) : [];
  }

  const literalsOf = (node: ts.Expression | undefined): readonly ts.Node[] =>
    node === undefined ? [] : outcomesOf(node).filter((outcome) => hasWords(literalText(outcome)));

  function attributeText(node: ts.JsxAttribute): readonly ts.Node[] {
    const value = node.initializer;
    if (!NAMES.has(node.name.getText()) || value === undefined) return [];
    if (ts.isJsxExpression(value)) return literalsOf(value.expression);
    return ts.isStringLiteral(value) ? literalsOf(value) : [];
  }

  function findings(node: ts.Node): readonly ts.Node[] {
    if (ts.isJsxText(node)) return hasWords(node.text) ? [node] : [];
    if (ts.isJsxAttribute(node)) return attributeText(node);
    if (ts.isJsxExpression(node)) return ts.isJsxAttribute(node.parent) ? [] : literalsOf(node.expression);
    return ts.isCallExpression(node) && node.expression.getText() === "toast" ? node.arguments.flatMap(literalsOf) : [];
  }

  test("is never shown: every word comes from the messages", () => {
    const found: string[] = [];
    for (const source of sources) {
      visit(source, (node) => {
        for (const literal of findings(node)) found.push(`${placeOf(literal)} ${literal.getText().trim()}`);
      });
    }
    expect(found).toEqual([]);
  });
});
