import { writeFile } from 'node:fs/promises'
import { applySchemaText } from './apply/document/schema-text.ts'
import { docsPage } from './docs-page.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

// Part of npm run docs: writes docs/reference/cli.md and docs/reference/apply.schema.json.
const { env, stdin, stdout, stderr } = process
const program = await createProgram({ args: [], env, cwd: process.cwd(), stdin, stdout, stderr }, version())
await writeFile(new URL('../../../docs/reference/cli.md', import.meta.url), docsPage(program))
await writeFile(new URL('../../../docs/reference/apply.schema.json', import.meta.url), applySchemaText())
