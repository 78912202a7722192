import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jdkCommand, findJdk } from '../../conformance/lib/jdk.ts'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import { installJava } from '../../conformance/metadata/install.ts'
import type { Case, Entry } from '../lib/case.ts'
import { run, type ReaderArguments } from '../manifest/run-reader.ts'
import type { Lab } from './lab.ts'

const filesPerManifest = 5_000
const node = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']
const script = (name: string): string => fileURLToPath(new URL(`../planning/${name}`, import.meta.url))

/** Figures that a planner prints. */
interface Figures {
  readonly files: number
  readonly coldMs: number
  readonly coldCoreSeconds: number
  readonly warmMs: number
  readonly blockedMs?: number
  readonly maxMegabytes?: number
}

/**
 * Returns cases of scan planning: all files of a table, compared with PyIceberg and Iceberg's Java library, and a
 * selective scan of the same table. Each measurement is a new process, so that nothing is cached at its start.
 */
export async function planningCases(lab: Lab): Promise<Case[]> {
  const { keeper, say, folder, durationMs } = lab.run
  const files = lab.thorough ? 1_000_000 : 100_000
  const table = cacheFolder('bench', `planned-${files}`)
  if (!existsSync(join(table, 'metadata', 'v1.metadata.json'))) {
    say(`writing the manifests of ${files} files`)
    await run(process.execPath, [
      ...node,
      script('write-main.ts'),
      table,
      String(files),
      String(filesPerManifest),
    ])
  }
  const headgate: ReaderArguments = { command: process.execPath, args: [...node, script('plan-main.ts')] }
  const pyiceberg: ReaderArguments = {
    command: await installPyIceberg(keeper, say),
    args: [script('plan_files.py')],
  }
  const { java, classPath } = await installJava(keeper, say)
  const classes = join(folder, 'classes')
  mkdirSync(classes, { recursive: true })
  const source = script('java/PlanFiles.java')
  await run(jdkCommand(findJdk(17), 'javac'), ['-proc:none', '-cp', classPath, '-d', classes, source])
  const javaPlanner: ReaderArguments = {
    command: java,
    args: ['-Xmx2g', '-cp', `${classes}:${classPath}`, 'PlanFiles'],
  }
  const entry = (
    label: string,
    against: readonly string[],
    { command, args }: ReaderArguments,
    mode: 'all' | 'selective',
  ): Entry => ({
    label,
    against,
    measure: async () => {
      const text = await run(command, [...args, table, mode, String(durationMs)])
      const { coldMs, warmMs, ...figures } = JSON.parse(text) as Figures
      // In mode `all`, one call stands for the planning of one file. In mode `selective`, one call is one complete
      // plan.
      const perSecond = mode === 'all' ? (figures.files * 1_000) / coldMs : 1_000 / warmMs
      return {
        perSecond,
        p50Ms: 1_000 / perSecond,
        p99Ms: 1_000 / perSecond,
        figures: {
          files: figures.files,
          'cold ms': coldMs,
          'core ms': figures.coldCoreSeconds * 1_000,
          ...(figures.blockedMs === undefined ? {} : { 'loop blocked ms': figures.blockedMs }),
          ...(figures.maxMegabytes === undefined ? {} : { 'MB at most': figures.maxMegabytes }),
        },
      }
    },
  })
  return [
    {
      id: 'planning-all',
      title: `Planning of all ${files} files of a table, for one file`,
      notes: [
        'Each measurement is a new process. Headgate lists all plan tasks one after the other, encodes each response, and caches manifests in 256 MiB.',
        'Headgate uses one thread, apart from decompression. PyIceberg and Java use all cores.',
      ],
      calls: {},
      entries: [
        entry('PyIceberg', [], pyiceberg, 'all'),
        entry('Iceberg for Java', [], javaPlanner, 'all'),
        entry('Headgate', ['PyIceberg', 'Iceberg for Java'], headgate, 'all'),
      ],
    },
    {
      id: 'planning-selective',
      title: `A scan of 40 files of a table of ${files} files, which partitions and statistics select`,
      notes: [
        'The time of Headgate is that of a repeated plan; "cold ms" is that of the first one. The others cache nothing.',
      ],
      calls: {},
      entries: [
        entry('PyIceberg', [], pyiceberg, 'selective'),
        entry('Iceberg for Java', [], javaPlanner, 'selective'),
        entry('Headgate', ['PyIceberg', 'Iceberg for Java'], headgate, 'selective'),
      ],
    },
  ]
}
