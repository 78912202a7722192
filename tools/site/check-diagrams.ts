import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readCodeBlocks } from '../docs/code-blocks.ts'
import type { Page } from './pages.ts'
import type { SiteFault } from './check-site.ts'

/**
 * Functions of Mermaid that the check calls. Mermaid is installed only where the site is built, so its types are not
 * available.
 */
interface Mermaid {
  parse(text: string): Promise<unknown>
}

// Mermaid sanitizes labels with DOMPurify, which needs a browser. The check only parses diagrams, so an empty
// replacement is sufficient.
const purifier = 'data:text/javascript,export default { addHook() {}, sanitize: (text) => text }'

/** Parses the Mermaid diagrams on the pages. Returns the diagrams with syntax errors. */
export async function checkDiagrams(root: string, pages: readonly Page[]): Promise<readonly SiteFault[]> {
  const mermaid = await loadMermaid()
  const faults: SiteFault[] = []
  for (const { source } of pages)
    for (const { language, code, line } of readCodeBlocks(readFileSync(join(root, source), 'utf8'))) {
      if (language !== 'mermaid') continue
      const reason = await mermaid.parse(code).then(() => null, toReason)
      if (reason !== null) faults.push({ file: source, target: `diagram in line ${line}`, reason })
    }
  return faults
}

async function loadMermaid(): Promise<Mermaid> {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'dompurify' ? { url: purifier, shortCircuit: true } : next(specifier, context),
  })
  const require = createRequire(join(import.meta.dirname, 'package.json'))
  const { default: mermaid } = (await import(pathToFileURL(require.resolve('mermaid')).href)) as {
    readonly default: Mermaid
  }
  return mermaid
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
