import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findJdk, jdkCommand } from '../lib/jdk.ts'
import { runMaven } from '../lib/maven.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { isInstalled, markInstalled, stampOf } from '../lib/stamp.ts'

/** The compatibility kit on this machine. */
export interface InstalledKit {
  /** Folder with the jars of the kit, the fixture server and JUnit. */
  readonly jars: string
  /** Folder with our compiled helper classes. */
  readonly classes: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const helpers = join(here, 'java/org/apache/iceberg/rest')

/**
 * Fetches the kit with Maven (about 90 jars, 160 MB) and compiles the helper classes, into the cache
 * folder. Does nothing when that was done before from the same POM and sources.
 */
export async function installKit(
  keeper: ProcessKeeper,
  say: (line: string) => void = console.error,
): Promise<InstalledKit> {
  const folder = cacheFolder('rck')
  const kit: InstalledKit = { jars: join(folder, 'lib'), classes: join(folder, 'classes') }
  const pom = join(here, 'pom.xml')
  const sources = readdirSync(helpers).map((name) => join(helpers, name))
  const stamp = stampOf(...[pom, ...sources].map((file) => readFileSync(file, 'utf8')))
  if (isInstalled(folder, stamp)) return kit

  const jdk = findJdk(17)
  const log = join(folder, 'install.log')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(kit.classes, { recursive: true })
  say('fetching the compatibility kit with Maven …')
  await runMaven(keeper, log, ['-f', pom, 'generate-resources', `-Dheadgate.lib=${kit.jars}`])
  await keeper.run({
    name: 'javac',
    command: jdkCommand(jdk, 'javac'),
    args: ['--release', '17', '-proc:none', '-cp', join(kit.jars, '*'), '-d', kit.classes, ...sources],
    log,
  })
  markInstalled(folder, stamp)
  say(`installed ${readdirSync(kit.jars).length} jars in ${kit.jars}`)
  return kit
}
