import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import eslint from "@graphql-eslint/eslint-plugin";
import { buildSchema, isObjectType } from "graphql";

const schema = fileURLToPath(new URL("../../schema/schema.graphql", import.meta.url));

// What has an identity implements Node, and must have an id; the other types are values (an amount, a page, a
// payload, figures of a run) that have none.
const values = Object.values(buildSchema(readFileSync(schema, "utf8")).getTypeMap())
  .filter(isObjectType)
  .filter((type) => !type.getInterfaces().some((each) => each.name === "Node"))
  .map((type) => type.name);

// A field is not to repeat its type's name, but this is a participle beside its kin: `placedAt`, `refundedAt`.
const times = ['Field "refundedAt" starts with the name of the parent type "Refund"'];
// No suffix is left to drop here: what a tenant registers is a type of events.
const nouns = ['Type "EventType" should not have "Type" suffix'];
const processor = {
  meta: { name: "exceptions", version: "1" },
  preprocess: (text) => [text],
  postprocess: ([found]) => found.filter((each) => ![...times, ...nouns].includes(each.message)),
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: eslint.parser, parserOptions: { graphQLConfig: { schema } } },
    processor,
    plugins: { "@graphql-eslint": eslint },
    rules: {
      ...eslint.configs["flat/schema-recommended"].rules,
      "@graphql-eslint/strict-id-in-types": ["error", { exceptions: { types: values } }],
    },
  },
];
