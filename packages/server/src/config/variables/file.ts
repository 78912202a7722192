import type { Variables } from '../env-type.ts'
import { optional, path } from '../variable.ts'

/** Environment variable that names the configuration file. */
export const file: Pick<Variables, 'config'> = {
  config: optional(
    path('HEADGATE_CONFIG', '', {
      section: 'Configuration file',
      doc: 'YAML file with settings, which variables and flags override. See [Configuration file](#configuration-file).',
    }),
  ),
}
