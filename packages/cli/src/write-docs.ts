import { writeFile } from 'node:fs/promises'
import { docsPage } from './docs-page.ts'
import { createProgram } from './program.ts'
import { version } from './version.ts'

// A program: writes docs/cli.md.
const { env, stdin, stdout, stderr } = process
const program = createProgram({ args: [], env, cwd: process.cwd(), stdin, stdout, stderr }, version())
await writeFile(new URL('../../../docs/cli.md', import.meta.url), docsPage(program))
