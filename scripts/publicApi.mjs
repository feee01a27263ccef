import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * Holds what the package exports to api.txt, so that no change of it goes unseen.
 * `node scripts/publicApi.mjs` compares, with `--write` it writes.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const SNAPSHOT = `${root}api.txt`;
const ENTRIES = {
  'vue-trace-stream': `${root}dist/src/index.d.ts`,
  'vue-trace-stream/mocks': `${root}dist/mocks/browser.d.ts`,
  'vue-trace-stream/mocks in Node': `${root}dist/mocks/node.d.ts`,
};

const program = ts.createProgram(Object.values(ENTRIES), {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  strict: true,
  skipLibCheck: true,
});
const checker = program.getTypeChecker();
const FORMAT =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.InTypeAlias |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

function describeMembers(type) {
  return checker.getPropertiesOfType(type).map((member) => {
    const optional = member.flags & ts.SymbolFlags.Optional ? '?' : '';
    // the compiler numbers symbols anew with every file that it reads
    const name = member.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]');
    return `${name}${optional}: ${checker.typeToString(checker.getTypeOfSymbol(member), undefined, FORMAT)}`;
  });
}

function describe(exported) {
  const symbol =
    exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  if (symbol.flags & ts.SymbolFlags.Value) {
    const type = checker.getTypeOfSymbol(symbol);
    const kind = symbol.flags & ts.SymbolFlags.Class ? 'class' : 'value';
    const shown =
      kind === 'class'
        ? `{ ${describeMembers(checker.getDeclaredTypeOfSymbol(symbol)).join('; ')} }`
        : checker.typeToString(type, undefined, FORMAT);
    return `${kind} ${exported.name}: ${shown}`;
  }
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  if (symbol.flags & ts.SymbolFlags.Interface) {
    return `interface ${exported.name} { ${describeMembers(type).join('; ')} }`;
  }
  return `type ${exported.name} = ${checker.typeToString(type, undefined, FORMAT)}`;
}

function describeEntry([name, file]) {
  const source = program.getSourceFile(file);
  if (!source) throw new Error(`${file} is missing: run "npm run build" first.`);
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
  const lines = exported.map(describe).sort();
  return [`# ${name}`, ...lines, ''].join('\n');
}

/** Packages that the published types name and users do not have. */
function foreignImports() {
  const { dependencies, peerDependencies } = JSON.parse(
    readFileSync(`${root}package.json`, 'utf8'),
  );
  const known = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)]);
  const files = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(`${root}dist/`));
  return files.flatMap(({ fileName, imports }) =>
    imports
      .map(({ text }) => /^(?![.]|node:)(@[^/]+\/)?[^/]+/.exec(text)?.[0])
      .filter((name) => name !== undefined && !known.has(name))
      .map((name) => `${fileName.slice(root.length)} imports ${name}`),
  );
}

const foreign = foreignImports();
if (foreign.length > 0) {
  process.stderr.write(`The types need packages that users do not have:\n${foreign.join('\n')}\n`);
  process.exit(1);
}
const current = Object.entries(ENTRIES).map(describeEntry).join('\n');
if (process.argv.includes('--write')) {
  writeFileSync(SNAPSHOT, current);
} else if (readFileSync(SNAPSHOT, 'utf8') !== current) {
  process.stderr.write(
    'The public API differs from api.txt. Where that is meant, run "npm run api" and commit it.\n',
  );
  process.exit(1);
}
