import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runMaven } from './maven.ts'
import { cacheFolder } from './paths.ts'
import type { ProcessKeeper } from './process-keeper.ts'

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/**
 * Downloads one file from Maven repositories without its dependencies, and returns its path.
 *
 * @param artifact `group:artifact:version[:packaging[:classifier]]`
 */
export async function fetchJar(keeper: ProcessKeeper, folder: string, artifact: string): Promise<string> {
  const into = cacheFolder('bench', folder)
  mkdirSync(into, { recursive: true })
  const found = (): string | undefined => readdirSync(into).find((name) => name.endsWith('.jar'))
  if (found() === undefined) {
    const log = join(into, 'install.log')
    await runMaven(keeper, log, [`${plugin}:get`, `-Dartifact=${artifact}`, '-Dtransitive=false'])
    await runMaven(keeper, log, [`${plugin}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${into}`])
  }
  const jar = found()
  if (jar === undefined) throw new Error(`Maven did not fetch ${artifact}; see ${into}/install.log`)
  return join(into, jar)
}
