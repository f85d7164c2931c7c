// Every rule but the four that ask for alphabetical order: what belongs together stands together (bounds of an
// interval, parts of a name, `from` before `until`), closed sets run in their own order (HIGH, MEDIUM, LOW), and
// a field that is added later stands beside its kin, where its reader looks.
module.exports = {
  rules: [
    "arguments-have-descriptions",
    "defined-types-are-used",
    "deprecations-have-a-reason",
    "descriptions-are-capitalized",
    "enum-values-all-caps",
    "enum-values-have-descriptions",
    "fields-are-camel-cased",
    "fields-have-descriptions",
    "input-object-values-are-camel-cased",
    "input-object-values-have-descriptions",
    "relay-connection-arguments-spec",
    "relay-connection-types-spec",
    "relay-page-info-spec",
    "types-are-capitalized",
    "types-have-descriptions",
  ],
  schemaPaths: ["../../schema/schema.graphql"],
};
