import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown, type OutputChunk } from 'rolldown'
import type { Installed } from './checks.ts'
import { bundleCases } from './sizes.ts'

export interface Bundled {
  readonly title: string
  /** Size of the code that is loaded at start, minified and compressed with gzip, in bytes. */
  readonly bytes: number
  readonly laterBytes: number
}

/** Bundles example programs for browsers, and checks the content and the size of the bundles. */
export async function bundles({ run }: Installed): Promise<{
  readonly failures: readonly string[]
  readonly bundled: readonly Bundled[]
}> {
  const failures: string[] = []
  const bundled: Bundled[] = []
  for (const [at, { title, source, maxBytes }] of bundleCases.entries()) {
    const folder = join(run, `bundle-${at}`)
    mkdirSync(folder)
    const input = join(folder, 'entry.js')
    writeFileSync(input, source)
    const warnings: string[] = []
    const build = await rolldown({
      input,
      cwd: run,
      platform: 'browser',
      // Keeps modules of Node as imports, so that the check can find programs that load them at start.
      external: [/^node:/, '@aws-sdk/credential-provider-node'],
      onLog: (level, { message }) => void (level === 'warn' && warnings.push(message)),
    })
    const { output } = await build.generate({ minify: true })
    await build.close()
    const chunks = output.filter((each) => each.type === 'chunk')
    const atOnce = loadedAtOnce(chunks)
    const nodes = atOnce.flatMap(({ imports }) => imports.filter((name) => name.startsWith('node:')))
    if (nodes.length > 0) failures.push(`${title}: loads ${nodes.join(', ')} at start`)
    for (const warning of warnings) failures.push(`${title}: ${warning}`)
    const bytes = totalSize(atOnce)
    if (bytes > maxBytes) failures.push(`${title}: ${bytes} bytes, more than ${maxBytes}`)
    if (bytes < maxBytes / 3)
      failures.push(`${title}: ${bytes} bytes, much less than ${maxBytes}: reduce the limit in sizes.ts`)
    bundled.push({ title, bytes, laterBytes: totalSize(chunks.filter((chunk) => !atOnce.includes(chunk))) })
  }
  return { failures, bundled }
}

/** Returns the entry chunk of a bundle, with all chunks that it statically imports, directly or indirectly. */
function loadedAtOnce(chunks: readonly OutputChunk[]): readonly OutputChunk[] {
  const loaded = chunks.filter(({ isEntry }) => isEntry)
  // The loop also visits chunks that it adds to the list.
  for (const { imports } of loaded) {
    loaded.push(...chunks.filter((chunk) => imports.includes(chunk.fileName) && !loaded.includes(chunk)))
  }
  return loaded
}

function totalSize(chunks: readonly OutputChunk[]): number {
  return chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0)
}
