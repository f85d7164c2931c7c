import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useMemo, useState, type ChangeEvent, type FormEvent } from "react";
import { Kind, parse, validate, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { EXAMPLES, type Example } from "./examples";
import { keepToken, readToken } from "./token";

/** Whether the server's schema knows all that an example asks for; until it is loaded, it may. */
function fits(schema: GraphQLSchema | null | undefined, { query }: Example): boolean {
  return !schema || validate(schema, parse(query)).length === 0;
}

function factsOf({ query }: Example) {
  const documentAST = parse(query);
  const operations = documentAST.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  return { documentAST, operations, operationName: operations[0]?.name?.value };
}

function Examples() {
  const { addTab, changeTab, setOperationFacts } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const schema = useGraphiQL((state) => state.schema);
  const examples = useMemo(() => EXAMPLES.filter((example) => fits(schema, example)), [schema]);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  function open(event: ChangeEvent<HTMLSelectElement>) {
    const example = examples[Number(event.target.value)];
    if (!example) return;
    const there = tabs.findIndex((tab) => tab.query === example.query);
    if (there >= 0) {
      changeTab(there);
    } else {
      addTab();
      queryEditor?.setValue(example.query);
      variableEditor?.setValue(example.variables ?? "");
    }
    setOperationFacts(factsOf(example)); // GraphiQL would only see a little later what the button is to run
  }

  return (
    <select aria-label="Examples" value="" disabled={!queryEditor || !variableEditor} onChange={open}>
      <option value="" disabled>
        Examples
      </option>
      {examples.map(({ title }, index) => (
        <option key={title} value={index}>
          {title}
        </option>
      ))}
    </select>
  );
}

function Token() {
  const [token, setToken] = useState(readToken);
  const { introspect } = useGraphiQLActions();

  function keep(event?: FormEvent) {
    event?.preventDefault();
    if (token.trim() === readToken()) return;
    keepToken(token.trim());
    void introspect();
  }

  return (
    <form onSubmit={keep}>
      <input
        type="password"
        aria-label="Token"
        placeholder="Token, if one is needed"
        title="Sent as Authorization: Bearer; kept in this browser tab alone"
        autoComplete="off"
        spellCheck={false}
        value={token}
        onChange={(event) => setToken(event.target.value)}
        onBlur={() => keep()}
      />
    </form>
  );
}

/** The bar above GraphiQL. */
export function Header() {
  return (
    <header className="cdp-header">
      <strong>CDP API</strong>
      <Examples />
      <Token />
      <a href="/docs">REST API</a>
    </header>
  );
}
