import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configurationPage } from './configuration-page.ts'

// A program: writes docs/reference/configuration.md from the definitions.
await writeFile(join(import.meta.dirname, '../../../../docs/reference/configuration.md'), configurationPage())
