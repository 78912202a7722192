import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { findJdk, jdkCommand } from '../lib/jdk.ts'
import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { computeStamp, isInstalled, markInstalled } from '../lib/stamp.ts'
import { installJava, type InstalledJava } from '../metadata/install.ts'

const driver = fileURLToPath(new URL('java/org/apache/iceberg/PlanningDriver.java', import.meta.url))

/** Installs iceberg-core with Maven, unless `conformance:metadata` has installed it, and compiles the Java driver. */
export async function installPlanner(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<InstalledJava> {
  const { java, classPath } = await installJava(keeper, say)
  const folder = cacheFolder('planning')
  const classes = `${folder}/classes`
  const stamp = computeStamp(classPath, readFileSync(driver, 'utf8'))
  if (!isInstalled(classes, stamp)) {
    rmSync(classes, { recursive: true, force: true })
    mkdirSync(classes, { recursive: true })
    await keeper.run({
      name: 'javac',
      command: jdkCommand(findJdk(17), 'javac'),
      args: ['--release', '17', '-proc:none', '-cp', classPath, '-d', classes, driver],
      log: `${folder}/javac.log`,
    })
    markInstalled(classes, stamp)
  }
  return { java, classPath: `${classes}:${classPath}` }
}
