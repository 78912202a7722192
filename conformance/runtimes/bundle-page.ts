import { join } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Bundles the program of a web page in the same way as an application. Returns the files by name. The entry is
 * `page.js`.
 */
export async function bundlePage(run: string): Promise<ReadonlyMap<string, string>> {
  const build = await rolldown({
    input: { page: join(run, 'page.mjs') },
    cwd: run,
    platform: 'browser',
    // Keeps modules of Node as imports. The libraries load them only when they are needed, which never
    // happens in a page.
    external: [/^node:/, '@aws-sdk/credential-provider-node'],
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(`rolldown: ${message}`)
    },
  })
  const { output } = await build.generate({ minify: true, entryFileNames: '[name].js' })
  await build.close()
  return new Map(output.filter((each) => each.type === 'chunk').map(({ fileName, code }) => [fileName, code]))
}
