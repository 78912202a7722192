import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configurationPage } from './configuration-page.ts'

// A program: writes docs/configuration.md from the definitions.
await writeFile(join(import.meta.dirname, '../../../../docs/configuration.md'), configurationPage())
