import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./style.css";
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { GraphiQLInterface } from "graphiql";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQLProvider } from "@graphiql/react";
import { createRoot } from "react-dom/client";
import { EXAMPLES } from "./examples";
import { makeFetcher } from "./fetcher";
import { Header } from "./header";

const plugins = [DOC_EXPLORER_PLUGIN, explorerPlugin(), HISTORY_PLUGIN];
const root = document.getElementById("graphiql");

if (root) {
  createRoot(root).render(
    <GraphiQLProvider
      fetcher={makeFetcher()}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultQuery={EXAMPLES[0].query}
    >
      <HistoryStore>
        <DocExplorerStore>
          <Header />
          <GraphiQLInterface defaultEditorToolsVisibility={false} />
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>,
  );
}
