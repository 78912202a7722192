import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findJdk, jdkCommand } from '../lib/jdk.ts'
import { runMaven } from '../lib/maven.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from '../lib/stamp.ts'

/** Paths of the installed compatibility kit (Iceberg REST). */
export interface InstalledKit {
  /** Folder with the jar files of the kit, of its REST catalog server and of JUnit. */
  readonly jars: string
  /** Folder with the compiled Java helper classes of this repository. */
  readonly classes: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const pom = join(here, 'pom.xml')
const helpers = join(here, 'java/org/apache/iceberg/rest')

/**
 * Installs the compatibility kit with Maven (about 90 jars, 160 MB) in the cache folder, and compiles the helper
 * classes. Repeats a step only if its input has changed.
 */
export async function installKit(
  keeper: ProcessKeeper,
  say: (line: string) => void = console.error,
): Promise<InstalledKit> {
  const folder = cacheFolder('rck')
  const kit: InstalledKit = { jars: join(folder, 'lib'), classes: join(folder, 'classes') }
  const jarsStamp = computeStamp(readFileSync(pom, 'utf8'))
  if (!isInstalled(folder, jarsStamp)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    say('fetching the compatibility kit with Maven …')
    const goal = ['-f', pom, 'generate-resources', `-Dheadgate.lib=${kit.jars}`]
    await runMaven(keeper, join(folder, 'install.log'), goal)
    markInstalled(folder, jarsStamp)
    say(`installed ${readdirSync(kit.jars).length} jars in ${kit.jars}`)
  }
  const sources = readdirSync(helpers).map((name) => join(helpers, name))
  const classesStamp = computeStamp(jarsStamp, ...sources.map((file) => readFileSync(file, 'utf8')))
  if (!isInstalled(kit.classes, classesStamp)) {
    rmSync(kit.classes, { recursive: true, force: true })
    mkdirSync(kit.classes)
    await keeper.run({
      name: 'javac',
      command: jdkCommand(findJdk(17), 'javac'),
      args: ['--release', '17', '-proc:none', '-cp', join(kit.jars, '*'), '-d', kit.classes, ...sources],
      log: join(folder, 'javac.log'),
    })
    markInstalled(kit.classes, classesStamp)
  }
  return kit
}
