import { printed, runCommand, say } from '../lib/command.ts'
import { cacheFolder, newRunFolder } from '../lib/paths.ts'
import { ProcessKeeper } from '../lib/process-keeper.ts'
import { textTable } from '../lib/text-table.ts'
import { startBotocore } from './botocore.ts'
import type { VerifierReport } from './checks.ts'
import { compare, type Comparison } from './compare.ts'
import { installBotocore } from './install.ts'
import { againstMinio } from './minio.ts'
import { againstMoto } from './moto.ts'
import { readOptions, usage, type Options } from './options.ts'
import { reasons } from './spellings.ts'

const comparisons = [
  { name: 'in headers, strictly spelled', form: 'header', lax: false },
  { name: 'in headers, any spelling', form: 'header', lax: true },
  { name: 'in the query, strictly spelled', form: 'query', lax: false },
  { name: 'in the query, any spelling', form: 'query', lax: true },
] as const

/**
 * Runs the comparisons. Returns the exit code: 0 if all signatures are equal, 1 if a signature differs, 2 if the run
 * was not possible.
 */
async function main({ cases, seed, only }: Options): Promise<number> {
  await using keeper = new ProcessKeeper()
  const folder = newRunFolder(cacheFolder('sigv4-run'))
  const python = await installBotocore(keeper, say)
  const failures: string[] = []
  if (only.includes('botocore')) {
    const botocore = startBotocore(keeper, python, folder)
    say(`botocore signs the same requests, seed ${seed}`)
    const rows: (string | number)[][] = [
      ['botocore', 'requests', 'equal', 'equal after normalization', 'failures'],
    ]
    const found = new Map<string, number>()
    for (const [index, { name, form, lax }] of comparisons.entries()) {
      const result = await compare(botocore, { form, lax, cases, seed: seed + index })
      failures.push(...result.failures)
      rows.push([name, ...countList(result)])
      for (const [reason, count] of result.respelled) found.set(reason, (found.get(reason) ?? 0) + count)
    }
    console.log(textTable(rows))
    console.log('\nRequests that botocore and verifiers normalize differently:')
    for (const [reason, why] of Object.entries(reasons)) console.log(`  ${found.get(reason) ?? 0}  ${why}`)
  }
  const reports: VerifierReport[] = []
  if (only.includes('moto')) reports.push(await againstMoto(keeper, python, folder))
  if (only.includes('minio')) reports.push(await againstMinio(keeper, folder, say))
  failures.push(...reports.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`)))
  if (reports.length > 0) {
    const rows = reports.map(({ name, accepted, refused, failures }) => [
      name,
      accepted,
      refused,
      failures.length,
    ])
    console.log(`\n${textTable([['verifier', 'accepted', 'forged, refused', 'failures'], ...rows])}`)
  }
  for (const failure of failures.slice(0, 20)) console.log(`\n${failure}`)
  if (failures.length > 0) say(`${failures.length} failures, seed ${seed}; logs: ${folder}`)
  return failures.length === 0 ? 0 : 1
}

function countList({ compared, alike, failures }: Comparison): number[] {
  return [compared, alike, compared - alike - failures.length, failures.length]
}

await runCommand('conformance:sigv4', async (args) => {
  const options = readOptions(args, Date.now())
  return options === undefined ? printed(usage) : await main(options)
})
