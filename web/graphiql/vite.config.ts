import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";
import { collect, licences } from "./licences";

const INTO = "../../static/graphiql";

/** In the order of their names; package.json and the lock say what they are built with. */
const SOURCES = [
  ...["index.html", "licences.ts", "package-lock.json", "package.json", "vite.config.ts"],
  ...["examples", "src"].flatMap((folder) => readdirSync(folder).sort().map((file) => `${folder}/${file}`)),
];

/** Moves the page to where the server looks for it: beside the directory of its parts. */
function page(): Plugin {
  return {
    name: "page",
    closeBundle() {
      copyFileSync(`${INTO}/index.html`, `${INTO}.html`);
      rmSync(`${INTO}/index.html`);
    },
  };
}

/** Notes which sources this was built from, so that a test sees sources that were not built. */
function sources(): Plugin {
  return {
    name: "sources",
    generateBundle() {
      const hash = createHash("sha256");
      for (const file of SOURCES) hash.update(readFileSync(file));
      this.emitFile({ type: "asset", fileName: "source.sha256", source: `${hash.digest("hex")}\n` });
    },
  };
}

export default defineConfig({
  base: "/static/graphiql/",
  plugins: [collect(), licences(), sources(), page()],
  worker: { format: "es", plugins: () => [collect()] },
  build: {
    outDir: INTO,
    emptyOutDir: true,
    assetsDir: ".",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 10000,
    modulePreload: { polyfill: false },
  },
});
