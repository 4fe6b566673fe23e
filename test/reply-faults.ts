import { Ajv2020 } from "ajv/dist/2020.js";
import { EXAMPLES } from "@/operations/examples";
import { OPERATIONS } from "@/operations/registry";
import { openApiDocument } from "@/rest/openapi-document";

type Described = {
  readonly operationId: string;
  readonly responses: {
    readonly 200: { readonly content: { readonly "application/json": { readonly schema: object } } };
  };
};

/** What is wrong with the reply of an operation by the OpenAPI document; empty: it is as the document says. */
export function createReplyFaults(): (name: string, reply: unknown) => readonly string[] {
  const document = openApiDocument({ operations: OPERATIONS, examples: EXAMPLES, version: "0.0.0" });
  const paths = document.paths as unknown as Record<string, Record<string, Described>>;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, "doc");
  const described = Object.values(paths).flatMap((item) => Object.values(item));
  return (name, reply) => {
    const schema = described.find(({ operationId }) => operationId === name)?.responses[200].content[
      "application/json"
    ];
    if (schema === undefined) return ["not in the document"];
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema.schema).replaceAll('"#/', '"doc#/')));
    if (validate(JSON.parse(JSON.stringify(reply)))) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
  };
}
