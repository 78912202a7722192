import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { clientProperties, type CatalogAccess } from '../lib/catalog-access.ts'
import { findJdk, jdkCommand } from '../lib/jdk.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import type { InstalledKit } from './install.ts'
import { listClasses, toSelector, testName, type ClassChoice } from './kit-classes.ts'
import { parseJunitXml, type TestResult } from './junit-xml.ts'

const javaPackage = 'org.apache.iceberg.rest'

export interface KitRun extends ClassChoice {
  readonly access: CatalogAccess
  /** Additional properties of the catalog client in the kit. */
  readonly properties: Readonly<Record<string, string>>
  /** Tests to run, each as a simple class name or `Class#method`. If empty, all tests run. */
  readonly select: readonly string[]
  readonly keep: boolean
  /**
   * Folder for reports and logs. Its subfolder `tmp` is the temporary folder of the JVM, in which tests create views.
   */
  readonly folder: string
  /** Called for each line that JUnit prints. */
  readonly onLine: (line: string) => void
}

/**
 * Runs the test classes of the compatibility kit, each in a separate JVM, and returns the results of all tests. Drops
 * the objects that the tests have left after each class, but not after the last one if `keep` is set. Throws if the
 * catalog already contains names that the kit uses, or if a class does not run.
 */
export async function runKit(keeper: ProcessKeeper, kit: InstalledKit, run: KitRun): Promise<TestResult[]> {
  const temporary = join(run.folder, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const java = [...systemProperties(run, temporary), '-cp', `${kit.classes}:${join(kit.jars, '*')}`]
  const command = jdkCommand(findJdk(17), 'java')
  const leftovers = async (what: 'list' | 'drop'): Promise<number | null> => {
    const log = join(run.folder, `leftovers-${what}.log`)
    const args = [...java, `${javaPackage}.PurgeLeftovers`, what]
    const exit = await keeper.runToExit({ name: 'leftovers', command, args, log, timeoutMs: 300_000 })
    if (exit.code !== 0 && exit.code !== 3)
      throw new Error(`the test kit cannot use the catalog: ${lastMessage(log)}`)
    return exit.code
  }
  if ((await leftovers('list')) === 3) {
    const names = readFileSync(join(run.folder, 'leftovers-list.log'), 'utf8').trim().split('\n').join(', ')
    throw new Error(
      `the test kit needs a warehouse without the namespaces ${names}: drop them, or name another warehouse`,
    )
  }
  const existed = fixedFolders.filter((folder) => existsSync(folder))
  const results: TestResult[] = []
  try {
    for (const [index, selectors] of parts(run).entries()) {
      const reports = join(run.folder, `reports-${index + 1}`)
      await keeper.runToExit({
        name: 'rck',
        command,
        args: [
          ...java,
          'org.junit.platform.console.ConsoleLauncher',
          'execute',
          '--disable-banner',
          '--disable-ansi-colors',
          '--details=testfeed',
          '--include-classname=.*',
          ...selectors,
          `--reports-dir=${reports}`,
        ],
        log: join(run.folder, `console-${index + 1}.log`),
        onLine: run.onLine,
        timeoutMs: 30 * 60_000,
      })
      results.push(...readReports(reports, join(run.folder, `console-${index + 1}.log`)))
      const last = index === parts(run).length - 1
      if (!(last && run.keep)) await leftovers('drop')
    }
  } finally {
    for (const folder of fixedFolders)
      if (!existed.includes(folder)) rmSync(folder, { recursive: true, force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
  return results
}

// Folders at fixed paths in which tests of the kit create tables.
const fixedFolders = ['/tmp/ns', '/tmp/newdb']

function parts(run: KitRun): string[][] {
  const names = run.select.map((selector) => toSelector(run, selector))
  return (names.length > 0 ? names : listClasses(run)).map((name) => [
    `--select-${name.includes('#') ? 'method' : 'class'}=${javaPackage}.${name}`,
  ])
}

function systemProperties(run: KitRun, temporary: string): string[] {
  const client = { ...clientProperties(run.access), ...run.properties }
  const kitSwitches: Record<string, string> = {
    'rck.local': 'false',
    'rck.requires-namespace-create': 'true',
    'rck.supports-serverside-retry': 'true',
    'rck.supports-names-with-dot': String(run.extended),
  }
  const ours: Record<string, string> = {
    'headgate.nested-namespaces': String(run.extended),
    'headgate.names-with-slashes': String(run.extended),
    'headgate.local-metadata': String(run.localMetadata),
    ...(run.baseLocation ? { 'headgate.base-location': run.baseLocation } : {}),
  }
  // Passes each client property under two names, because the kit reads names such as "rck.uri" and its client reads
  // "uri".
  const both = Object.entries(client).flatMap(([key, value]) => [
    [`rck.${key}`, value],
    [key, value],
  ])
  return [
    '-Xmx1g',
    `-Djava.io.tmpdir=${temporary}`,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    ...[...both, ...Object.entries(kitSwitches), ...Object.entries(ours)].map(([k, v]) => `-D${k}=${v}`),
  ]
}

function readReports(folder: string, log: string): TestResult[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.xml')) : []
  const results = files.flatMap((name) => parseJunitXml(readFileSync(join(folder, name), 'utf8')))
  if (results.length === 0) throw new Error(`no test of the kit ran; see ${log}`)
  return results.map((result) => ({ ...result, name: testName(result.name) }))
}

function lastMessage(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n')
  const said = lines.filter((line) => line.trim() && !/^\s+at |^\s*\.\.\. /.test(line))
  return `${said.slice(0, 3).join(' ').slice(0, 600)} (see ${log})`
}
