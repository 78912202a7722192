import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSpecification } from './specification.ts'
import { generateWireFiles } from './generate-wire-files.ts'

// npm run lance:model: generates the files of src/model/wire from the pinned specification, and removes other files there.
const folder = join(import.meta.dirname, '../src/model/wire')
const files = await generateWireFiles(await readSpecification())
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder))
  if (name.endsWith('.ts') && !files.has(name)) rmSync(join(folder, name))
for (const [name, text] of files) writeFileSync(join(folder, name), text)
