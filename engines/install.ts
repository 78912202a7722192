import { cacheFolder } from '../conformance/lib/paths.ts'
import { ProcessKeeper } from '../conformance/lib/process-keeper.ts'
import { seconds } from '../conformance/lib/text-table.ts'
import { parts } from './install/parts.ts'

/** Installs the named programs by their package managers. Without names, installs all programs. */
async function main(names: readonly string[]): Promise<void> {
  await using keeper = new ProcessKeeper()
  const known = Object.keys(parts)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`unknown program: ${unknown.join(', ')}; the programs are ${known.join(', ')}`)
  for (const [name, install] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue
    const started = Date.now()
    let worked = false
    await install(keeper, (line) => {
      worked = true
      console.log(`${name}: ${line}`)
    })
    console.log(`${name}: ${worked ? `installed in ${seconds(Date.now() - started)}` : 'is installed'}`)
  }
  console.log(`all in ${cacheFolder('engines')}`)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(`engines:install: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
