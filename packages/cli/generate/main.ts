import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateClient } from './generate-client.ts'
import { generateTypes } from './generate-types.ts'
import { readOpenapiDocument } from './openapi-document.ts'

// Part of npm run docs: generates the files of src/management/generated, removes other files there, and generates the types of
// the web console.
const folder = join(import.meta.dirname, '../src/management/generated')
const files = await generateClient(readOpenapiDocument())
mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name))
for (const [name, text] of files) writeFileSync(join(folder, name), text)

const consoleFolder = join(import.meta.dirname, '../../console/src/api/generated')
mkdirSync(consoleFolder, { recursive: true })
writeFileSync(join(consoleFolder, 'management.ts'), await generateTypes(readOpenapiDocument()))
