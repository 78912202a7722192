import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configFileSchema } from './config-file-schema.ts'
import { configurationPage } from './configuration-page.ts'

// This program writes docs/reference/configuration.md and headgate.schema.json from the definitions of the variables.
const folder = join(import.meta.dirname, '../../../../docs/reference')
await writeFile(join(folder, 'configuration.md'), configurationPage())
await writeFile(join(folder, 'headgate.schema.json'), `${JSON.stringify(configFileSchema(), null, 2)}\n`)
