import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPyIceberg } from '../../conformance/lib/pyiceberg.ts'
import type { Case, Entry } from '../lib/case.ts'
import { run, type ReaderArguments } from '../manifest/run-reader.ts'
import type { Lab } from './lab.ts'

const entries = 20_000
const columns = 10
const codecs = [
  { codec: 'deflate', title: 'deflate, as most engines write it' },
  { codec: 'null', title: 'not compressed' },
] as const

const node = ['--conditions=x-source', '--disable-warning=ExperimentalWarning']
const script = (name: string): string => fileURLToPath(new URL(`../manifest/${name}`, import.meta.url))

/**
 * Returns cases that compare the manifest readers of Headgate and of PyIceberg. Each reads all entries of one
 * manifest with all fields. Headgate decodes column statistics only on demand; the case "every statistic"
 * decodes them all.
 */
export async function manifestCases(lab: Lab): Promise<Case[]> {
  const python = await installPyIceberg(lab.run.keeper, lab.run.say)
  const cases: Case[] = []
  for (const { codec, title } of codecs) {
    const file = join(lab.run.folder, `manifest-${codec}.avro`)
    await run(process.execPath, [
      ...node,
      script('write-main.ts'),
      file,
      codec,
      String(entries),
      String(columns),
    ])
    const reader = (label: string, against: readonly string[], reading: ReaderArguments): Entry => ({
      label,
      against,
      measure: async () => {
        const perSecond = Number(
          await run(reading.command, [...reading.args, file, String(lab.run.durationMs)]),
        )
        return { perSecond, p50Ms: 1_000 / perSecond, p99Ms: 1_000 / perSecond }
      },
    })
    const read = [...node, script('read-main.ts')]
    cases.push({
      id: `manifest-${codec}`,
      title: `Entries per second of a manifest of ${entries} files with statistics of ${columns} columns, ${title}`,
      notes: ['Each reader is a separate process, which reads the file repeatedly.'],
      calls: {},
      entries: [
        reader('PyIceberg', [], { command: python, args: [script('read_manifest.py')] }),
        reader('Headgate', ['PyIceberg'], { command: process.execPath, args: [...read, 'on-demand'] }),
        reader('Headgate, every statistic', ['PyIceberg'], {
          command: process.execPath,
          args: [...read, 'everything'],
        }),
      ],
    })
  }
  return cases
}
