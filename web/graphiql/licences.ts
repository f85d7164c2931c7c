import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const SEPARATOR = `\n${"-".repeat(78)}\n`;

/** The directory of the package that a module belongs to, if it belongs to one. */
function packageOf(module: string): string | undefined {
  const path = module.replace(/^\0+/, "").split("?")[0] ?? "";
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function textOf(directory: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const files = readdirSync(directory).filter((file) => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(directory, file), "utf8").trim());
  return [`${name} ${version} (${license ?? "see below"})`, ...texts].join("\n\n");
}

const FONTS = "Fonts that @graphiql/react puts into the style sheet: Roboto (Apache License 2.0), Fira Code (SIL OFL 1.1).";

const packages = new Set<string>();

/** Notes the packages of every bundle that it is a plugin of, workers included. */
export function collect(): Plugin {
  return {
    name: "licences-collect",
    generateBundle() {
      for (const module of this.getModuleIds()) {
        const directory = packageOf(module);
        if (directory && existsSync(join(directory, "package.json"))) packages.add(directory);
      }
    },
  };
}

/** Writes LICENSES.txt: the licence of every package whose code is in the bundles. */
export function licences(): Plugin {
  return {
    name: "licences",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler() {
        const source = [...new Set([...packages].map(textOf))].sort().concat(FONTS).join(SEPARATOR) + "\n";
        this.emitFile({ type: "asset", fileName: "LICENSES.txt", source });
      },
    },
  };
}
