import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findJdk, jdkCommand } from '../lib/jdk.ts'
import { runMaven } from '../lib/maven.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { isInstalled, markInstalled, computeStamp } from '../lib/stamp.ts'

/** Paths of the installed Java library of Iceberg, and of the driver that calls it. */
export interface InstalledJava {
  readonly java: string
  readonly classPath: string
}

const here = fileURLToPath(new URL('.', import.meta.url))
const pom = join(here, 'pom.xml')
const driver = join(here, 'java/org/apache/iceberg/MetadataDriver.java')

/**
 * Installs iceberg-core with Maven (about 22 jars, 20 MB) in the cache folder, and compiles the driver. Repeats a step
 * only if its input has changed.
 */
export async function installJava(
  keeper: ProcessKeeper,
  say: (line: string) => void = console.error,
): Promise<InstalledJava> {
  const folder = cacheFolder('metadata')
  const jars = join(folder, 'lib')
  const classes = join(folder, 'classes')
  const jarsStamp = computeStamp(readFileSync(pom, 'utf8'))
  if (!isInstalled(folder, jarsStamp)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    say('fetching iceberg-core with Maven …')
    const goal = ['-f', pom, 'generate-resources', `-Dheadgate.lib=${jars}`]
    await runMaven(keeper, join(folder, 'install.log'), goal)
    markInstalled(folder, jarsStamp)
  }
  const jdk = findJdk(17)
  const classesStamp = computeStamp(jarsStamp, readFileSync(driver, 'utf8'))
  if (!isInstalled(classes, classesStamp)) {
    rmSync(classes, { recursive: true, force: true })
    mkdirSync(classes)
    await keeper.run({
      name: 'javac',
      command: jdkCommand(jdk, 'javac'),
      args: ['--release', '17', '-proc:none', '-cp', join(jars, '*'), '-d', classes, driver],
      log: join(folder, 'javac.log'),
    })
    markInstalled(classes, classesStamp)
  }
  return { java: jdkCommand(jdk, 'java'), classPath: `${classes}:${join(jars, '*')}` }
}
