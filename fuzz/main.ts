// npm run fuzz -- [--seconds N] [--seed N] [--json] [target …]: runs each property test for N seconds.
import { globSync } from 'node:fs'
import { parseArgs, styleText } from 'node:util'

/** Checks one property for the given time in s. Rejects with the smallest counterexample. */
type FuzzTarget = (seconds: number, seed?: number) => Promise<{ readonly runs: number }>

/** Exports of a file `fuzz-targets.ts`: its fuzz targets, keyed by name. */
interface FuzzModule {
  readonly targets: Readonly<Record<string, FuzzTarget>>
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const seed = values.seed === undefined ? undefined : Number(values.seed)
if (!(seconds > 0) || Number.isNaN(seed)) {
  console.error('fuzz: --seconds takes a positive number, and --seed takes a number.')
  process.exit(2)
}

const root = new URL('../', import.meta.url)
const files = globSync('packages/*/test/**/fuzz-targets.ts', { cwd: root }).toSorted()
const results: { target: string; runs: number; ok: boolean; failure?: string }[] = []
for (const file of files) {
  const { targets } = (await import(new URL(file, root).href)) as FuzzModule
  for (const [name, run] of Object.entries(targets)) {
    const target = `${file.split('/')[1] ?? ''}/${name}`
    if (positionals.length > 0 && !positionals.some((wanted) => target.includes(wanted))) continue
    if (!values.json) process.stderr.write(`${target} … `)
    try {
      const { runs } = await run(seconds, seed)
      results.push({ target, runs, ok: true })
      if (!values.json) process.stderr.write(`${styleText('green', 'ok')} ${runs} runs\n`)
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error)
      results.push({ target, runs: 0, ok: false, failure })
      if (!values.json) process.stderr.write(`${styleText('red', 'failed')}\n${failure}\n`)
    }
  }
}
if (values.json) console.log(JSON.stringify(results, null, 2))
const failed = results.filter(({ ok }) => !ok).length
if (!values.json) console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0
