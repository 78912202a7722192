import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSpecification } from './specification.ts'
import { wireFiles } from './write-wire.ts'

/** Writes `model/wire` anew from the pinned document: `npm run lance:model`. */
const folder = join(import.meta.dirname, '../model/wire')
const files = await wireFiles(await readSpecification())
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder))
  if (name.endsWith('.ts') && !files.has(name)) rmSync(join(folder, name))
for (const [name, text] of files) writeFileSync(join(folder, name), text)
